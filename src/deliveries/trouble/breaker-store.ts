import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import { PROBE_MS } from './trouble-rules.ts'

export type Breaker = {
  openedAt: Date
  until: Date
  times: number
}

export async function findBreaker(db: Db, destination: number): Promise<Breaker | undefined> {
  const { rows } = await sql<Breaker>`
    select opened_at as "openedAt", until, times from breaker where destination = ${destination}`.execute(
    db,
  )
  return rows[0]
}

/** Destinations of which nothing is claimed now, and those that a few mails may try. */
export async function readBreakers(
  db: Db,
  now: Date,
): Promise<{ shut: number[]; mayTry: number[] }> {
  const { rows } = await sql<{ destination: number; shut: boolean }>`
    select destination, until > ${now} as shut from breaker limit 1000`.execute(db)
  const [shut, mayTry] = [true, false].map((state) =>
    rows.filter((row) => row.shut === state).map((row) => row.destination),
  )
  return { shut: shut ?? [], mayTry: mayTry ?? [] }
}

/** Whether this claim may try the destination: of several only one. */
export async function takeProbe(
  db: Db,
  { destination, now }: { destination: number; now: Date },
): Promise<boolean> {
  const { rows } = await sql`
    update breaker set until = ${new Date(now.getTime() + PROBE_MS)}
     where destination = ${destination} and until <= ${now}
    returning destination`.execute(db)
  return rows.length > 0
}

/** Undefined when somebody opened it since it was looked at. */
export async function putBreaker(
  db: Db,
  {
    destination,
    known,
    times,
    until,
    reason,
    reply,
    now,
  }: {
    destination: number
    known: Breaker | undefined
    times: number
    until: Date
    reason: string
    reply: string
    now: Date
  },
): Promise<boolean> {
  const { rows } = await sql`
    insert into breaker (destination, opened_at, until, times, reason, reply)
    values (${destination}, ${now}, ${until}, ${times}, ${reason}, ${reply})
    on conflict (destination) do update
       set opened_at = excluded.opened_at, until = excluded.until, times = excluded.times
         , reason = excluded.reason, reply = excluded.reply
     where breaker.times = ${known?.times ?? null}::integer
    returning destination`.execute(db)
  return rows.length > 0
}

/** Its name, or undefined when it was not open. */
export async function dropBreaker(
  db: Db,
  { destination, now }: { destination: number; now: Date },
): Promise<string | undefined> {
  const { rows } = await sql<{ name: string }>`
    with dropped as (delete from breaker where destination = ${destination} returning destination)
    update destination t set mended_at = ${now}
      from dropped where t.id = dropped.destination
    returning t.name`.execute(db)
  return rows[0]?.name
}

export type OpenBreaker = {
  destination: string
  /** One word, and the other side's words. */
  reason: string
  reply: string
  /** Since when it refuses us, as far as the last try says. */
  openedAt: Date
  until: Date
}

/** Destinations that refuse us now, for people. */
export async function listBreakers(db: Db): Promise<OpenBreaker[]> {
  const { rows } = await sql<OpenBreaker>`
    select t.name as destination, b.reason, b.reply, b.opened_at as "openedAt", b.until
      from breaker b join destination t on t.id = b.destination
     order by t.name
     limit 1000`.execute(db)
  return rows
}
