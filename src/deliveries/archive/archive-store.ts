import { type RawBuilder, sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { EditionKind } from '#editions/store.ts'

/** A newsletter as the archive shows it. */
export type Archive = {
  newsletterId: number
  slug: string
  name: string
  description: string
  /** Whether its editions are listed and fed; each has a page of its own all the same. */
  archived: boolean
  noindex: boolean
  createdAt: Date
}

export type ArchivedEdition = {
  id: number
  kind: EditionKind
  subject: string
  preheader: string
  releasedAt: Date
  /** When a later version took the place of one that readers have. */
  correctedAt: Date | null
}

/** Which editions anybody may see: what the house has done so far, and whether it is trying itself out. */
type Seeing = { test: boolean; now: Date }

const archiveColumns = sql`
  n.id as "newsletterId", n.slug, n.name, n.description, n.archived, n.noindex
, n.created_at as "createdAt"`

export async function findArchive(db: Db, slug: string): Promise<Archive | undefined> {
  const { rows } = await sql<Archive>`
    select ${archiveColumns} from newsletter n where n.slug = ${slug}`.execute(db)
  return rows[0]
}

/**
 * The archive that a public edition belongs to, and whether the edition is among those that are listed. Undefined for a
 * draft, and for one that was stopped before a mail of it left.
 */
export async function findPublished(
  db: Db,
  { editionId, ...seeing }: Seeing & { editionId: number },
): Promise<(Archive & { listed: boolean }) | undefined> {
  const { rows } = await sql<Archive & { listed: boolean }>`
    select ${archiveColumns}, n.archived and ${forEverybody} as listed
      from edition e join newsletter n on n.id = e.newsletter_id
     where e.id = ${editionId} and ${isPublic(seeing)}`.execute(db)
  return rows[0]
}

/** Editions for everybody, newest first; of those that the staff gets first, once the others do. */
export async function listPublished(
  db: Db,
  {
    newsletterId,
    before,
    limit,
    ...seeing
  }: Seeing & { newsletterId: number; before: number | null; limit: number },
): Promise<ArchivedEdition[]> {
  const { rows } = await sql<ArchivedEdition>`
    select e.id, e.kind, e.subject, e.preheader, e.release_at as "releasedAt"
         , (select max(v.created_at) from edition_version v
             where v.edition_id = e.id and v.state = 'superseded') as "correctedAt"
      from edition e
     where e.newsletter_id = ${newsletterId} and ${isPublic(seeing)} and ${forEverybody}
       and e.release_at + e.hold_back <= ${seeing.now} and ${hasLeft}
       and (${before}::bigint is null
            or (e.release_at, e.id) < (select b.release_at, b.id from edition b
                                        where b.id = ${before} and b.newsletter_id = ${newsletterId}))
     order by e.release_at desc, e.id desc
     limit ${limit}`.execute(db)
  return rows
}

export type Picture = { url: string; alt: string; width: number | null; height: number | null }

/** The lead's, as the mail may show it; none of an article that was taken back. */
export async function findLeadPicture(db: Db, editionId: number): Promise<Picture | undefined> {
  const { rows } = await sql<{ picture: Picture | null }>`
    select r.fitted_image as picture
      from edition_story es
      join article a on a.id = es.article_id and a.retracted_at is null
      join article_revision r on (r.article_id, r.revision) = (es.article_id, es.revision)
     where es.edition_id = ${editionId} and not es.followers
     order by es.position
     limit 1`.execute(db)
  return rows[0]?.picture ?? undefined
}

/** A mail of it left, or may have. */
const hasLeft = sql`
  exists (select from tally t where t.edition_id = e.id and t.what in ('accepted', 'uncertain') and t.count > 0)`

/** A note to some has its page, and is not for all. A correction sets right what was for all. */
const forEverybody = sql`
  (e.audience_rule is null or e.audience_rule = '{"newsletter": true}' or e.kind = 'correction')`

function isPublic({ test, now }: Seeing): RawBuilder<unknown> {
  return sql`
    e.test = ${test} and e.release_at <= ${now}
    and (e.state in ('sending', 'sent') or e.state in ('held', 'stopped', 'expired') and ${hasLeft})`
}
