import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

/** Somebody of a list who has never agreed as far as the list tells. */
export type Waiting = {
  subscriberId: number
  /** Null: erased, or active meanwhile. */
  email: string | null
  timeZone: string
  language: string
  /** By short name. */
  newsletters: string[]
  topics: string[]
}

/** The first of those who wait to be asked; of the row's own newsletters those that are on, else the import's. */
export async function listWaiting(
  db: Db,
  { importId, limit }: { importId: number; limit: number },
): Promise<Waiting[]> {
  const { rows } = await sql<Waiting>`
    select a.subscriber_id as "subscriberId", case when s.state = 'pending' then s.email end as email
         , s.time_zone as "timeZone", s.language
         , array(select n.slug from newsletter n
                  where case when a.newsletters is null then r.mapping -> 'newsletters' ? n.slug
                             else n.slug in (select split_part(each, '=', 1)
                                               from string_to_table(a.newsletters, ';') as each
                                              where split_part(each, '=', 2) <> 'off') end
                  order by n.id) as newsletters
         , array(select t.slug from topic t where t.offered and r.mapping -> 'topics' ? t.slug order by t.id) as topics
      from import_ask a
      join import_run r on r.id = a.import_id
      join subscriber s on s.id = a.subscriber_id
     where a.import_id = ${importId}
     order by a.subscriber_id
     limit ${limit}`.execute(db)
  return rows
}

export async function countWaiting(db: Db, importId: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from import_ask where import_id = ${importId}`.execute(db)
  return rows[0]?.count ?? 0
}

export async function dropWaiting(db: Db, subscriberId: number): Promise<void> {
  await sql`delete from import_ask where subscriber_id = ${subscriberId}`.execute(db)
}
