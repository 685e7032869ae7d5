import { sql } from 'kysely'
import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { ensureForm } from '#deliveries/service-mail.ts'
import { publicationOf, readSettings, type Settings } from '#editions/publication.ts'
import { compileDeskNote } from '#mail/templates.ts'
import { hashAddress } from '#secrets.ts'
import { daysOf, weekInWords } from './week-words.ts'
import { type Week, readWeek } from './week.ts'
import { lastWeek, wallClock } from './week-store.ts'

const MONDAY = 1
/** Before the first meeting of the day. */
const FROM_HOUR = 7

type Needs = Pick<Context, 'db' | 'clock' | 'secrets' | 'enqueue' | 'relay'>

/**
 * Mails the week to the desk on Monday morning, once, whoever asks and however often; on a Monday missed it comes when
 * the machine is back that day. A week in which nothing was sent needs no mail.
 * @returns whether a note was planned
 */
export async function sendMondayNote(context: Needs): Promise<boolean> {
  const { db, clock } = context
  const set = await readSettings({ db })
  const now = clock.now()
  if (set.mondayNote === 'off') return false
  const wall = await wallClock(db, { timeZone: set.timeZone, now })
  if (wall.weekday !== MONDAY || wall.hour < FROM_HOUR) return false
  const { name } = await lastWeek(db, { timeZone: set.timeZone, now })
  if (await isPlanned(db, name)) return false
  const week = await readWeek({ db, clock })
  if (week.editions.length === 0) return false
  return planNote(context, { set, week })
}

async function planNote(
  { db, clock, secrets, enqueue, relay }: Needs,
  { set, week }: { set: Settings; week: Week },
): Promise<boolean> {
  const recipient = set.deskAddress ?? set.replyTo
  const form = await ensureForm(db, await deskNote(set, week))
  const now = clock.now()
  const { rows } = await sql`
    insert into service_mail (kind, recipient, address_hash, form, payload, test, release_at, not_after)
    values ('notice', ${recipient}, ${hashAddress(secrets, recipient)}, ${form}
          , ${JSON.stringify({ week: week.name })}::jsonb, ${relay.test}, ${now}
          , ${now}::timestamptz + interval '24 hours')
    on conflict ((payload ->> 'week')) where kind = 'notice' do nothing
    returning id`.execute(db)
  const planned = rows.length > 0
  if (planned) await enqueue('drain-lane', { lane: 'confirmation' })
  return planned
}

async function isPlanned(db: Db, week: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from service_mail
     where kind = 'notice' and payload ->> 'week' = ${week}
     limit 1`.execute(db)
  return rows.length > 0
}

async function deskNote(
  set: Settings,
  week: Week,
): Promise<{ subject: string; html: string; text: string }> {
  const days = daysOf(week)
  const subject = `${set.name}: your week with readers, ${days}`
  const mail = await compileDeskNote({
    publication: publicationOf(set),
    subject,
    preheader: `${week.activeReaders.toLocaleString('en-GB')} readers, ${week.health.total.accepted.toLocaleString('en-GB')} mails sent.`,
    title: 'Your week with readers',
    dateLine: days,
    passages: weekInWords(week),
    foot: `A note to the desk of ${set.name}, each Monday. "daybreak settings set mondayNote off" ends it.`,
  })
  return { subject, ...mail }
}
