import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { planEdition } from '#deliveries/plan.ts'
import { takeReturn } from '#deliveries/returns/take-return.ts'
import { sendEdition } from '#deliveries/send-edition.ts'
import { bounceOf, tokenOf } from '../deliveries/returns-fixture.ts'
import { approveDigest, openDesk, releaseAlert, releaseDigest } from '../deliveries/send-fixture.ts'
import { addReaders, type House } from '../house.ts'
import { ask, at, openWith, why } from './reader-fixture.ts'

test('a mail that was sent is explained with what its relay’s support wants to hear', async () => {
  await using house = await openWith(1)
  const editionId = await releaseDigest(house)
  await using desk = await openDesk(house)
  await desk.drain()

  const { why: explained } = await ask(house, { editionId })

  expect(explained).toMatchObject({
    edition: editionId,
    words: expect.stringMatching(/^sent .* taken by the relay as 4F3A21$/),
    quote: {
      relayId: '4F3A21',
      reply: null,
      messageId: expect.stringMatching(/^<[0-9a-f]{40}@/),
      at: house.now,
    },
  })
  expect(desk.relay.mails[0]?.raw.toString()).toContain(
    `Message-ID: ${explained?.quote?.messageId}`,
  )
})

test('a mail that came back is told with the reason, in the other side’s words', async () => {
  await using house = await openWith(1)
  const editionId = await releaseDigest(house)
  await using desk = await openDesk(house)
  await desk.drain()
  const token = await tokenOf(house, { reader: 1, editionId })
  await takeReturn(house.context, { channel: 'smtp', key: '1', returned: bounceOf('hard'), token })

  expect(await why(house, editionId)).toMatch(
    /^sent .*; came back at .*: no such mailbox: "550 5.1.1/,
  )
})

test('a mail that was refused is told in the reply’s words', async () => {
  await using house = await openWith(1)
  const editionId = await releaseDigest(house)
  await using desk = await openDesk(house, {
    script: () => ({
      kind: 'rejected',
      reply: '550 5.1.1 No such user',
      code: 550,
      blame: 'recipient',
    }),
  })
  await desk.drain()

  expect(await why(house, editionId)).toMatch(
    /^refused by the mail system at .*550 5.1.1 No such user/,
  )
})

test('who has another hour waits for it', async () => {
  await using house = await openWith(1, sql`update subscriber set time_zone = 'America/New_York'`)
  const editionId = await releaseDigest(house, 'local hour')

  expect(await why(house, editionId)).toBe('waits until its hour, 2026-11-22 11:30:00 UTC')
})

test.each<[string, ReturnType<typeof sql>, RegExp]>([
  [
    'unsubscribed in between',
    sql`update subscription set cadence = 'off', changed_at = now() where newsletter_id = 1`,
    /left out .*unsubscribed by then/,
  ],
  [
    'paused',
    sql`update subscription set snoozed_until = '2026-12-01'`,
    /left out .*paused until 2026-12-01/,
  ],
  [
    'on the do-not-mail list',
    sql`insert into suppression (address_hash, reason, at) select address_hash, 'blocked', now() from subscriber`,
    /left out .*do-not-mail list/,
  ],
])('a reader who is %s was left out, with the reason', async (_, change, words) => {
  await using house = await openWith(1)
  const editionId = await releaseDigest(house)
  await using desk = await openDesk(house)
  await change.execute(house.db)
  await desk.drain()

  expect(await why(house, editionId)).toMatch(words)
})

test.each([
  ['already told', 'an earlier mail told all its stories'],
  ['over cap', 'as many mails as one reader may get were sent before'],
  ['expired', 'its send-by time was over, 2026-11-22 12:30:00 UTC'],
  ['stopped', 'the edition was stopped'],
  ['warming up', 'the sending domain is new'],
])('who was left out as %s is told so', async (reason, words) => {
  await using house = await openWith(1)
  const editionId = await releaseDigest(house)
  await sql`
    update delivery set state = 'excluded', reason = ${reason}, outcome_at = ${house.now}
     where edition_id = ${editionId}`.execute(house.db)

  expect(await why(house, editionId)).toContain(`left out at 2026-11-22 06:30:00 UTC: ${words}`)
})

test('where the connection broke off, the mail may have arrived, and there is a number to quote', async () => {
  await using house = await openWith(1)
  const editionId = await releaseDigest(house)
  await using desk = await openDesk(house, {
    script: () => ({ kind: 'uncertain', reason: 'connection lost after the body' }),
  })
  await desk.drain()

  const { why: explained } = await ask(house, { editionId })

  expect(explained?.words).toMatch(/^may have arrived: the connection broke off at 2026-11-22/)
  expect(explained?.quote?.messageId).toMatch(/^<[0-9a-f]{40}@/)
})

test.each<[string, ReturnType<typeof sql>, RegExp]>([
  [
    'wants it once a week',
    sql`update subscription set cadence = 'weekly' where newsletter_id = 1`,
    /^wants this newsletter once a week, and gets the edition of Saturday$/,
  ],
  [
    'had unsubscribed from it',
    sql`update subscription set cadence = 'off', cadence_before = 'daily', changed_at = '2026-11-01' where newsletter_id = 1`,
    /^unsubscribed from the newsletter 2026-11-01 .* before the edition was made$/,
  ],
  [
    'had left',
    sql`with u as (update subscription set cadence = 'off', changed_at = '2026-11-01') update subscriber set state = 'left', left_at = '2026-11-01'`,
    /^unsubscribed from everything 2026-11-01/,
  ],
  [
    'never chose it',
    sql`delete from subscription where newsletter_id = 1`,
    /^this reader never subscribed to the newsletter$/,
  ],
  [
    'has not confirmed',
    sql`update subscriber set state = 'pending', confirmed_at = null`,
    /^this reader has not confirmed/,
  ],
  [
    'turned off the topics of all its stories',
    sql`insert into subscription (subscriber_id, topic_id, cadence, changed_at)
        select 1, id, 'off', '2026-11-01' from topic where slug in ('council', 'sport')`,
    /^the topics that this reader chose left none of its stories$/,
  ],
])('a reader who %s has no row, and is told why', async (_, change, words) => {
  await using house = await openWith(2)
  await sql`update subscriber set created_at = '2026-10-01', confirmed_at = '2026-10-01'`.execute(
    house.db,
  )
  await sql`update subscription set changed_at = '2026-10-01'`.execute(house.db)
  const { db } = house
  const before = await sql<{ id: number }>`select id from subscriber where id = 2`.execute(db)
  expect(before.rows).toHaveLength(1)
  await only(change, house)
  const editionId = await releaseDigest(house)

  expect(await why(house, editionId)).toMatch(words)
})

/** The change, and the second reader as before: an edition without any reader is skipped. */
async function only(change: ReturnType<typeof sql>, { db }: House): Promise<void> {
  await sql`create temporary table kept as select * from subscriber where id = 2`.execute(db)
  await change.execute(db)
  await sql`
    update subscriber s set state = k.state, confirmed_at = k.confirmed_at, left_at = k.left_at
      from kept k where k.id = s.id`.execute(db)
  await sql`
    insert into subscription (subscriber_id, newsletter_id, cadence, changed_at) values (2, 1, 'daily', '2026-10-01')
    on conflict (newsletter_id, subscriber_id) do update set cadence = 'daily'`.execute(db)
}

test('who joined or chose the newsletter after the planning is told when that was', async () => {
  await using house = await openWith(1)
  const editionId = await releaseDigest(house)
  house.wait(3_600_000)
  await addReaders(house, 1, { from: 2 })
  await addReaders(house, 1, { from: 3 })
  await sql`update subscriber set confirmed_at = '2026-10-01' where id = 3`.execute(house.db)

  expect(await why(house, editionId, at(2))).toMatch(
    /^joined 2026-11-22 07:30:00 UTC, after the edition was planned at 2026-11-22 06:30:00/,
  )
  expect(await why(house, editionId, at(3))).toMatch(
    /^chose the newsletter \(daily\) 2026-11-22 07:30:00 UTC, after/,
  )
})

test('an edition that is not sent yet went to nobody', async () => {
  await using house = await openWith(1)
  const editionId = await approveDigest(house)

  expect(await why(house, editionId)).toBe('nobody got it: the edition is approved')
})

test('while an edition is being planned, who is not yet reached is told to wait', async () => {
  await using house = await openWith(1)
  const editionId = await approveDigest(house)
  await sendEdition(house.context, { editionId, rule: 'now' })
  await sql`update edition set planned_at = null, plan_cursor = 0 where id = ${editionId}`.execute(
    house.db,
  )
  await sql`delete from delivery`.execute(house.db)

  expect(await why(house, editionId)).toMatch(/still being planned/)
})

test('who wants alerts with the digest is told that this alert had no topic marked "at once"', async () => {
  await using house = await openWith(2)
  await sql`update subscription set cadence = 'daily' where newsletter_id = 2 and subscriber_id = 1`.execute(
    house.db,
  )
  house.wait(1_000)
  const editionId = await releaseAlert(house)
  await planEdition(house.context, { editionId })

  expect(await why(house, editionId)).toMatch(/^wants at once only alerts of topics marked so/)
})

test('an edition that is not there, and what is no address, are refused', async () => {
  await using house = await openWith(1)

  await expect(why(house, 99)).rejects.toThrow(/99/)
  await expect(ask(house, { address: 'nobody' })).rejects.toThrow(/mail address/)
})
