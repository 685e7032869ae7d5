import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import { breakerInWords } from './trouble/fix.ts'
import type { WarmUp } from './warm-up-store.ts'

/**
 * What keeps mails of the edition back: a hold of everything, then receivers that refuse us, then slowed relays and
 * receivers.
 */
export async function listHindrances(db: Db, editionId: number): Promise<string[]> {
  const { rows } = await sql<Hindrance>`
    select held as reply, held_at as at, 0 as rank, null as destination, null as reason, null::timestamptz as until
      from restore_mark where held is not null
     union all
    select b.reply, b.opened_at, 1, t.name, b.reason, b.until
      from breaker b join destination t on t.id = b.destination
     where exists (select from delivery_drain d where d.edition_id = ${editionId} and d.destination = b.destination)
        or exists (select from delivery d
                    where d.edition_id = ${editionId} and d.destination = b.destination and d.retry_at is not null)
     union all
    select p.reply, p.slowed_at, 2, null, null, null from pace p
     where p.reply is not null and (p.rate < p.ceiling or p.ceiling is null)
       and (p.name like 'relay %'
            or p.name in (select 'destination ' || d.destination from delivery_drain d where d.edition_id = ${editionId}))
     order by rank, at desc nulls last
     limit 3`.execute(db)
  return rows.map((row) => (row.destination === null ? row.reply : breakerInWords(row)))
}

type Hindrance = { reply: string } & (
  | { destination: string; reason: string; until: Date }
  | { destination: null }
)

/**
 * What relays said of mails to be tried again, most frequent first. A look at the next hundred, by their own index:
 * it costs the same however many there are.
 */
export async function listRetryReplies(db: Db, editionId: number): Promise<string[]> {
  const { rows } = await sql<{ reply: string }>`
    with next as (
      select reply from delivery
       where edition_id = ${editionId} and state = 'planned' and retry_at is not null
       order by retry_at
       limit 100
    )
    select reply from next where reply is not null
     group by reply
     order by count(*) desc, reply
     limit 3`.execute(db)
  return rows.map((row) => row.reply)
}

/** What warming up its sending domain made of the edition; null where no curve holds. */
export async function findWarmUp(db: Db, editionId: number): Promise<WarmUp | null> {
  const { rows } = await sql<{ warmUp: WarmUp | null }>`
    select warm_up as "warmUp" from edition where id = ${editionId}`.execute(db)
  return rows[0]?.warmUp ?? null
}
