import { sql } from 'kysely'
import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { Refusal } from '#errors.ts'

export type Newsletter = {
  id: number
  slug: string
  name: string
  description: string
  kind: 'digest' | 'alerts'
  cadence: 'instant' | 'daily' | 'weekly' | 'custom'
  /** HH:MM:SS, its first hour. */
  localTime: string
  /** Further hours of the day, in order. */
  moreHours: string[]
  /** ISO days, 1 is Monday; null is every day, and of a weekly newsletter its weekly day. */
  days: number[] | null
  weeklyDay: number
  /** Null is the publication's. */
  zone: string | null
  /** The newsroom's hour for everybody, or each reader's own. */
  whoseHour: 'house' | 'reader'
  /** Whether editions drafted from now on count how many readers open a story. */
  clicks: boolean
  /** Whether who confirms gets the latest edition at once. */
  welcome: boolean
}

/**
 * A fresh house has a morning digest and alerts. By the clock the digest leaves two minutes after its hour, so that
 * somebody can stop it, and over ten, so that its readers do not open one page at once.
 */
export async function ensureFirstNewsletters({
  db,
  clock,
}: Pick<Context, 'db' | 'clock'>): Promise<void> {
  await sql`
    insert into newsletter (slug, name, description, kind, cadence, local_time, not_after, hold_back, spread
                          , quiet_from, quiet_until, created_at)
    select v.slug, v.name, v.description, v.kind, v.cadence, v.local_time::time, v.not_after::interval, v.hold_back::interval
         , v.spread::interval, v.quiet_from::time, v.quiet_until::time, ${clock.now()}
      from (values
        ('daily', 'Morning digest', 'The day’s news in a few minutes, every morning.', 'digest', 'daily', '06:30', '6 hours', '2 minutes', '10 minutes', null, null),
        ('breaking', 'Breaking news', 'One short mail when something big happens.', 'alerts', 'instant', '00:00', '60 minutes', '0', '0', '22:00', '07:00')
      ) as v (slug, name, description, kind, cadence, local_time, not_after, hold_back, spread, quiet_from, quiet_until)
     where not exists (select from newsletter)
    on conflict (slug) do nothing`.execute(db)
}

const columns = sql`id, slug, name, description, kind, cadence, local_time::text as "localTime"
, more_hours::text[] as "moreHours", days, weekly_day as "weeklyDay", time_zone as zone, whose_hour as "whoseHour"
, clicks, welcome_latest as welcome`

export async function listNewsletters(db: Db): Promise<Newsletter[]> {
  const { rows } =
    await sql<Newsletter>`select ${columns} from newsletter order by id limit 200`.execute(db)
  return rows
}

/** @throws Refusal that lists the newsletters there are */
export async function getNewsletter(
  db: Db,
  { slug, kind }: { slug: string; kind: Newsletter['kind'] },
): Promise<Newsletter> {
  const all = await listNewsletters(db)
  const found = all.find((newsletter) => newsletter.slug === slug && newsletter.kind === kind)
  if (found === undefined) {
    const known = all
      .filter((newsletter) => newsletter.kind === kind)
      .map((newsletter) => newsletter.slug)
    throw new Refusal(
      `there is no ${kind === 'digest' ? 'digest' : 'alert'} newsletter "${slug}": use ${known.join(', ')}`,
      {
        field: 'newsletter',
        status: 404,
      },
    )
  }
  return found
}

/** Counts for editions drafted from now on. @throws Refusal that lists the newsletters there are */
export async function switchClicks(
  { db }: Pick<Context, 'db'>,
  { slug, on }: { slug: string; on: boolean },
): Promise<Newsletter> {
  const { rows } = await sql<Newsletter>`
    update newsletter set clicks = ${on} where slug = ${slug} returning ${columns}`.execute(db)
  const [switched] = rows
  if (switched !== undefined) return switched
  const known = (await listNewsletters(db)).map((newsletter) => newsletter.slug)
  throw new Refusal(`there is no newsletter "${slug}": use ${known.join(', ')}`, {
    field: 'newsletter',
    status: 404,
  })
}

/** Whether who confirms gets the latest edition at once. @throws Refusal that lists the newsletters there are */
export async function switchWelcome(
  { db }: Pick<Context, 'db'>,
  { slug, on }: { slug: string; on: boolean },
): Promise<Newsletter> {
  const { id } = await getNewsletter(db, { slug, kind: 'digest' })
  const { rows } = await sql<Newsletter>`
    update newsletter set welcome_latest = ${on} where id = ${id} returning ${columns}`.execute(db)
  const [switched] = rows
  if (switched === undefined) throw new Error(`newsletter ${id} is gone`)
  return switched
}
