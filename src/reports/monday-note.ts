import type { Context } from '#context.ts'
import { isDeskTold, planDeskMail } from '#deliveries/service/desk-notice.ts'
import type { Form } from '#deliveries/service/form.ts'
import { publicationOf, readSettings, type Settings } from '#editions/publication.ts'
import { compileDeskNote } from '#mail/templates.ts'
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
  const key = `week ${name}`
  if (await isDeskTold(db, key)) return false
  const week = await readWeek({ db, clock })
  if (week.editions.length === 0) return false
  return planDeskMail(context, { key, form: await deskNote(set, week) })
}

async function deskNote(set: Settings, week: Week): Promise<Form> {
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
