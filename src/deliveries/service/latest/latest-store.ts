import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import { isBeingCorrected } from '#editions/corrections/hold-store.ts'
import { chosenPart } from '../../plan-choices-store.ts'

export type Latest = {
  editionId: number
  kind: 'digest'
  /** Whether it also goes to those who want the newsletter once a week. */
  weekly: boolean
}

/**
 * The newsletter's newest edition, if it is fresh, as approved, not being corrected, and this reader has it from nowhere else. Where it is
 * still being planned, only readers behind the plan's cursor are certain not to be in it.
 */
export async function findLatest(
  db: Db,
  {
    newsletterId,
    subscriberId,
    test,
    now,
  }: { newsletterId: number; subscriberId: number; test: boolean; now: Date },
): Promise<Latest | undefined> {
  const { rows } = await sql<Latest>`
    with newest as (
      select e.*, n.cadence, n.weekly_day
        from edition e join newsletter n on n.id = e.newsletter_id
       where n.id = ${newsletterId} and n.kind = 'digest' and n.welcome_latest
         and e.kind = 'digest' and e.state in ('sending', 'sent') and e.test = ${test} and e.release_at <= ${now}
       order by e.id desc
       limit 1
    )
    select e.id as "editionId", e.kind
         , e.cadence = 'weekly' or extract(isodow from e.edition_date) = e.weekly_day as weekly
      from newest e
     where e.approved_hash = e.content_hash and not ${isBeingCorrected(sql`e.id`)}
       and e.release_at > ${now}::timestamptz - case e.cadence when 'weekly' then interval '8 days' else interval '36 hours' end
       and (e.planned_at is not null or e.plan_cursor >= ${subscriberId})
       and not exists (select from delivery d
                        where d.edition_id = e.id and d.subscriber_id = ${subscriberId} and d.state <> 'excluded')
       and not exists (select from service_mail m
                        where m.subscriber_id = ${subscriberId} and m.kind = 'latest'
                          and (m.payload ->> 'editionId')::bigint = e.id)`.execute(db)
  return rows[0]
}

/** The reader's stories of the edition, by the same rule as its plan; of a mail without stories the mail itself. */
export async function listOwnBlocks(
  db: Db,
  { subscriberId, ...meant }: Latest & { subscriberId: number },
): Promise<number[]> {
  const { rows } = await sql<{ blocks: number[] }>`
    with everything as (
      select coalesce(array_agg(position order by position), '{0}') as blocks
        from edition_story where edition_id = ${meant.editionId} and not followers
    )
    ${chosenPart(meant, { after: subscriberId - 1, last: subscriberId })}
    select coalesce(c.blocks, e.blocks) as blocks
      from everything e left join chosen c on c.subscriber_id = ${subscriberId}`.execute(db)
  return rows[0]?.blocks ?? []
}

/** Its blocks are kept with it, so that a repeat is byte-identical whatever the reader has chosen by then. */
export async function insertLatest(
  db: Db,
  {
    subscriberId,
    editionId,
    blocks,
    test,
    now,
  }: { subscriberId: number; editionId: number; blocks: number[]; test: boolean; now: Date },
): Promise<void> {
  await sql`
    insert into service_mail (kind, subscriber_id, recipient, address_hash, payload, test, release_at, not_after)
    select 'latest', s.id, s.email, s.address_hash, ${JSON.stringify({ editionId, blocks })}::jsonb, ${test}
         , ${now}::timestamptz, ${now}::timestamptz + interval '6 hours'
      from subscriber s
     where s.id = ${subscriberId} and s.email is not null`.execute(db)
}

/** The blocks of the copy that this reader got on joining; undefined for who got none. */
export async function findLatestBlocks(
  db: Db,
  { editionId, subscriberId }: { editionId: number; subscriberId: number },
): Promise<number[] | undefined> {
  const { rows } = await sql<{ blocks: number[] }>`
    select payload -> 'blocks' as blocks from service_mail
     where subscriber_id = ${subscriberId} and kind = 'latest' and (payload ->> 'editionId')::bigint = ${editionId}
     order by id desc
     limit 1`.execute(db)
  return rows[0]?.blocks
}

export async function findHash(db: Db, editionId: number): Promise<string | undefined> {
  const { rows } = await sql<{ hash: string }>`
    select content_hash as hash from edition where id = ${editionId}`.execute(db)
  return rows[0]?.hash
}
