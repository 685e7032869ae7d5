import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

/** What became of the mails to one destination. */
export type Handed = {
  destination: number
  accepted: number
  /** Mails that a receiver put off at least once, whatever became of them. */
  triedAgain: number
  rejected: number
  uncertain: number
  excluded: number
  waiting: number
}

/** Reads every row of the edition. */
export async function countHanded(db: Db, editionId: number): Promise<Handed[]> {
  const { rows } = await sql<Handed>`
    select destination
         , count(*) filter (where state = 'accepted') as accepted
         , count(*) filter (where replies > 0) as "triedAgain"
         , count(*) filter (where state = 'rejected') as rejected
         , count(*) filter (where state = 'uncertain') as uncertain
         , count(*) filter (where state = 'excluded') as excluded
         , count(*) filter (where state in ('planned', 'claimed')) as waiting
      from delivery
     where edition_id = ${editionId}
     group by destination`.execute(db)
  return rows
}

export async function findKept(
  db: Db,
  { editionId, stamp }: { editionId: number; stamp: string },
): Promise<Handed[] | undefined> {
  const { rows } = await sql<Handed>`
    select destination, accepted, tried_again as "triedAgain", rejected, uncertain, excluded, waiting
      from edition_figures
     where edition_id = ${editionId} and stamp = ${stamp}
     limit 10000`.execute(db)
  return rows.length === 0 ? undefined : rows
}

export async function keepFigures(
  db: Db,
  { editionId, stamp, handed }: { editionId: number; stamp: string; handed: Handed[] },
): Promise<void> {
  const column = (name: keyof Handed) => handed.map((row) => row[name])
  await sql`
    insert into edition_figures
      (edition_id, destination, accepted, tried_again, rejected, uncertain, excluded, waiting, stamp)
    select ${editionId}::bigint, f.*, ${stamp}
      from unnest(${column('destination')}::integer[], ${column('accepted')}::bigint[]
                , ${column('triedAgain')}::bigint[], ${column('rejected')}::bigint[]
                , ${column('uncertain')}::bigint[], ${column('excluded')}::bigint[]
                , ${column('waiting')}::bigint[]) f
    on conflict (edition_id, destination) do update
       set accepted = excluded.accepted, tried_again = excluded.tried_again, rejected = excluded.rejected
         , uncertain = excluded.uncertain, excluded = excluded.excluded, waiting = excluded.waiting
         , stamp = excluded.stamp`.execute(db)
}

/** Mails that came back or were refused, by why; each reader counts once. */
export type Came = {
  destination: number
  kind: 'refused' | 'bounced' | 'complained'
  verdict: string
  reason: string
  readers: number
}

/** Only what really marked a row: what was forged, doubled or too late changed none. */
export async function countReturned(db: Db, editionId: number): Promise<Came[]> {
  const { rows } = await sql<Came>`
    select d.destination, k.kind, r.verdict, coalesce(r.reason, r.verdict) as reason
         , count(distinct r.subscriber_id) as readers
      from returned r
      join delivery d on d.edition_id = ${editionId} and d.subscriber_id = r.subscriber_id
         , lateral (select case when r.channel = 'reply' then 'refused'
                                when r.verdict = 'complaint' then 'complained' else 'bounced' end as kind) k
     where r.edition_id = ${editionId} and r.verdict in ('hard', 'soft', 'ours', 'complaint')
       and case k.kind when 'refused' then d.state = 'rejected'
                       when 'complained' then d.complained_at is not null
                       else d.bounced_at is not null end
     group by 1, 2, 3, 4
     order by readers desc, reason`.execute(db)
  return rows
}

export async function countLeft(
  db: Db,
  editionId: number,
): Promise<{ destination: number; readers: number }[]> {
  const { rows } = await sql<{ destination: number; readers: number }>`
    select d.destination, count(distinct c.subscriber_id) as readers
      from consent_event c
      join delivery d on d.edition_id = ${editionId} and d.subscriber_id = c.subscriber_id
     where c.edition_id = ${editionId} and c.kind = 'left' and c.form <> 'complaint'
     group by d.destination`.execute(db)
  return rows
}

export async function nameDestinations(db: Db): Promise<Map<number, string>> {
  const { rows } = await sql<{ id: number; name: string }>`
    select id, name from destination order by id limit 100000`.execute(db)
  return new Map(rows.map(({ id, name }) => [id, name]))
}

/** Editions of a span that went to readers, not into the built-in inbox. */
export async function listReleased(
  db: Db,
  { from, until }: { from: Date; until: Date },
): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select id from edition
     where release_at >= ${from} and release_at < ${until} and not test
       and state in ('sending', 'sent', 'held', 'stopped', 'expired')
     order by id
     limit 10000`.execute(db)
  return rows.map(({ id }) => id)
}
