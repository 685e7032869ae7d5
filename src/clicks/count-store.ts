import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import { bursts, CROWD, EARLY_SECONDS, WHOLE_MAIL } from './scanner-rules.ts'

const LOOKED_AT = 200

/** False while another process counts: two at once would take one reader for two. Until the transaction ends. */
export async function lockCounting(db: Db): Promise<boolean> {
  const { rows } = await sql<{ locked: boolean }>`
    select pg_try_advisory_xact_lock(hashtext('daybreak count clicks')) as locked`.execute(db)
  return rows[0]?.locked === true
}

/**
 * Judges clicks that nobody has judged and adds them up, in one statement. Its snapshot shows the verdicts of earlier
 * batches only, so a reader whom those have counted is told from one who is new.
 */
export async function judgeClicks(
  db: Db,
  { until, limit }: { until: Date; limit: number },
): Promise<number> {
  const { rows } = await sql<{ judged: number }>`
    with due as (
      select id from click_raw where verdict is null and at <= ${until} order by at limit ${limit}
    ), judged as (
      update click_raw r
         set verdict = case when r.method = 'HEAD' then 'head only'
                            when r.agent <> 'browser' then r.agent
                            when r.seconds is null or r.seconds < ${EARLY_SECONDS} then 'too early'
                            when ${inBurst} then 'many links'
                            when ${inCrowd} then 'many readers'
                            else 'person' end
        from due
       where r.id = due.id and r.verdict is null
      returning r.edition_id, r.position, r.reader, r.verdict
    ), person as (
      select distinct j.edition_id, j.position, j.reader from judged j where j.verdict = 'person'
    ), figure as (
      select j.edition_id, j.position, 0 as readers
           , count(*) filter (where j.verdict = 'person') as opens, count(*) filter (where j.verdict <> 'person') as scans
        from judged j group by j.edition_id, j.position
       union all
      select p.edition_id, p.position, count(*), 0, 0 from person p
       where not exists (select from click_raw o
                          where (o.edition_id, o.reader) = (p.edition_id, p.reader)
                            and o.position = p.position and o.verdict = 'person')
       group by p.edition_id, p.position
       union all
      select p.edition_id, -1, count(distinct p.reader), 0, 0 from person p
       where not exists (select from click_raw o
                          where (o.edition_id, o.reader) = (p.edition_id, p.reader) and o.verdict = 'person')
       group by p.edition_id
       union all
      select j.edition_id, -1, 0, count(*) filter (where j.verdict = 'person'), count(*) filter (where j.verdict <> 'person')
        from judged j group by j.edition_id
    ), counted as (
      insert into click_count (edition_id, position, readers, opens, scans)
      select f.edition_id, f.position, sum(f.readers), sum(f.opens), sum(f.scans)
        from figure f group by f.edition_id, f.position
      on conflict (edition_id, position) do update
         set readers = click_count.readers + excluded.readers, opens = click_count.opens + excluded.opens
           , scans = click_count.scans + excluded.scans
    )
    select count(*) as judged from judged`.execute(db)
  return rows[0]?.judged ?? 0
}

const pace = sql.join(
  bursts.map(({ links, seconds }) => sql`(${links}::bigint, ${seconds}::float8)`),
)

/** Whether the click stands in a burst, which begins with it or before it. */
const inBurst = sql`
  exists (select from (values ${pace}
                        union all
                       select greatest(count(*), ${WHOLE_MAIL.links}), ${WHOLE_MAIL.seconds}
                         from edition_link l where l.edition_id = r.edition_id) as b (links, seconds)
            join click_raw s on s.edition_id = r.edition_id and s.reader = r.reader
                            and s.at between r.at - make_interval(secs => b.seconds) and r.at
           where (select count(distinct n.position)
                    from (select k.position from click_raw k
                           where k.edition_id = r.edition_id and k.reader = r.reader
                             and k.at between s.at and s.at + make_interval(secs => b.seconds)
                           order by k.at limit ${LOOKED_AT}) n) >= b.links)`

/** The limit bounds what a gateway of thousands of requests costs; so many hold more than the crowd's readers. */
const inCrowd = sql`
  exists (select from click_raw s
           where s.network = r.network and s.at between r.at - make_interval(secs => ${CROWD.seconds}) and r.at
             and (select count(distinct n.reader)
                    from (select k.reader from click_raw k
                           where k.network = r.network
                             and k.at between s.at and s.at + make_interval(secs => ${CROWD.seconds})
                           order by k.at limit ${LOOKED_AT}) n) >= ${CROWD.readers})`
