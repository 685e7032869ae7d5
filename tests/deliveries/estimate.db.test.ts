import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { planEstimate } from '#deliveries/estimate-store.ts'
import { setLimit } from '#deliveries/limits.ts'
import { hashAddress } from '#secrets.ts'
import { addReaders, openHouse } from '../house.ts'
import { addCrowd, approveDigest } from './send-fixture.ts'

const RELAY = { name: 'ses', rate: null, hourly: null, daily: null }

test('readers are counted by destination and hour only where something limits them', async () => {
  await using house = await openHouse({ now: new Date('2026-11-22T05:30:00Z') })
  await addReaders(house, 2, { domain: 'gmail.com' })
  await addReaders(house, 1, { from: 3, timeZone: 'America/New_York' })
  const editionId = await approveDigest(house)
  const asked = { now: house.now, rule: 'local hour' as const, spreadMs: 0, relays: [RELAY] }

  const free = await planEstimate(house.db, editionId, asked)
  await setLimit(house.context, { destination: 'google', rate: 1 })
  const limited = await planEstimate(house.db, editionId, asked)
  const spread = await planEstimate(house.db, editionId, { ...asked, spreadMs: 600_000 })

  expect(free).toMatchObject({ mails: 0, finishAt: null, limitedBy: null, late: 0 })
  expect(limited).toMatchObject({
    mails: 3,
    limitedBy: "the readers' own hour",
    late: 0,
    notAfterMs: 21_600_000,
  })
  expect(limited.finishAt?.toISOString()).toBe('2026-11-22T11:30:00.000Z')
  expect(spread.finishAt?.toISOString()).toBe('2026-11-22T11:40:00.000Z')
})

test('readers are counted as they will be planned: by own hour, and only those whom their choice means', async () => {
  await using house = await openHouse({ now: new Date('2026-11-22T05:30:00Z') })
  const { db, context, now } = house
  await addReaders(house, 6, { timeZone: 'UTC' })
  await addReaders(house, 1, { from: 7, timeZone: 'UTC', domain: 'closed.example' })
  const editionId = await approveDigest(house)
  await sql`update newsletter set weekly_day = 1`.execute(db)
  await sql`update subscriber set digest_time = '09:15' where id = 2`.execute(db)
  await sql`update subscriber set digest_time = '04:00' where id = 3`.execute(db)
  await sql`update subscription set cadence = 'weekly' where subscriber_id = 4`.execute(db)
  await sql`update subscription set snoozed_until = ${now}::timestamptz + interval '1 day' where subscriber_id = 5`.execute(
    db,
  )
  await sql`
    insert into suppression (address_hash, reason, at)
    values (${hashAddress(context.secrets, 'reader6@example.org')}, 'bounced', ${now})`.execute(db)
  await sql`insert into suppressed_domain (domain, at) values ('closed.example', ${now})`.execute(
    db,
  )
  await setLimit(context, { destination: 'other', rate: 1 })
  const asked = { now, spreadMs: 0, relays: [] }

  const byHour = await planEstimate(db, editionId, { ...asked, rule: 'local hour' })
  const atOnce = await planEstimate(db, editionId, { ...asked, rule: 'now' })
  await sql`update newsletter set weekly_day = 7`.execute(db)
  const sunday = await planEstimate(db, editionId, { ...asked, rule: 'local hour' })

  // A pause may be over by the reader's hour.
  expect(byHour.mails).toBe(4)
  expect(byHour.finishAt?.toISOString()).toMatch(/^2026-11-22T09:15/)
  expect(atOnce.mails).toBe(3)
  expect(sunday.mails).toBe(5)
})

test('what relays have used counts, unless one of them has no limit', async () => {
  await using house = await openHouse()
  await addCrowd(house, 300)
  const editionId = await approveDigest(house)
  await sql`
    insert into pace (name, refilled_at, day_start, day_count)
    values ('relay ses', ${house.now}, ${house.now}::timestamptz - interval '4 hours', 900)`.execute(
    house.db,
  )
  const limited = { ...RELAY, daily: 1000 }
  const asked = { now: house.now, rule: 'now' as const, spreadMs: 0 }

  const late = await planEstimate(house.db, editionId, { ...asked, relays: [limited] })
  const free = await planEstimate(house.db, editionId, {
    ...asked,
    relays: [limited, { ...RELAY, name: 'own' }],
  })

  expect(late).toMatchObject({ mails: 300, late: 220, limitedBy: 'relay ses takes 1,000 a day' })
  expect(late.finishAt?.toISOString().slice(0, 16)).toBe('2026-11-23T02:30')
  expect(free).toMatchObject({ finishAt: null, late: 0 })
})

test('an alert waits for no spread', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  const editionId = await approveDigest(house)
  await sql`update edition set kind = 'alert'`.execute(house.db)

  const estimate = await planEstimate(house.db, editionId, {
    now: house.now,
    rule: 'now',
    spreadMs: 36_000_000,
    relays: [],
  })

  expect(estimate).toMatchObject({ late: 0, spreadMs: 0 })
})
