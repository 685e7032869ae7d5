import { sql } from 'kysely'
import { z } from 'zod'
import type { Db } from '#db/open.ts'
import { isMeant, type Meant } from './plan-choices-store.ts'
import { type Curve, everyoneOn, leftToday } from './warm-up.ts'

const Curves = z.record(
  z.string(),
  z.object({ from: z.iso.date(), first: z.number(), factor: z.number(), until: z.number() }),
)

/** What warming up made of an edition: frozen with its first slice. */
export type WarmUp = {
  domain: string
  /** What it may take of the domain's day. */
  mails: number
  /** Who is above the curve; null when everybody is reached today. */
  cut: Cut | null
  everyoneOn: string
}

/** Readers who confirmed before this one wait for a later edition, and so do those whose mails came back. */
export type Cut = { confirmedAt: string; subscriberId: number; bounced: number[] }

type Audience = Meant & { newsletterId: number }

/** The curves by sending domain. */
export async function readCurves(db: Db): Promise<Record<string, Curve>> {
  const { rows } = await sql<{
    value: unknown
  }>`select value from setting where name = 'warmUp'`.execute(db)
  return rows[0] === undefined ? {} : Curves.parse(rows[0].value)
}

export async function writeCurves(db: Db, curves: Record<string, Curve>): Promise<void> {
  await sql`
    insert into setting (name, value) values ('warmUp', ${JSON.stringify(curves)}::jsonb)
    on conflict (name) do update set value = excluded.value`.execute(db)
}

/**
 * Decides once, with the edition's first slice, who of its readers is above the curve of its sending domain. Undefined
 * where no curve holds.
 */
export async function warmUpEdition(
  db: Db,
  { now, ...meant }: Audience & { now: Date },
): Promise<WarmUp | undefined> {
  const { editionId, newsletterId } = meant
  const domain = await findSendingDomain(db, editionId)
  const curve = domain === null ? undefined : (await lockCurves(db))[domain]
  if (domain === null || curve === undefined) return undefined
  const sent = await countDay(db, { domain, now })
  const left = leftToday(curve, { sent, now })
  if (left === null) return undefined
  const audience = await countReaders(db, meant)
  const cut =
    audience <= left
      ? null
      : await findCut(db, { meant, left, bounced: await listBounced(db, newsletterId) })
  const warmUp = {
    domain,
    mails: Math.min(audience, left),
    cut,
    everyoneOn: everyoneOn(curve, audience),
  }
  await sql`update edition set warm_up = ${JSON.stringify(warmUp)}::jsonb where id = ${editionId}`.execute(
    db,
  )
  return warmUp
}

async function findSendingDomain(db: Db, editionId: number): Promise<string | null> {
  const { rows } = await sql<{ domain: string | null }>`
    select nullif(split_part(compiled -> 'sender' ->> 'fromAddress', '@', 2), '') as domain
      from edition where id = ${editionId}
       and exists (select from setting where name = 'warmUp')`.execute(db)
  return rows[0]?.domain ?? null
}

/** Locked, so that two editions released at once do not both take the same mails of the day. */
async function lockCurves(db: Db): Promise<Record<string, Curve>> {
  await sql`select 1 from setting where name = 'warmUp' for update`.execute(db)
  return readCurves(db)
}

/** What editions of the domain took within a day. */
async function countDay(db: Db, { domain, now }: { domain: string; now: Date }): Promise<number> {
  const { rows } = await sql<{ mails: number }>`
    select coalesce(sum((warm_up ->> 'mails')::bigint), 0)::bigint as mails
      from edition
     where warm_up ->> 'domain' = ${domain} and release_at > ${now}::timestamptz - interval '1 day'`.execute(
    db,
  )
  return rows[0]?.mails ?? 0
}

const readers = (meant: Audience) => sql`
  subscription u
  join subscriber s on s.id = u.subscriber_id and s.state = 'active'
  left join suppression p on p.address_hash = s.address_hash
 where u.newsletter_id = ${meant.newsletterId} and u.cadence <> 'off' and p.address_hash is null ${isMeant(meant)}`

async function countReaders(db: Db, meant: Audience): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from ${readers(meant)}`.execute(db)
  return rows[0]?.count ?? 0
}

/** The first reader, of those who confirmed most recently, who is still within the curve. Of one moment the later sign-up wins. */
async function findCut(
  db: Db,
  { meant, left, bounced }: { meant: Audience; left: number; bounced: number[] },
): Promise<Cut> {
  const { rows } = await sql<{ at: string; id: number }>`
    select s.confirmed_at::text as at, s.id from ${readers(meant)}
       and s.id <> all(${bounced}::bigint[])
     order by s.confirmed_at desc, s.id desc
    offset greatest(0, ${left}::bigint - 1) limit 1`.execute(db)
  const [last] = rows
  if (left === 0) return { confirmedAt: 'infinity', subscriberId: 0, bounced: [] }
  return { confirmedAt: last?.at ?? '-infinity', subscriberId: last?.id ?? 0, bounced }
}

/** Readers whose mail came back from one of the newsletter's last editions; no more than a warm-up can have. */
async function listBounced(db: Db, newsletterId: number): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select distinct d.subscriber_id as id
      from (select id from edition where newsletter_id = ${newsletterId} and sent_at is not null
             order by id desc limit 5) e
      join delivery d on d.edition_id = e.id and d.state = 'accepted' and d.bounced_at is not null
     limit 20000`.execute(db)
  return rows.map((row) => row.id)
}
