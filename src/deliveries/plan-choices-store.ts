import { type RawBuilder, sql } from 'kysely'
import type { Db } from '#db/open.ts'
import { type Range, within } from './plan-range.ts'
import type { Plan } from './plan-store.ts'

/** What of an edition the readers' choices are held against. */
export type Meant = Pick<Plan, 'editionId' | 'kind' | 'weekly'> & Partial<Pick<Plan, 'update'>>

/**
 * A condition on the subscription `u`: whether the reader's choice means this edition. Who wants a daily newsletter once
 * a week is meant by one edition a week; who has alerts other than at once, by those of topics marked "at once"; who
 * turned off all topics of an alert, not by that one; by an update on a story who asked for updates. Of who has just
 * left, the choice before counts.
 *
 * The range, where the readers are of one: a million choices of a topic are not read for each slice.
 */
export function isMeant(
  { editionId, kind, weekly, update = false }: Meant,
  range?: Range,
): RawBuilder<unknown> {
  const choice = sql`coalesce(nullif(u.cadence, 'off'), u.cadence_before, '')`
  if (kind === 'digest') return weekly ? sql`` : sql`and ${choice} <> 'weekly'`
  if (kind !== 'alert') return sql``
  const topics = sql`
    array(select distinct at.topic_id from edition_story es join article_topic at on at.article_id = es.article_id
           where es.edition_id = ${editionId})`
  return sql`
    ${update ? sql`and u.updates` : sql``}
    and (${choice} not in ('daily', 'weekly')
         or exists (select from subscription t
                     where t.subscriber_id = u.subscriber_id and t.cadence = 'instant' and t.topic_id = any(${topics})))
    and u.subscriber_id not in (select t.subscriber_id from subscription t
                                 where t.topic_id = any(${topics}) and t.cadence = 'off'
                                   ${range === undefined ? sql`` : sql`and ${within(range, sql`t.subscriber_id`)}`}
                                 group by t.subscriber_id
                                having count(*) = cardinality(${topics}))`
}

export async function hasTopicChoices(db: Db, range: Range): Promise<boolean> {
  const { rows } = await sql<{ some: boolean }>`
    select exists (select from subscription
                    where topic_id is not null and ${within(range, sql`subscriber_id`)}) as some`.execute(
    db,
  )
  return rows[0]?.some === true
}

/**
 * Who follows topics gets their stories and those without a topic, as many as a mail holds and everybody's before those
 * that only followers get, or the first that is not off where that leaves none;
 * topics at "weekly" only where the edition is a weekly one. Who has only turned topics off gets all but the stories
 * that have no other topic. An empty list: nothing is left to send.
 *
 * Readers with the same choices get the same blocks: the stories are matched once a set of choices.
 */
export function chosenPart({ editionId, weekly }: Meant, range: Range): RawBuilder<unknown> {
  return sql`
    , block as materialized (
      select es.position, es.followers
           , coalesce(array_agg(at.topic_id) filter (where at.topic_id is not null), '{}') as topics
        from edition_story es left join article_topic at on at.article_id = es.article_id
       where es.edition_id = ${editionId}
       group by es.position, es.followers
    ), most as (
      select n.max_stories as stories from edition e join newsletter n on n.id = e.newsletter_id where e.id = ${editionId}
    ), chooser as materialized (
      select subscriber_id
           , array_agg(case cadence when 'off' then -topic_id when 'weekly' then ${weekly ? sql`topic_id` : sql`0`} else topic_id end
                       order by topic_id) as choices
        from (select subscriber_id, topic_id, cadence from subscription
               where topic_id is not null and ${within(range, sql`subscriber_id`)}
               order by subscriber_id, topic_id) c
       group by subscriber_id
    ), matched as materialized (
      select c.choices, o.topics as off
           , (select array_agg(b.position order by b.position) from block b
               where case when 0 <= any(c.choices)
                          then b.topics && c.choices or b.topics = '{}' and not b.followers
                          else not b.followers and (b.topics = '{}' or not b.topics <@ o.topics) end) as blocks
        from (select distinct choices from chooser) c
       cross join lateral (select array(select -t from unnest(c.choices) t where t < 0) as topics) o
    ), interest as materialized (
      select m.choices
           , case when not exists (select from block) then '{0}'
                  when cardinality(m.blocks) <= most.stories then m.blocks
                  when m.blocks is not null
                  then array(select position
                               from (select position from block
                                      where position = any(m.blocks)
                                      order by followers, position limit most.stories) b
                              order by position)
                  when 0 <= any(m.choices)
                  then coalesce((select array[min(b.position)] from block b
                                  where not b.followers and not b.topics <@ m.off having count(*) > 0), '{}')
                  else '{}' end::integer[] as blocks
        from matched m cross join most
    ), chosen as materialized (
      select c.subscriber_id, i.blocks from chooser c join interest i on i.choices = c.choices
    )`
}
