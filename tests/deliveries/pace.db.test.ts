import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { setLimit } from '#deliveries/limits.ts'
import { grantMails, noteReplies } from '#deliveries/pace.ts'
import { readPaces, walkMayGo } from '#deliveries/pace-store.ts'
import { addReaders, type House, openHouse } from '../house.ts'
import { ask, FREE, GOOGLE, OTHER } from './pace-fixture.ts'
import { addCrowd, releaseAlert, releaseDigest } from './send-fixture.ts'

async function goingWalks({ db, now }: House): Promise<number[]> {
  const { rows } = await sql<{ destination: number }>`
    select d.destination from delivery_drain d join edition e on e.id = d.edition_id
     where ${walkMayGo(now)} order by 1`.execute(db)
  return rows.map((row) => row.destination)
}

test('without a limit everything that is asked for may go, and no bucket is made', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  const editionId = await releaseDigest(house)

  const grant = await ask(house, editionId)

  expect(grant).toEqual({ mails: 500, concurrency: null, because: null })
  expect((await sql`select from pace`.execute(house.db)).rows).toEqual([])
})

test('a destination gets its rate, with words for what kept the rest back, and no other waits for it', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  await addReaders(house, 1, { from: 2, domain: 'gmail.com' })
  const editionId = await releaseDigest(house)
  await setLimit(house.context, { destination: 'google', rate: 20, connections: 6 })
  house.wait(1000)

  const first = await ask(house, editionId, { destination: GOOGLE })
  const second = await ask(house, editionId, { destination: GOOGLE })
  const walks = await goingWalks(house)
  const other = await ask(house, editionId)
  house.wait(500)
  const later = await ask(house, editionId, { destination: GOOGLE })

  expect(first).toEqual({
    mails: 10,
    concurrency: 6,
    because: 'google gets no more mails a second',
  })
  expect(second.mails).toBe(0)
  expect(walks).toEqual([OTHER])
  expect(other.mails).toBe(500)
  expect(later.mails).toBe(10)
  expect(await goingWalks(house)).toEqual([OTHER])
})

test('an alert takes what a digest must leave', async () => {
  await using house = await openHouse()
  await addReaders(house, 1, { domain: 'gmail.com' })
  const digest = await releaseDigest(house)
  const alert = await releaseAlert(house)
  await setLimit(house.context, { destination: 'google', rate: 20 })
  house.wait(1000)
  await ask(house, digest, { destination: GOOGLE })

  const [first, second] = [
    await ask(house, digest, { destination: GOOGLE }),
    await ask(house, alert, { destination: GOOGLE, lane: 'alert' }),
  ]

  expect([first.mails, second.mails]).toEqual([0, 2])
})

test('two senders at once do not get more than the bucket holds, and share the connections', async () => {
  await using house = await openHouse()
  await addReaders(house, 1, { domain: 'gmail.com' })
  const editionId = await releaseDigest(house)
  await setLimit(house.context, { destination: 'google', rate: 100, connections: 6 })
  await sql`
    insert into sender (host_id, boot_id, pid, process_start, journal, test, started_at, seen_at)
    select 'host', 'boot', n, '', '', true, ${house.now}, ${house.now} from generate_series(1, 2) n`.execute(
    house.db,
  )
  house.wait(1000)

  const grants = await Promise.all(
    [1, 2, 3, 4].map(async () => ask(house, editionId, { destination: GOOGLE, want: 20 })),
  )

  expect(grants.reduce((sum, grant) => sum + grant.mails, 0)).toBe(50)
  expect(grants[0]?.concurrency).toBe(3)
})

test('a destination that asks for patience is paused, gets half of what was sent, and grows back', async () => {
  await using house = await openHouse()
  await addReaders(house, 1, { domain: 'gmail.com' })
  const editionId = await releaseDigest(house)
  const reply = '421 4.7.28 Gmail has detected an unusual rate'
  const google = { destination: GOOGLE, want: 5000 }

  await noteReplies(house.db, {
    destination: GOOGLE,
    slowed: 3,
    accepted: 0,
    reply,
    ratePerSecond: 200,
    now: house.now,
    random: () => 0.5,
  })

  expect(await ask(house, editionId, google)).toEqual({
    mails: 0,
    concurrency: null,
    because: `google asked for a pause: ${reply}`,
  })
  expect(await goingWalks(house)).toEqual([])
  house.wait(2000)
  expect(await goingWalks(house)).toEqual([GOOGLE])
  expect((await ask(house, editionId, google)).mails).toBe(50)
  house.wait(58_000)
  expect((await ask(house, editionId, google)).mails).toBe(80) // (100 + 6 steps of 10) / 2
  house.wait(240_000)
  expect((await ask(house, editionId, google)).mails).toBe(5000)
  expect(await readPaces(house.db, ['destination 2'])).toEqual([])
})

test('without figures of its own, what all senders say they send is the bound', async () => {
  await using house = await openHouse()
  const pace = {
    at: house.now,
    lanes: { digest: { mailsPerSecond: 300 }, alert: { mailsPerSecond: 20 } },
  }
  await sql`
    insert into sender (host_id, boot_id, pid, process_start, journal, test, started_at, seen_at, pace)
    values ('host', 'boot', 1, '', '', true, ${house.now}, ${house.now}, ${JSON.stringify(pace)}::jsonb)`.execute(
    house.db,
  )

  await noteReplies(house.db, {
    destination: GOOGLE,
    slowed: 1,
    accepted: 9,
    reply: '421 slow down',
    now: house.now,
  })

  expect(await readPaces(house.db, ['destination 2'])).toMatchObject([{ rate: 160, ceiling: null }])
})

test('accepted mails write nothing', async () => {
  await using house = await openHouse()

  await noteReplies(house.db, {
    destination: GOOGLE,
    slowed: 0,
    accepted: 500,
    reply: null,
    now: house.now,
  })

  expect(await readPaces(house.db, ['destination 2'])).toEqual([])
})

test('the first of spread mails leaves at once, the others evenly, and after the spread all may go', async () => {
  await using house = await openHouse()
  await addCrowd(house, 100)
  await sql`update newsletter set spread = '10 minutes'`.execute(house.db)
  const editionId = await releaseDigest(house)
  const claim = async (mails: number) =>
    sql`update delivery_drain set claimed = claimed + ${mails}`.execute(house.db)

  const first = await ask(house, editionId)
  await claim(1)
  const second = await ask(house, editionId)
  const walks = await goingWalks(house)
  house.wait(60_000)
  const minute = await ask(house, editionId)
  const retried = await ask(house, editionId, { retries: true })
  house.wait(540_000)
  const end = await ask(house, editionId)

  expect([first.mails, second.mails, minute.mails, retried.mails, end.mails]).toEqual([
    1, 0, 10, 500, 500,
  ])
  expect(second.because).toBe('the mails leave spread over time')
  expect(walks).toEqual([])
  expect(await goingWalks(house)).toEqual([OTHER])
})

test('an alert does not wait for a spread', async () => {
  await using house = await openHouse()
  await addReaders(house, 3)
  await sql`update newsletter set spread = '10 minutes'`.execute(house.db)
  const editionId = await releaseAlert(house)
  await sql`update delivery_drain set claimed = 2`.execute(house.db)

  const grant = await ask(house, editionId, { lane: 'alert' })

  expect(grant.mails).toBe(500)
  expect(await goingWalks(house)).toEqual([OTHER])
})

test('a claim that fails leaves the shared bucket as it was', async () => {
  await using house = await openHouse()
  await addReaders(house, 1, { domain: 'gmail.com' })
  const editionId = await releaseDigest(house)
  await setLimit(house.context, { destination: 'google', rate: 20 })
  house.wait(1000)
  const input = {
    lane: 'digest' as const,
    editionId,
    cohort: 1,
    destination: GOOGLE,
    want: 500,
    relays: FREE,
    now: house.now,
  }

  const failed = house.db.transaction().execute(async (db) => {
    await grantMails(db, input)
    throw new Error('the claim failed')
  })
  await expect(failed).rejects.toThrow('the claim failed')

  expect((await ask(house, editionId, input)).mails).toBe(10)
})

test('what the claim asks in SQL and what the bucket says are the same', async () => {
  await using house = await openHouse()
  await addReaders(house, 1, { domain: 'gmail.com' })
  const editionId = await releaseAlert(house)
  await sql`
    insert into pace (name, rate, tokens, refilled_at, slowed_at)
    values ('destination 2', 0.1, 0, ${house.now}, ${house.now})`.execute(house.db)

  for (let second = 0; second < 12; second += 1) {
    const inSql = (await goingWalks(house)).length > 0
    const grant = await ask(house, editionId, { lane: 'alert', destination: GOOGLE, want: 1 })
    await sql`update pace set tokens = 0, refilled_at = slowed_at`.execute(house.db)
    expect({ second, going: inSql }).toEqual({ second, going: grant.mails > 0 })
    house.wait(1000)
  }
})
