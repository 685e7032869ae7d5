import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

export type Subscription = {
  sourceId: number
  hubUrl: string
  topicUrl: string
  /** The path of the callback. */
  callback: string
  secret: Buffer
  state: 'wanted' | 'asked' | 'active' | 'denied' | 'expired'
  leaseUntil: Date | null
}

const columns = sql`source_id as "sourceId", hub_url as "hubUrl", topic_url as "topicUrl", callback, secret, state
                  , lease_until as "leaseUntil"`

/** Remembers the hub that a feed names; another hub, or another name of the feed, is another subscription. */
export async function wantSubscription(
  db: Db,
  input: { sourceId: number; hubUrl: string; topicUrl: string; callback: string; secret: Buffer },
): Promise<void> {
  await sql`
    insert into websub_subscription as s (source_id, hub_url, topic_url, callback, secret)
    values (${input.sourceId}, ${input.hubUrl}, ${input.topicUrl}, ${input.callback}, ${input.secret})
    on conflict (source_id) do update
       set hub_url = excluded.hub_url, topic_url = excluded.topic_url, callback = excluded.callback
         , secret = excluded.secret, state = 'wanted', asked_at = null, verified_at = null, lease_until = null
         , error = null
     where (s.hub_url, s.topic_url) <> (excluded.hub_url, excluded.topic_url)`.execute(db)
}

/**
 * Takes up to `limit` subscriptions whose hub is to be asked: new ones, ones that end soon, ones that the hub did not
 * confirm for an hour, and ones that it refused a week ago. Each is marked as asked, so that no other process asks too.
 */
export async function claimSubscriptions(
  db: Db,
  { now, limit }: { now: Date; limit: number },
): Promise<Subscription[]> {
  const { rows } = await sql<Subscription>`
    update websub_subscription
       set asked_at = ${now}, state = case when state = 'active' and lease_until > ${now} then state else 'asked' end
     where source_id in (
       select s.source_id from websub_subscription s join source on source.id = s.source_id
        where source.url is not null and source.state not in ('paused', 'gone')
          and (s.asked_at is null
               or (s.state = 'active' and s.lease_until < ${now}::timestamptz + interval '1 day'
                   and s.asked_at < ${now}::timestamptz - interval '1 hour')
               or (s.state in ('asked', 'expired') and s.asked_at < ${now}::timestamptz - interval '1 hour')
               or (s.state = 'denied' and s.asked_at < ${now}::timestamptz - interval '7 days'))
        order by s.asked_at nulls first
        limit ${limit}
          for update of s skip locked)
    returning ${columns}`.execute(db)
  return rows
}

export async function findByCallback(db: Db, callback: string): Promise<Subscription | undefined> {
  const { rows } = await sql<Subscription>`
    select ${columns} from websub_subscription where callback = ${callback}`.execute(db)
  return rows[0]
}

/** The hub proved that it got our wish, and says until when it holds. */
export async function markVerified(
  db: Db,
  input: { sourceId: number; now: Date; leaseUntil: Date },
): Promise<void> {
  await sql`
    update websub_subscription
       set state = 'active', verified_at = ${input.now}, lease_until = ${input.leaseUntil}, error = null
     where source_id = ${input.sourceId}`.execute(db)
}

export async function markDenied(
  db: Db,
  { sourceId, error }: { sourceId: number; error: string },
): Promise<void> {
  await sql`
    update websub_subscription set state = 'denied', error = ${error} where source_id = ${sourceId}`.execute(
    db,
  )
}

export async function markHeard(
  db: Db,
  { sourceId, now }: { sourceId: number; now: Date },
): Promise<void> {
  await sql`
    update websub_subscription set heard_at = ${now} where source_id = ${sourceId}`.execute(db)
}

/** Without a word from its hub a subscription ends, and the feed is polled at its own rhythm again. */
export async function expireSubscriptions(db: Db, now: Date): Promise<void> {
  await sql`
    update websub_subscription set state = 'expired' where state = 'active' and lease_until <= ${now}`.execute(
    db,
  )
}
