import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { releaseDue } from '#deliveries/release-due.ts'
import { instantOf, offsetMs } from '#editions/clock/instant.ts'
import { sweepDueTimes } from '#editions/clock/sweep-due-times.ts'
import { insertEdition } from '#editions/content-store.ts'
import { changeNewsletter } from '#editions/newsletters/change-newsletter.ts'
import { type House, openHouse } from '../../house.ts'

// A year of a daily newsletter at 7:00 of each reader's own clock, a reader in every zone. Its due times are the real
// ones all year; the real release and the real planner run on every day around a change of clocks anywhere, and on one
// in fifteen of the others. Nobody sends the mails, which are the smallest there are. The instants of all other days are
// checked by themselves.

const FIRST = Date.UTC(2026, 9, 1, 12)
const DAYS = 365
const HOUR = 3_600_000
const DAY = 24 * HOUR

let house: House
const zones = Intl.supportedValuesOf('timeZone')
const dayAt = (day: number) => new Date(FIRST + day * DAY).toISOString().slice(0, 10)

/** Days beside a change of clocks somewhere, and one in fifteen of the others. */
const eventful = new Set(
  Array.from({ length: DAYS + 2 }, (_, day) => day).flatMap((day) => {
    const at = FIRST + day * DAY
    const changes = zones.some((zone) => offsetMs(zone, at) !== offsetMs(zone, at + DAY))
    if (changes) return [dayAt(day - 1), dayAt(day), dayAt(day + 1), dayAt(day + 2)]
    return day % 15 === 0 ? [dayAt(day)] : []
  }),
)

beforeAll(async () => {
  house = await openHouse({ now: new Date(FIRST), env: { PUBLIC_URL: SENDER.publicUrl } })
  await sql`
    with reader as (
      insert into subscriber (public_id, state, email, address_hash, domain, time_zone, language, created_at, confirmed_at)
      select n, 'active', 'zone' || n || '@example.net', sha256(('zone' || n)::bytea), 'example.net', z.name, 'en', ${house.now}, ${house.now}
        from unnest(${zones}::text[]) with ordinality as z (name, n)
      returning id)
    insert into subscription (subscriber_id, newsletter_id, cadence, changed_at)
    select r.id, n.id, 'daily', ${house.now} from reader r, newsletter n where n.slug = 'daily'`.execute(
    house.db,
  )
  await changeNewsletter(house.context, {
    slug: 'daily',
    changes: { hours: ['07:00'], whoseHour: 'reader', automatic: true, holdBack: '0', spread: '0' },
  })
}, 60_000)
afterAll(async () => house[Symbol.asyncDispose]())

async function draftSmallest(
  localDate: string,
  run: { slot: number; localTime: string; dueAt: Date; deadlineAt: Date },
) {
  const editionId = await insertEdition(house.db, {
    newsletterId: 1,
    kind: 'digest',
    state: 'draft',
    runKey: localDate,
    subject: `The news of ${localDate}`,
    preheader: '',
    language: 'en',
    editionDate: localDate,
    compiled: { form: 'single', ...SMALLEST, sender: SENDER },
    contentHash: localDate,
    operatorId: null,
    stories: [],
    now: house.now,
    run,
  })
  if (editionId === undefined) return { kind: 'taken' as const, editionId }
  const counts = { seen: 1, leftOut: {}, chosen: 1 }
  const drafted = { kind: 'drafted' as const, editionId, stories: 1, notes: [], counts }
  if (!eventful.has(localDate)) {
    await sql`
      update edition set state = 'sent', approved_hash = content_hash, release_at = ${run.dueAt}
           , planned_at = ${run.dueAt}, sent_at = ${run.dueAt}, audience = 0
       where id = ${editionId}`.execute(house.db)
    return drafted
  }
  await sql`update edition set state = 'approved', approved_hash = content_hash where id = ${editionId}`.execute(
    house.db,
  )
  return drafted
}

const SMALLEST = {
  html: '<p>News. <a href="%%slot:unsubscribeUrl%%">Leave</a></p>',
  text: 'News.\n%%slot:unsubscribeUrl%%',
}
const SENDER = {
  name: 'The Courier',
  fromAddress: 'news@courier.example',
  replyTo: 'desk@courier.example',
  bounceDomain: 'bounce.courier.example',
  publicUrl: 'http://localhost:8080/',
  newsletter: { slug: 'daily', name: 'Morning digest' },
}

async function tick(): Promise<void> {
  await sweepDueTimes(house.context, async ({ run }) => draftSmallest(run.localDate, run))
  await releaseDue(house.context)
}

type Mail = { zone: string; day: string; at: Date; count: number }

test('of a year every reader in every zone gets one edition a day, between 6:59 and 7:59 of their clock', async () => {
  for (let day = 0; day < DAYS; day += 1) {
    // 17:00 UTC is 7:00 in the first zone, half an hour behind the draft; now and then somebody looks more often.
    const hours = day % 30 === 0 ? [0, 4.5, 5, 5, 6, 12] : [4.5, 5]
    for (const hour of hours) {
      house.now = new Date(FIRST + day * DAY + hour * HOUR)
      await tick()
    }
  }

  await tick()

  const { rows: due } = await sql<{ day: string; state: string; at: Date }>`
      select local_date::text as day, state, due_at as at from due_time order by local_date`.execute(
    house.db,
  )
  const { rows: mails } = await sql<Mail>`
      select s.time_zone as zone, e.edition_date::text as day, min(d.release_at) as at, count(*)::integer as count
        from delivery d join edition e on e.id = d.edition_id join subscriber s on s.id = d.subscriber_id
       group by 1, 2`.execute(house.db)

  expect(due.map(({ state }) => state)).toEqual(due.map(() => 'sent'))
  expect(due).toHaveLength(DAYS)
  expect(new Set(due.map(({ day }) => day)).size).toBe(DAYS)
  expect(mails.length).toBeGreaterThan(50 * zones.length)
  expect(mails).toHaveLength(due.filter(({ day }) => eventful.has(day)).length * zones.length)
  expect(mails.filter(({ count }) => count !== 1)).toEqual([])
  const wrong = mails.filter(({ zone, day, at }) => {
    const local = clockOf(zone, at)
    return local.slice(0, 10) !== day || local.slice(11) < '06:59' || local.slice(11) > '07:59'
  })
  expect(wrong).toEqual([])
}, 300_000)

test('on every day of the year 7:00 is 7:00 on the clock of every zone', () => {
  const wrong: string[] = []
  for (let day = 0; day < DAYS; day += 1) {
    for (const zone of zones) {
      const at = instantOf({ date: dayAt(day), time: '07:00', zone })
      if (clockOf(zone, at) !== `${dayAt(day)} 07:00`) wrong.push(`${zone} ${dayAt(day)}`)
    }
  }
  expect(wrong).toEqual([])
})

const clocks = new Map<string, Intl.DateTimeFormat>()

/** `2026-11-22 07:00` */
function clockOf(zone: string, at: Date): string {
  const clock =
    clocks.get(zone) ??
    new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' })
  clocks.set(zone, clock)
  return clock.format(at)
}
