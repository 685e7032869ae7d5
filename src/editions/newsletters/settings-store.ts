import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import { Refusal } from '#errors.ts'
import type { NewsletterSettings } from './newsletter-settings.ts'

export type StoredNewsletter = {
  id: number
  slug: string
  name: string
  kind: 'digest' | 'alerts'
  /** Counts changes. */
  revision: number
  /** The forms that are not the house's. */
  ownForms: string[]
  settings: NewsletterSettings
}

const ms = (column: string) => sql`(extract(epoch from ${sql.ref(column)}) * 1000)::bigint`
const hhmm = (column: string) => sql`to_char(${sql.ref(column)}, 'HH24:MI')`

export async function findSettings(
  db: Db,
  slug: string,
): Promise<{ found: StoredNewsletter | undefined; known: string[] }> {
  const { rows } = await sql<StoredNewsletter & { own: boolean }>`
    select n.id, n.slug, n.name, n.kind, n.revision, n.slug = ${slug} as own
         , array(select f from jsonb_object_keys(n.template) f order by f) as "ownForms"
         , jsonb_build_object(
             'name', n.name, 'description', n.description, 'rhythm', n.cadence
           , 'hours', array(select to_char(h, 'HH24:MI') from unnest(array[n.local_time] || n.more_hours) h)
           , 'days', n.days, 'weeklyDay', n.weekly_day, 'zone', n.time_zone, 'whoseHour', n.whose_hour
           , 'automatic', n.automatic_from is not null, 'lead', ${ms('n.lead_time')}
           , 'senderName', n.sender_name, 'fromAddress', n.from_address, 'replyTo', n.reply_to, 'logo', n.logo_url
           , 'colours', n.colours, 'subjectRule', n.subject_rule, 'previewRule', n.preheader_rule
           , 'topics', array(select t.slug from topic t where t.id = any(n.topic_ids) order by t.slug)
           , 'sections', n.sections, 'minimum', n.min_stories, 'maximum', n.max_stories
           , 'freshness', ${ms('n.freshness')}, 'told', n.told, 'approval', n.approval, 'late', n.late, 'empty', n.empty
           , 'holdBack', ${ms('n.hold_back')}, 'spread', ${ms('n.spread')}, 'notAfter', ${ms('n.not_after')}
           , 'linkParameters', n.link_parameters) || jsonb_build_object(
             'linkHosts', n.link_hosts, 'archived', n.archived, 'noindex', n.noindex
           , 'uncertain', n.uncertain_policy, 'alertBudget', n.alert_budget, 'cooldown', ${ms('n.cooldown')}
           , 'quietFrom', ${hhmm('n.quiet_from')}, 'quietUntil', ${hhmm('n.quiet_until')}
           , 'countdown', ${ms('n.countdown')}) as settings
      from newsletter n order by n.id limit 200`.execute(db)
  return { found: rows.find(({ own }) => own), known: rows.map((row) => row.slug) }
}

/** Until the transaction ends, so that of two people who change it at once the second sees what the first did. */
export async function lockNewsletter(db: Db, slug: string): Promise<void> {
  await sql`select from newsletter where slug = ${slug} for update`.execute(db)
}

export async function saveSettings(
  db: Db,
  { id, settings: s, now }: { id: number; settings: NewsletterSettings; now: Date },
): Promise<void> {
  const topicIds = await topicIdsOf(db, { slugs: s.topics, field: 'topics' })
  const inSections = s.sections.flatMap(({ topics }) => topics)
  await topicIdsOf(db, { slugs: inSections, field: 'sections' })
  const [first, ...more] = s.hours
  await sql`
    update newsletter
       set revision = revision + 1, name = ${s.name}, description = ${s.description}
         , cadence = ${s.rhythm}, local_time = ${first}::time
         , more_hours = ${more}::time[], days = ${s.days}::smallint[], weekly_day = ${s.weeklyDay}
         , time_zone = ${s.zone}, whose_hour = ${s.whoseHour}
         , automatic_from = case when ${s.automatic} then coalesce(automatic_from, ${now}) end
         , lead_time = ${time(s.lead)}, sender_name = ${s.senderName}, from_address = ${s.fromAddress}
         , reply_to = ${s.replyTo}, logo_url = ${s.logo}, colours = ${JSON.stringify(s.colours)}::jsonb
         , subject_rule = ${s.subjectRule}, preheader_rule = ${s.previewRule}, topic_ids = ${topicIds}::bigint[]
         , sections = ${JSON.stringify(s.sections)}::jsonb, min_stories = ${s.minimum}, max_stories = ${s.maximum}
         , freshness = ${time(s.freshness)}, told = ${s.told}, approval = ${s.approval}, late = ${s.late}
         , "empty" = ${s.empty}, hold_back = ${time(s.holdBack)}, spread = ${time(s.spread)}
         , not_after = ${time(s.notAfter)}, link_parameters = ${s.linkParameters}
         , link_hosts = ${s.linkHosts}::text[], archived = ${s.archived}, noindex = ${s.noindex}
         , uncertain_policy = ${s.uncertain}, alert_budget = ${s.alertBudget}, cooldown = ${time(s.cooldown)}
         , quiet_from = ${s.quietFrom}::time, quiet_until = ${s.quietUntil}::time, countdown = ${time(s.countdown)}
     where id = ${id}`.execute(db)
}

function time(milliseconds: number | null) {
  return sql`make_interval(secs => ${milliseconds === null ? null : milliseconds / 1000}::double precision)`
}

/** @throws Refusal for a topic that is not there */
async function topicIdsOf(
  db: Db,
  { slugs, field }: { slugs: readonly string[]; field: string },
): Promise<number[]> {
  const { rows } = await sql<{ id: number; slug: string }>`
    select id, slug from topic where slug = any(${[...slugs]}::text[]) limit 2000`.execute(db)
  const missing = slugs.find((slug) => rows.every((row) => row.slug !== slug))
  if (missing === undefined) return rows.map(({ id }) => id)
  throw new Refusal(
    `${field}: there is no topic "${missing.slice(0, 60)}"; "daybreak topics" lists them`,
    {
      field,
    },
  )
}

/** A new one is approved by one person and made by hand, until somebody sets it going. */
export async function insertNewsletter(
  db: Db,
  input: { slug: string; name: string; description: string; kind: 'digest' | 'alerts'; now: Date },
): Promise<boolean> {
  const digest = input.kind === 'digest'
  const { rows } = await sql`
    insert into newsletter (slug, name, description, kind, cadence, local_time, not_after, hold_back, spread
                          , quiet_from, quiet_until, created_at)
    values (${input.slug}, ${input.name}, ${input.description}, ${input.kind}, ${digest ? 'daily' : 'instant'}
          , ${digest ? '06:30' : '00:00'}::time, ${digest ? '6 hours' : '60 minutes'}::interval
          , ${digest ? '2 minutes' : '0'}::interval, ${digest ? '10 minutes' : '0'}::interval
          , ${digest ? null : '22:00'}::time, ${digest ? null : '07:00'}::time, ${input.now})
    on conflict (slug) do nothing
    returning id`.execute(db)
  return rows.length > 0
}

export type Pause = {
  id: number
  fromDay: string
  untilDay: string
  reason: string
  liftedAt: Date | null
}

export async function listPauses(db: Db, newsletterId: number): Promise<Pause[]> {
  const { rows } = await sql<Pause>`
    select id, from_day::text as "fromDay", until_day::text as "untilDay", reason, lifted_at as "liftedAt"
      from newsletter_pause where newsletter_id = ${newsletterId} and lifted_at is null
     order by from_day limit 100`.execute(db)
  return rows
}

export async function insertPause(
  db: Db,
  input: {
    newsletterId: number
    fromDay: string
    untilDay: string
    reason: string
    operatorId: number
    now: Date
  },
): Promise<void> {
  await sql`
    insert into newsletter_pause (newsletter_id, from_day, until_day, reason, operator_id, created_at)
    values (${input.newsletterId}, ${input.fromDay}::date, ${input.untilDay}::date, ${input.reason}, ${input.operatorId}, ${input.now})`.execute(
    db,
  )
}

/** @returns how many were lifted */
export async function liftPauses(
  db: Db,
  { newsletterId, now }: { newsletterId: number; now: Date },
): Promise<number> {
  const { rows } = await sql`
    update newsletter_pause set lifted_at = ${now} where newsletter_id = ${newsletterId} and lifted_at is null returning 1`.execute(
    db,
  )
  return rows.length
}
