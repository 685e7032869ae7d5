import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

/** One row of the ledger, and whose it is. */
export type Copy = {
  subscriberId: number
  email: string
  state: 'planned' | 'claimed' | 'accepted' | 'rejected' | 'uncertain' | 'excluded'
  /** Why it was left out. */
  reason: string | null
  version: number | null
  attempt: number
  /** Whether this reader's choices bring the story. */
  carries: boolean
}

/** Every row of an edition; `position` is the place of a story in it, null for a mail that is not made of stories. */
export async function listCopies(
  db: Db,
  { editionId, position }: { editionId: number; position: number | null },
): Promise<Copy[]> {
  const { rows } = await sql<Copy>`
    select d.subscriber_id as "subscriberId", s.email, d.state, d.reason, d.version, d.attempt
         , coalesce(${position}::integer = any(v.blocks), false) as carries
      from delivery d
      join subscriber s on s.id = d.subscriber_id
      left join variant v on v.edition_id = d.edition_id and v.id = d.variant
     where d.edition_id = ${editionId}
     order by d.subscriber_id
     limit 10000`.execute(db)
  return rows
}

/** Where a story of an edition stands, by words of its headline, if all readers without choices get it. */
export async function findStory(
  db: Db,
  { editionId, headline }: { editionId: number; headline: string },
): Promise<{ articleId: number; position: number } | undefined> {
  const { rows } = await sql<{ articleId: number; position: number }>`
    select es.article_id as "articleId", es.position
      from edition_story es
      join article_revision r on (r.article_id, r.revision) = (es.article_id, es.revision)
     where es.edition_id = ${editionId} and r.headline = ${headline} and not es.followers`.execute(
    db,
  )
  return rows[0]
}

/** Where the senders that are at work keep their journals. */
export async function listJournals(db: Db): Promise<string[]> {
  const { rows } = await sql<{ journal: string }>`
    select journal from sender where ended_at is null order by id limit 100`.execute(db)
  return rows.map(({ journal }) => journal)
}

/** As a bounce and a break would have left them. */
export async function leaveOut(
  db: Db,
  { bounced, snoozed, now }: { bounced: Buffer; snoozed: string; now: Date },
): Promise<void> {
  await sql`
    insert into suppression (address_hash, reason, at) values (${bounced}, 'bounced', ${now})`.execute(
    db,
  )
  await sql`
    update subscription u set snoozed_until = ${now}::timestamptz + interval '7 days'
      from subscriber s
     where s.id = u.subscriber_id and s.email = ${snoozed}`.execute(db)
}
