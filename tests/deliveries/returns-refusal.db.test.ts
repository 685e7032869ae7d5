import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { recordOutcomes } from '#deliveries/outcome-store.ts'
import type { Outcome } from '#mail/outcome.ts'
import { addReaders, type House, openHouse } from '../house.ts'
import { claim } from './claim-fixture.ts'
import { fates, openDesk, releaseDigest } from './send-fixture.ts'
import { accountOf, changeAddress, DAY, readerOf } from './returns-fixture.ts'

const refused = (reply: string, blame: 'recipient' | 'sender' = 'recipient'): Outcome => ({
  kind: 'rejected',
  code: 550,
  reply,
  blame,
})
const NOBODY = refused('550 5.1.1 <reader1@example.org>: No such user here')
const FULL = refused('552 5.2.2 The mailbox is full')
const OURS = refused('550 5.7.26 This mail is unauthenticated: DKIM did not pass', 'sender')
const UNSURE = refused('550 5.1.1 No such user here', 'sender')

async function openClaimed(readers: number) {
  const house = await openHouse()
  await addReaders(house, readers)
  house.wait(20 * DAY)
  const editionId = await releaseDigest(house)
  await claim(house)
  const write = async (outcomes: Outcome[], attempt = 1) =>
    recordOutcomes(house.db, {
      senderId: 1,
      rows: outcomes.map((fate, index) => ({
        key: { editionId, subscriberId: index + 1, attempt },
        fate,
        at: house.now,
      })),
    })
  return Object.assign(house, { editionId, write })
}

async function returnedOf({ db }: House) {
  const { rows } = await sql<Record<string, unknown>>`
    select event_key as key, verdict, reason, status, subscriber_id as reader, effect
      from returned order by id`.execute(db)
  return rows
}

test('of a batch of refusals each changes its reader by its own verdict', async () => {
  await using house = await openClaimed(4)

  await house.write([NOBODY, FULL, OURS, UNSURE])

  const { editionId } = house
  expect(await returnedOf(house)).toEqual([
    row(1, { verdict: 'hard', reason: 'no such mailbox', status: '5.1.1' }, 'do-not-mail list'),
    row(2, { verdict: 'soft', reason: 'mailbox full', status: '5.2.2' }, 'refused'),
    row(3, { verdict: 'ours', reason: 'authentication', status: '5.7.26' }, 'about us'),
    row(4, { verdict: 'ours', reason: 'policy', status: '5.1.1' }, 'about us'),
  ])
  const readers = await Promise.all([1, 2, 3, 4].map(async (id) => readerOf(house, id)))
  expect(readers).toEqual(['bounced, listed: bounced', 'active', 'active', 'active'])
  expect(await fates(house, editionId)).toEqual(['rejected', 'rejected', 'planned', 'planned'])
  const { told, counted } = await accountOf(house, editionId)
  expect(told).toEqual(counted)

  function row(reader: number, words: object, effect: string) {
    return { key: `${editionId}/${reader}/1`, reader, ...words, effect }
  }
})

test('an outcome that is written again refuses nobody twice', async () => {
  await using house = await openClaimed(1)
  await house.write([NOBODY])

  await house.write([NOBODY])
  await house.write([NOBODY], 7)

  expect(await returnedOf(house)).toHaveLength(1)
})

test('a refusal of a claim that is another’s by now suppresses nobody', async () => {
  await using house = await openClaimed(1)

  await house.write([NOBODY], 7)

  expect(await returnedOf(house)).toEqual([])
  expect(await readerOf(house)).toBe('active')
})

test('a refusal of an old address leaves the new one alone', async () => {
  await using house = await openClaimed(1)
  await changeAddress(house)

  await house.write([NOBODY])

  expect(await readerOf(house)).toBe('active')
  expect((await returnedOf(house))[0]).toMatchObject({ verdict: 'hard', effect: 'refused' })
})

test('no address that a mail system repeats is stored among what came back', async () => {
  await using house = await openClaimed(1)

  await house.write([NOBODY])

  const { rows } = await sql<{ reply: string }>`select reply from returned`.execute(house.db)
  expect(rows[0]?.reply).toBe('550 5.1.1 <…@example.org>: No such user here')
})

test('a mailbox that is full at RCPT counts by the same policy as one that bounces', async () => {
  await using house = await openClaimed(2)
  for (const [index, day] of [0, 7].entries()) {
    const old = 900 + index
    await sql`select ensure_delivery_partition(${old})`.execute(house.db)
    await sql`
      insert into edition (id, newsletter_id, kind, state, run_key, subject, preheader, language, edition_date
                         , compiled, content_hash, approved_hash, release_at, not_after, created_at)
      overriding system value
      select ${old}, newsletter_id, kind, state, ${`old ${day}`}, subject, preheader, language
           , edition_date - 14 + ${day}::integer, compiled, content_hash, approved_hash
           , release_at - make_interval(days => ${14 - day}), not_after, created_at
        from edition where id = ${house.editionId}`.execute(house.db)
    await sql`
      insert into delivery (edition_id, subscriber_id, state, variant, cohort, destination, release_at, not_after
                          , version, address_version, attempt, sender_id, outcome_at)
      select ${old}, 1, 'rejected', variant, cohort, destination, release_at, not_after, 1, 1, 1, 1
           , release_at - make_interval(days => ${14 - day})
        from delivery where edition_id = ${house.editionId} and subscriber_id = 1`.execute(house.db)
    await sql`
      insert into returned (at, channel, event_key, kind, verdict, edition_id, subscriber_id, effect, handled_at)
      values (${house.now}::timestamptz - make_interval(days => ${14 - day}), 'reply', ${`old ${day}`}, 'bounce', 'soft'
            , ${old}, 1, 'refused', ${house.now})`.execute(house.db)
  }

  await house.write([FULL, FULL])

  expect(await readerOf(house, 1)).toBe('bounced, listed: bounced')
  expect(await readerOf(house, 2)).toBe('active')
})

test('a refusal at RCPT suppresses, through the lane and before its next claim', async () => {
  await using house = await openHouse()
  await addReaders(house, 2)
  await using desk = await openDesk(house, {
    script: ({ to }) => (to === 'reader1@example.org' ? NOBODY : undefined),
  })
  const editionId = await releaseDigest(house)

  await desk.drain()

  expect(await fates(house, editionId)).toEqual(['rejected', 'accepted'])
  expect(await readerOf(house, 1)).toBe('bounced, listed: bounced')
  expect(await readerOf(house, 2)).toBe('active')
})

test('a refused confirmation closes its address, and one that is about us does not', async () => {
  await using house = await openHouse()
  await addReaders(house, 2)
  await sql`insert into service_form values ('form', 'Welcome', 'html', 'text')`.execute(house.db)
  await sql`
    insert into service_mail (kind, subscriber_id, recipient, address_hash, form, test, state, release_at, not_after
                            , version, address_version, attempt, sender_id, lease_until)
    select 'confirmation', id, email, address_hash, 'form', true, 'claimed', ${house.now}
         , ${house.now}::timestamptz + interval '1 day', 1, 1, 1, 1, ${house.now}
      from subscriber order by id`.execute(house.db)

  await recordOutcomes(house.db, {
    senderId: 1,
    rows: [NOBODY, OURS].map((fate, index) => ({
      key: { editionId: 0, subscriberId: index + 1, attempt: 1 },
      fate,
      at: house.now,
    })),
  })

  expect(await readerOf(house, 1)).toBe('bounced, listed: bounced')
  expect(await readerOf(house, 2)).toBe('active')
  expect(await returnedOf(house)).toMatchObject([
    { key: '0/1/1', verdict: 'hard', reader: 1 },
    { key: '0/2/1', verdict: 'ours', reader: 2 },
  ])
})
