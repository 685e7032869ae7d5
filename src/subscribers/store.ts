import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

export type Subscriber = {
  id: number
  publicId: number
  state: 'pending' | 'active' | 'left' | 'bounced' | 'complained' | 'erased'
  email: string | null
  addressVersion: number
  timeZone: string
  language: string
  confirmedAt: Date | null
  leftAt: Date | null
}

const columns = sql`
  id, public_id as "publicId", state, email, address_version as "addressVersion", time_zone as "timeZone", language,
  confirmed_at as "confirmedAt", left_at as "leftAt"`

export async function findByAddress(db: Db, addressHash: Buffer): Promise<Subscriber | undefined> {
  const { rows } = await sql<Subscriber>`
    select ${columns} from subscriber where address_hash = ${addressHash}`.execute(db)
  return rows[0]
}

export async function findByPublicId(db: Db, publicId: number): Promise<Subscriber | undefined> {
  const { rows } = await sql<Subscriber>`
    select ${columns} from subscriber where public_id = ${publicId}`.execute(db)
  return rows[0]
}

export type NewSubscriber = {
  publicId: number
  email: string
  addressHash: Buffer
  domain: string
  timeZone: string
  language: string
  now: Date
}

/** A pending row for the address; another request's row if it was faster. */
export async function ensureSubscriber(db: Db, input: NewSubscriber): Promise<Subscriber> {
  const { rows } = await sql<Subscriber>`
    insert into subscriber (public_id, state, email, address_hash, domain, time_zone, language, created_at)
    values (${input.publicId}, 'pending', ${input.email}, ${input.addressHash}, ${input.domain}, ${input.timeZone}
          , ${input.language}, ${input.now})
    on conflict (address_hash) do update set address_hash = excluded.address_hash
    returning ${columns}`.execute(db)
  const [row] = rows
  if (row === undefined) throw new Error('insert returned no row')
  return row
}

export async function activateSubscriber(
  db: Db,
  { id, now }: { id: number; now: Date },
): Promise<void> {
  await sql`
    update subscriber
       set state = 'active', confirmed_at = coalesce(confirmed_at, ${now}), left_at = null
     where id = ${id} and state in ('pending', 'active', 'left')`.execute(db)
}

/** Asking again keeps the reader's own cadence, unless it was off. */
export async function subscribeTo(
  db: Db,
  {
    subscriberId,
    newsletterIds,
    now,
  }: { subscriberId: number; newsletterIds: number[]; now: Date },
): Promise<void> {
  await sql`
    insert into subscription (subscriber_id, newsletter_id, cadence, changed_at)
    select ${subscriberId}, n.id, case n.cadence when 'custom' then 'daily' else n.cadence end, ${now}
      from newsletter n
     where n.id = any(${newsletterIds})
    on conflict (newsletter_id, subscriber_id) do update
       set cadence = excluded.cadence, changed_at = excluded.changed_at, snoozed_until = null
     where subscription.cadence = 'off'`.execute(db)
}

/** One change of a reader's choices at a time: two that leave the last two newsletters at once would each see the other's. */
export async function lockSubscriber(db: Db, id: number): Promise<void> {
  await sql`select 1 from subscriber where id = ${id} for update`.execute(db)
}

/** A newsletter, or all where none is named. */
export type Leave = { subscriberId: number; newsletterId: number | null }

/** Turns one newsletter off, or all, and says whether that changed anything. Who has nothing left has left. */
export async function leave(
  db: Db,
  { subscriberId, newsletterId, now }: Leave & { now: Date },
): Promise<boolean> {
  const { rows } = await sql<{ changed: boolean }>`
    select turn_off(${subscriberId}, ${newsletterId}, ${now}) as changed`.execute(db)
  return rows[0]?.changed === true
}

export async function isSuppressed(db: Db, addressHash: Buffer): Promise<boolean> {
  const { rows } = await sql`select 1 from suppression where address_hash = ${addressHash}`.execute(
    db,
  )
  return rows.length > 0
}

export type Choice = {
  newsletterId: number
  slug: string
  name: string
  description: string
  kind: string
  on: boolean
}

export async function listChoices(db: Db, subscriberId: number): Promise<Choice[]> {
  const { rows } = await sql<Choice>`
    select n.id as "newsletterId", n.slug, n.name, n.description, n.kind, coalesce(u.cadence <> 'off', false) as on
      from newsletter n
      left join subscription u on u.newsletter_id = n.id and u.subscriber_id = ${subscriberId}
     order by n.id
     limit 200`.execute(db)
  return rows
}

/** Ids of the newsletters with these slugs, in the slugs' order; unknown slugs are left out. */
export async function findNewsletterIds(db: Db, slugs: string[]): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select id from newsletter where slug = any(${slugs}) order by array_position(${slugs}, slug)`.execute(
    db,
  )
  return rows.map((row) => row.id)
}

export async function countSubscribers(db: Db): Promise<{ state: string; count: number }[]> {
  const { rows } = await sql<{ state: string; count: number }>`
    select state, count(*) as count from subscriber group by state order by state`.execute(db)
  return rows
}
