import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { EditionStory } from '../content-store.ts'
import type { Draft } from '../draft/draft.ts'
import type { Compiled } from '../store.ts'

export type Version = {
  editionId: number
  version: number
  state: 'superseded' | 'proposed' | 'refused'
  subject: string
  preheader: string
  draft: Draft | null
  compiled: Compiled
  contentHash: string
  reason: string
  stories: EditionStory[]
  createdAt: Date
  /** Of one that is proposed: the correction that it is of. */
  correctionId: number | null
}

const columns = sql`
  edition_id as "editionId", version, state, subject, preheader, draft, compiled, content_hash as "contentHash", reason
, stories, created_at as "createdAt", correction_id as "correctionId"`

/** The version that waits for a yes; undefined where none does. */
export async function findProposed(db: Db, editionId: number): Promise<Version | undefined> {
  const { rows } = await sql<Version>`
    select ${columns} from edition_version
     where edition_id = ${editionId} and state = 'proposed'`.execute(db)
  return rows[0]
}

/** What a correction has proposed, and nobody has said yes to. */
export async function listProposed(db: Db, correctionId: number): Promise<Version[]> {
  const { rows } = await sql<Version>`
    select ${columns} from edition_version
     where correction_id = ${correctionId} and state = 'proposed'
     order by edition_id`.execute(db)
  return rows
}

/**
 * Takes the place of what the same correction proposed before. An edition has one proposal at a time: each is made of what
 * is out, and the second of two would take back what the first put right.
 */
export async function propose(
  db: Db,
  input: Omit<Version, 'state' | 'version' | 'createdAt'> & { now: Date },
): Promise<number> {
  await sql`
    update edition_version set state = 'refused'
     where edition_id = ${input.editionId} and state = 'proposed' and correction_id = ${input.correctionId}`.execute(
    db,
  )
  const { rows } = await sql<{ version: number }>`
    insert into edition_version (edition_id, version, state, subject, preheader, draft, compiled, content_hash, reason
                               , stories, created_at, correction_id)
    select e.id, 1 + greatest(e.version, coalesce((select max(version) from edition_version where edition_id = e.id), 0))
         , 'proposed', ${input.subject}, ${input.preheader}, ${JSON.stringify(input.draft)}::jsonb
         , ${JSON.stringify(input.compiled)}::jsonb, ${input.contentHash}, ${input.reason}
         , ${JSON.stringify(input.stories)}::jsonb, ${input.now}, ${input.correctionId}
      from edition e where e.id = ${input.editionId}
    returning version`.execute(db)
  const version = rows[0]?.version
  if (version === undefined) throw new Error(`edition ${input.editionId} is gone`)
  return version
}

/**
 * The proposed version leaves from now on, and what left before is kept beside it. Its approval is what was said yes to.
 * @returns false when that is not what is proposed
 */
export async function takeProposed(
  db: Db,
  {
    editionId,
    contentHash,
    operatorId,
    now,
  }: { editionId: number; contentHash: string; operatorId: number; now: Date },
): Promise<boolean> {
  const { rows } = await sql<Version>`
    delete from edition_version
     where edition_id = ${editionId} and state = 'proposed' and content_hash = ${contentHash}
    returning ${columns}`.execute(db)
  const [next] = rows
  if (next === undefined) return false
  await sql`
    insert into edition_version (edition_id, version, state, subject, preheader, draft, compiled, content_hash, reason
                               , stories, created_at)
    select id, version, 'superseded', subject, preheader, draft, compiled, content_hash, ${next.reason}
         , coalesce((select jsonb_agg(jsonb_build_object('storyId', story_id, 'articleId', article_id, 'revision', revision
                                                       , 'section', section, 'followers', followers, 'since', since)
                                      order by position)
                       from edition_story where edition_id = id), '[]')
         , ${now}
      from edition where id = ${editionId}`.execute(db)
  await sql`
    update edition
       set version = ${next.version}, draft = ${JSON.stringify(next.draft)}::jsonb, subject = ${next.subject}
         , preheader = ${next.preheader}, compiled = ${JSON.stringify(next.compiled)}::jsonb
         , content_hash = ${next.contentHash}, approved_hash = ${next.contentHash}, approved_by = ${operatorId}
     where id = ${editionId}`.execute(db)
  await sql`
    update edition_story es set revision = s.revision
      from unnest(${next.stories.map(({ revision }) => revision)}::integer[]) with ordinality as s (revision, place)
     where es.edition_id = ${editionId} and es.position = s.place - 1`.execute(db)
  return true
}

export async function refuseProposed(db: Db, correctionId: number): Promise<void> {
  await sql`
    update edition_version set state = 'refused'
     where correction_id = ${correctionId} and state = 'proposed'`.execute(db)
}

/** What left before, oldest first; each with why another took its place. */
export async function listSuperseded(
  db: Db,
  editionId: number,
): Promise<Pick<Version, 'version' | 'reason' | 'createdAt'>[]> {
  const { rows } = await sql<Version>`
    select version, reason, created_at as "createdAt" from edition_version
     where edition_id = ${editionId} and state = 'superseded'
     order by version
     limit 100`.execute(db)
  return rows
}
