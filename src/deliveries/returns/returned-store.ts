import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { Channel, Effect } from './effect.ts'

export type NewReturn = {
  channel: Channel
  key: string
  at: Date
  kind: 'bounce' | 'complaint' | 'unsubscribe' | 'auto-reply' | 'reply'
  verdict: 'hard' | 'soft' | 'ours' | 'complaint' | 'ignore' | null
  reason: string | null
  status: string | null
  code: number | null
  reply: string | null
  relayId: string | null
  payload: Payload
}

/** What a person sent has no verdict. */
export const NO_VERDICT = {
  verdict: null,
  reason: null,
  status: null,
  code: null,
  reply: null,
} as const

/** What handling needs later: an opened token, or how to find the row; of a person's reply its words. */
export type Payload = {
  token?: { publicId: number; reference: number; addressVersion: number }
  /** Of a provider's event without a token: the keyed hash of the address, as hexadecimal digits. */
  recipient?: string
  failures?: number
  from?: string
  subject?: string
  text?: string
}

/** Undefined for what is known already, by this key on this channel. */
export async function addReturn(db: Db, row: NewReturn): Promise<number | undefined> {
  const { rows } = await sql<{ id: number }>`
    insert into returned (at, channel, event_key, kind, verdict, reason, status, code, reply, relay_id, payload)
    values (${row.at}, ${row.channel}, ${row.key}, ${row.kind}, ${row.verdict}, ${row.reason}, ${row.status}, ${row.code}
          , ${row.reply}, ${row.relayId}, ${JSON.stringify(row.payload)}::jsonb)
    on conflict (channel, event_key) do update
       set payload = excluded.payload, relay_id = excluded.relay_id, effect = null, handled_at = null
     where returned.subscriber_id is null and returned.handled_at is not null
       and excluded.payload ? 'token' and returned.channel <> 'reply'
    returning id`.execute(db)
  return rows[0]?.id
}

/** Whom it was about, as far as that is known. */
export type About = {
  editionId: number | null
  subscriberId: number | null
  addressVersion: number | null
  destination: number | null
}

export const NOBODY: About = {
  editionId: null,
  subscriberId: null,
  addressVersion: null,
  destination: null,
}

/** The word on it. A waiting one stays unhandled; of a handled one only a person's words are kept. */
export async function settleReturn(
  db: Db,
  { id, about, effect, now }: { id: number; about: About; effect: Effect; now: Date },
): Promise<void> {
  const waits = effect === 'waiting'
  await sql`
    update returned
       set edition_id = ${about.editionId}, subscriber_id = ${about.subscriberId}
         , address_version = ${about.addressVersion}, destination = ${about.destination}
         , effect = ${waits ? null : effect}::text, handled_at = ${waits ? null : now}::timestamptz
         , payload = case when ${waits} or kind = 'reply' then payload else '{}' end
     where id = ${id}`.execute(db)
}

export type WaitingReturn = {
  id: number
  at: Date
  kind: NewReturn['kind']
  verdict: NewReturn['verdict']
  reason: string | null
  reply: string | null
  relayId: string | null
  payload: Payload
}

export async function listWaitingIds(
  db: Db,
  { after, limit }: { after: number; limit: number },
): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select id from returned where handled_at is null and id > ${after} order by id limit ${limit}`.execute(
    db,
  )
  return rows.map(({ id }) => id)
}

/** Undefined when another one handles it, or has. */
export async function claimWaiting(db: Db, id: number): Promise<WaitingReturn | undefined> {
  const { rows } = await sql<WaitingReturn>`
    select id, at, kind, verdict, reason, reply, relay_id as "relayId", payload from returned
     where id = ${id} and handled_at is null
       for update skip locked`.execute(db)
  return rows[0]
}

/** Counts a failure to handle it; after the last one it is put aside, with the reason. */
export async function noteFailure(
  db: Db,
  { id, reason, most, now }: { id: number; reason: string; most: number; now: Date },
): Promise<void> {
  await sql`
    update returned r
       set payload = jsonb_set(r.payload, '{failures}', to_jsonb(f.count))
         , effect = case when f.count >= ${most} then 'failed: ' || ${reason}::text end
         , handled_at = case when f.count >= ${most} then ${now}::timestamptz end
      from (select coalesce((payload ->> 'failures')::integer, 0) + 1 as count from returned where id = ${id}) f
     where r.id = ${id} and r.handled_at is null`.execute(db)
}

/** A complaint about this edition that was honoured before: told twice is one complaint. */
export async function hasComplained(
  db: Db,
  { subscriberId, editionId }: { subscriberId: number; editionId: number },
): Promise<boolean> {
  const { rows } = await sql`
    select 1 from returned
     where subscriber_id = ${subscriberId} and edition_id = ${editionId} and kind = 'complaint'
       and effect in ('do-not-mail list', 'unsubscribed')
     limit 1`.execute(db)
  return rows.length > 0
}

/** Events that say nothing we act on, by name. */
export async function countEvents(
  db: Db,
  { channel, names, now }: { channel: Channel; names: string[]; now: Date },
): Promise<void> {
  if (names.length === 0) return
  // Sorted, so that two webhooks lock the same counters in the same order and cannot deadlock.
  await sql`
    insert into provider_count (channel, name, day, count)
    select ${channel}, name, (${now}::timestamptz at time zone 'UTC')::date, count(*)
      from unnest(${names}::text[]) name
     group by name
     order by name collate "C"
    on conflict (channel, name, day) do update set count = provider_count.count + excluded.count`.execute(
    db,
  )
}
