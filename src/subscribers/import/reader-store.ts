import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

/** People of the stage by their numbers, and what they get. */
export type Batch = {
  after: number
  upto: number
  importId: number
  operatorId: number | null
  newsletterIds: number[]
  topicIds: number[]
  timeZone: string
  language: string
  now: Date
}

/** How a newsletter comes to who says nothing else. */
const usual = sql`case n.cadence when 'custom' then 'daily' else n.cadence end`

/** In place of public ids that other readers have. */
export async function renewPublicIds(db: Db, { after, upto }: Batch): Promise<void> {
  await sql`
    update import_person i set public_id = ('x' || translate(substr(gen_random_uuid()::text, 1, 13), '-', ''))::bit(48)::bigint
     where n > ${after} and n <= ${upto}
       and (exists (select from subscriber s where s.public_id = i.public_id)
            or public_id in (select public_id from import_person where public_id is not null
                              group by public_id having count(*) > 1))`.execute(db)
}

/**
 * New readers with their newsletters and consent, all in one statement: each row is read once. Who signs up at this very
 * moment keeps what the form said.
 */
export async function addReaders(db: Db, batch: Batch): Promise<{ added: number; asked: number }> {
  const { after, upto, newsletterIds, topicIds, now } = batch
  const { rows } = await sql<{ added: number; asked: number }>`
    with person as materialized (
      select * from import_person where n > ${after} and n <= ${upto} and fate in ('new', 'ask')
    ), added as (
      insert into subscriber (public_id, state, email, address_hash, domain, time_zone, language, created_at, confirmed_at
                            , attributes, digest_time)
      select public_id, (case fate when 'new' then 'active' else 'pending' end)::subscriber_state, email, hash, domain
           , coalesce(zone, ${batch.timeZone}), coalesce(language, ${batch.language})
           , case fate when 'new' then coalesce(since, ${now}) else ${now} end, agreed
           , coalesce(attributes, '{}')::jsonb, hour::time
        from person where reader is null
      on conflict (address_hash) do nothing
      returning id, address_hash, state
    ), welcome as materialized (
      select a.id, a.state, p.* from added a join person p on p.hash = a.address_hash
    ), given as (
      insert into subscription (subscriber_id, newsletter_id, cadence, changed_at)
      select w.id, n.id, ${usual}, ${now}::timestamptz
        from welcome w cross join newsletter n
       where n.id = any(${newsletterIds}) and w.newsletters is null and w.state = 'active'
    ), chosen as (
      insert into subscription (subscriber_id, topic_id, cadence, changed_at)
      select w.id, t.id, 'daily', ${now}::timestamptz
        from welcome w cross join topic t
       where t.id = any(${topicIds}) and w.topics is null and w.state = 'active'
    ), told as (
      insert into consent_event (at, subscriber_id, newsletter_id, kind, form, operator_id, import_id, stated_at)
      select ${now}::timestamptz, w.id, n.id, 'imported', 'import', ${batch.operatorId}::bigint
           , ${batch.importId}::bigint, w.agreed
        from welcome w cross join unnest(${newsletterIds}::bigint[]) as n (id)
       where w.newsletters is null and w.state = 'active'
    ), waiting as (
      insert into import_ask (subscriber_id, import_id, newsletters)
      select coalesce(w.id, p.reader), ${batch.importId}::bigint, p.newsletters
        from person p left join added w on w.address_hash = p.hash
       where p.fate = 'ask' and coalesce(w.id, p.reader) is not null
      on conflict (subscriber_id) do nothing
      returning 1
    )
    select (select count(*) from added where state = 'active') as added
         , (select count(*) from waiting) as asked`.execute(db)
  return rows[0] ?? { added: 0, asked: 0 }
}

/** Those who had asked here and never confirmed, and of whose consent the list tells. */
export async function activateAgreed(db: Db, { after, upto, now }: Batch): Promise<number> {
  const { numAffectedRows } = await sql`
    update subscriber s
       set state = 'active', confirmed_at = coalesce(s.confirmed_at, ${now})
         , attributes = s.attributes || coalesce(i.attributes, '{}')::jsonb
      from import_person i
     where i.n > ${after} and i.n <= ${upto} and i.fate = 'agreed' and s.id = i.reader and s.state = 'pending'`.execute(
    db,
  )
  return Number(numAffectedRows ?? 0)
}

/** What the list says of readers who are here; what they said themselves stays. */
export async function describeKnown(db: Db, { after, upto }: Batch): Promise<void> {
  await sql`
    update subscriber s set attributes = s.attributes || i.attributes::jsonb
      from import_person i
     where i.n > ${after} and i.n <= ${upto} and i.fate = 'here' and s.id = i.reader and i.attributes is not null
       and s.state = 'active' and not s.attributes @> i.attributes::jsonb`.execute(db)
}

/** Newsletters that a known reader never had, where consent is stated: one that was turned off stays off. */
export async function giveKnown(db: Db, batch: Batch): Promise<void> {
  const { after, upto, now, newsletterIds } = batch
  await sql`
    with given as (
      insert into subscription (subscriber_id, newsletter_id, cadence, changed_at)
      select i.reader, n.id, ${usual}, ${now}::timestamptz
        from import_person i
        join subscriber s on s.id = i.reader and s.state = 'active'
       cross join newsletter n
       where i.n > ${after} and i.n <= ${upto} and i.fate in ('here', 'agreed') and i.part = 'reader'
         and i.newsletters is null and n.id = any(${newsletterIds})
      on conflict (newsletter_id, subscriber_id) do nothing
      returning subscriber_id, newsletter_id
    )
    insert into consent_event (at, subscriber_id, newsletter_id, kind, form, operator_id, import_id, stated_at)
    select ${now}::timestamptz, g.subscriber_id, g.newsletter_id, 'imported', 'import', ${batch.operatorId}::bigint
         , ${batch.importId}::bigint, i.agreed
      from given g join import_person i on i.reader = g.subscriber_id`.execute(db)
}

/** Newsletters that each row names for itself, as our own export does: "daily=daily;breaking=off". */
export async function giveNamed(db: Db, batch: Batch): Promise<void> {
  const { after, upto, now } = batch
  await sql`
    with given as (
      insert into subscription (subscriber_id, newsletter_id, cadence, snoozed_until, changed_at)
      select s.id, n.id, split_part(each, '=', 2), case when i.snoozed > ${now} then i.snoozed end, ${now}::timestamptz
        from import_person i
        join subscriber s on s.address_hash = i.hash and s.state = 'active'
       cross join lateral string_to_table(i.newsletters, ';') as each
        join newsletter n on n.slug = split_part(each, '=', 1)
       where i.n > ${after} and i.n <= ${upto} and i.fate in ('new', 'here', 'agreed') and i.part = 'reader'
         and split_part(each, '=', 2) in ('instant', 'daily', 'weekly', 'off')
      on conflict (newsletter_id, subscriber_id) do nothing
      returning subscriber_id, newsletter_id, cadence
    )
    insert into consent_event (at, subscriber_id, newsletter_id, kind, cadence, form, operator_id, import_id, stated_at)
    select ${now}::timestamptz, g.subscriber_id, g.newsletter_id, 'imported', g.cadence, 'import'
         , ${batch.operatorId}::bigint, ${batch.importId}::bigint, i.agreed
      from given g
      join subscriber s on s.id = g.subscriber_id
      join import_person i on i.hash = s.address_hash
     where g.cadence <> 'off'`.execute(db)
}

/** Topics of a column: "local-news;sport", each as our own export has it, "sport=weekly", or once a day. */
export async function followNamed(db: Db, { after, upto, now }: Batch): Promise<void> {
  const cadence = sql`coalesce(nullif(split_part(each, '=', 2), ''), 'daily')`
  await sql`
    insert into subscription (subscriber_id, topic_id, cadence, changed_at)
    select distinct on (s.id, t.id) s.id, t.id, ${cadence}, ${now}::timestamptz
      from import_person i
      join subscriber s on s.address_hash = i.hash and s.state = 'active'
     cross join lateral string_to_table(i.topics, ';') as each
      join topic t on t.slug = split_part(each, '=', 1)
     where i.n > ${after} and i.n <= ${upto} and i.fate in ('new', 'here', 'agreed') and i.part = 'reader'
       and ${cadence} in ('instant', 'daily', 'weekly', 'off')
    on conflict (topic_id, subscriber_id) do nothing`.execute(db)
}

/** The ids of topics by their short names; unknown ones are left out. */
export async function findTopicIds(db: Db, slugs: readonly string[]): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select id from topic where slug = any(${[...slugs]}::text[]) order by id`.execute(db)
  return rows.map(({ id }) => id)
}
