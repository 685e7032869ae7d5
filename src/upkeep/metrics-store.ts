import { sql } from 'kysely'
import { z } from 'zod'
import type { Db } from '#db/open.ts'

const histogram = z.object({ counts: z.array(z.number()), seconds: z.number() })
const totals = z.object({
  mails: z.array(
    z.object({ lane: z.string(), destination: z.number(), outcome: z.string(), count: z.number() }),
  ),
  claims: histogram,
  replies: histogram,
})

export type Totals = z.infer<typeof totals>

/** What each sending process said last, those of the past too: so the sums only grow. */
export async function listSendTotals(db: Db): Promise<Totals[]> {
  const { rows } = await sql<{ counts: unknown }>`
    select counts from sender where counts is not null order by id desc limit 5000`.execute(db)
  return rows.flatMap(({ counts }) => {
    const { data } = totals.safeParse(counts)
    return data === undefined ? [] : [data]
  })
}

export async function nameDestinations(db: Db): Promise<Map<number, string>> {
  const { rows } = await sql<{ id: number; name: string }>`
    select id, name from destination limit 10000`.execute(db)
  return new Map(rows.map(({ id, name }) => [id, name]))
}

export type Ages = {
  /** Seconds that the oldest mail has waited that could leave; 0 when none waits. */
  unfinished: number
  waiting: number
  held: number
  senders: number
  readers: number
}

/** By the counters: no scrape reads the ledger. */
export async function readAges(db: Db, now: Date): Promise<Ages> {
  const { rows } = await sql<Ages>`
    with open as (
      select e.id, e.release_at
           , (select coalesce(sum(case t.what when 'planned' then t.count else -t.count end), 0)
                from tally t where t.edition_id = e.id and t.what <> 'retry') as left_over
        from edition e
       where e.state = 'sending' and e.release_at <= ${now})
       , service as (
      select count(*) as waiting, min(release_at) as oldest
        from service_mail where state in ('planned', 'claimed') and release_at <= ${now})
    select coalesce(extract(epoch from ${now}::timestamptz
                            - least((select min(release_at) from open where left_over > 0), service.oldest)), 0)::float8 as unfinished
         , ((select coalesce(sum(greatest(left_over, 0)), 0) from open) + service.waiting)::int8 as waiting
         , (select count(*) from edition where state = 'held') as held
         , (select count(*) from sender where ended_at is null and seen_at > ${now}::timestamptz - interval '30 seconds') as senders
         , (select count(*) from subscriber where state = 'active') as readers
      from service`.execute(db)
  return rows[0] ?? { unfinished: 0, waiting: 0, held: 0, senders: 0, readers: 0 }
}

export type Released = {
  id: number
  newsletter: string
  kind: string
  firstSeconds: number | null
  lastSeconds: number | null
}

/** Editions released within the last day: from the release to the first and to the last mail that was accepted. */
export async function listReleased(db: Db, now: Date): Promise<Released[]> {
  const { rows } = await sql<Released>`
    select e.id, n.slug as newsletter, e.kind
         , extract(epoch from min(t.first_at) - e.release_at)::float8 as "firstSeconds"
         , extract(epoch from max(t.last_at) - e.release_at)::float8 as "lastSeconds"
      from edition e
      join newsletter n on n.id = e.newsletter_id
      left join tally t on t.edition_id = e.id and t.what = 'accepted'
     where e.release_at between ${now}::timestamptz - interval '1 day' and ${now} and not e.test
     group by e.id, n.slug
     order by e.release_at desc
     limit 50`.execute(db)
  return rows
}

export type OpenNotice = { cause: string }

export async function listOpenCauses(db: Db): Promise<string[]> {
  const { rows } = await sql<OpenNotice>`
    select cause from notice where cleared_at is null order by cause limit 100`.execute(db)
  return rows.map(({ cause }) => cause)
}
