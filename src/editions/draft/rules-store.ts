import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import { Refusal } from '#errors.ts'
import type { OwnForms } from '#mail/own-forms/form-names.ts'
import type { SectionRule } from '../selection/choose-stories.ts'

/** What of a newsletter decides what an edition holds and how it looks. */
export type EditionRules = {
  id: number
  slug: string
  name: string
  description: string
  kind: 'digest' | 'alerts'
  cadence: 'instant' | 'daily' | 'weekly' | 'custom'
  localTime: string
  timeZone: string | null
  clicks: boolean
  senderName: string | null
  fromAddress: string | null
  replyTo: string | null
  logoUrl: string | null
  colours: Record<string, string>
  /** Its own forms; null where all are the house's. */
  template: OwnForms | null
  subjectRule: string | null
  preheaderRule: string | null
  topicIds: number[]
  sections: SectionRule[]
  minStories: number
  maxStories: number
  freshnessHours: number | null
  told: 'demote' | 'own'
  approval: 'none' | 'unless stopped' | 'one' | 'two'
  empty: 'skip' | 'quiet day'
  linkParameters: string | null
  linkHosts: string[]
  alertBudget: number
  cooldownMs: number
  countdownMs: number
}

const columns = sql`
  id, slug, name, description, kind, cadence, local_time::text as "localTime", time_zone as "timeZone", clicks
, sender_name as "senderName", from_address as "fromAddress", reply_to as "replyTo", logo_url as "logoUrl", colours, template
, subject_rule as "subjectRule", preheader_rule as "preheaderRule", topic_ids as "topicIds", sections
, min_stories as "minStories", max_stories as "maxStories"
, (extract(epoch from freshness) / 3600)::float8 as "freshnessHours", told, approval, "empty"
, link_parameters as "linkParameters", link_hosts as "linkHosts", alert_budget as "alertBudget"
, (extract(epoch from cooldown) * 1000)::bigint as "cooldownMs"
, (extract(epoch from countdown) * 1000)::bigint as "countdownMs"`

/** @throws Refusal that lists the newsletters of the kind */
export async function getRules(
  db: Db,
  { slug, kind }: { slug: string; kind: EditionRules['kind'] },
): Promise<EditionRules> {
  const { rows } = await sql<EditionRules>`
    select ${columns} from newsletter where kind = ${kind} order by id limit 200`.execute(db)
  const found = rows.find((row) => row.slug === slug)
  if (found !== undefined) return found
  const known = rows.map((row) => row.slug).join(', ')
  throw new Refusal(
    `there is no ${kind === 'digest' ? 'digest' : 'alert'} newsletter "${slug}": use ${known}`,
    { field: 'newsletter', status: 404 },
  )
}

export async function getRulesById(db: Db, id: number): Promise<EditionRules> {
  const { rows } = await sql<EditionRules>`
    select ${columns} from newsletter where id = ${id}`.execute(db)
  const [found] = rows
  if (found === undefined) throw new Error(`newsletter ${id} is gone`)
  return found
}
