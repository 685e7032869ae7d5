import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { hashAddress } from '#secrets.ts'
import { openDesk, releaseDigest } from '../deliveries/send-fixture.ts'
import { ask, at, openWith } from './reader-fixture.ts'

test('what is known of a reader: state, choices, the next mail, consent and mails with what became of them', async () => {
  await using house = await openWith(2)
  const editionId = await releaseDigest(house)
  await using desk = await openDesk(house)
  await desk.drain()
  house.wait(60_000)

  const report = await ask(house, { address: ' Reader1@Example.ORG ' })

  expect(report).toMatchObject({
    reader: 1,
    address: 'R…@example.org',
    state: 'active',
    words: expect.stringMatching(/^an active reader since 2026-11-22 06:30:00 UTC$/),
    timeZone: 'Europe/London',
    nextMailAt: new Date('2026-11-23T06:30:00Z'),
    why: null,
  })
  expect(report.choices.map(({ words }) => words)).toEqual([
    'Morning digest: daily since 2026-11-22 06:30:00 UTC',
    'Breaking news: at once since 2026-11-22 06:30:00 UTC',
  ])
  expect(report.consent.length).toBeGreaterThan(0)
  expect(report.mails).toEqual([
    expect.objectContaining({
      edition: editionId,
      state: 'accepted',
      relayId: '4F3A21',
      words: 'sent 2026-11-22 06:30:00 UTC, taken by the relay as 4F3A21',
    }),
  ])
  expect(JSON.stringify(report)).not.toContain('eader1@')
})

test('only who may add readers sees the whole address', async () => {
  await using house = await openWith(1)

  const report = await ask(house, { whole: true })

  expect(report.address).toBe(at(1))
})

test('an address of nobody is told as such, and whether it is on the do-not-mail list', async () => {
  await using house = await openWith(0)
  await sql`
    insert into suppression (address_hash, reason, at)
    values (${hashAddress(house.context.secrets, 'gone@example.org')}, 'blocked', ${house.now})`.execute(
    house.db,
  )

  expect((await ask(house, { address: 'nobody@example.org' })).words).toMatch(
    /^no reader has this address: look for/,
  )
  expect(await ask(house, { address: 'gone@example.org' })).toMatchObject({
    reader: null,
    words: expect.stringMatching(/on the do-not-mail list: somebody of the team/),
    suppression: { reason: 'blocked', since: house.now },
  })
})

test('a reader’s own later hour, a weekly choice and a pause move the next digest', async () => {
  await using house = await openWith(3)
  const { db } = house
  await sql`update subscriber set digest_time = '08:15', time_zone = 'Europe/Berlin' where id = 1`.execute(
    db,
  )
  await sql`update subscription set cadence = 'weekly' where subscriber_id = 2 and cadence = 'daily'`.execute(
    db,
  )
  await sql`update subscription set snoozed_until = '2026-11-25T12:00:00Z' where subscriber_id = 3`.execute(
    db,
  )
  const next = async (number: number) => (await ask(house, { address: at(number) })).nextMailAt

  expect(await next(1)).toEqual(new Date('2026-11-22T07:15:00Z'))
  expect(await next(2)).toEqual(new Date('2026-11-28T06:30:00Z'))
  expect(await next(3)).toEqual(new Date('2026-11-26T06:30:00Z'))
})
