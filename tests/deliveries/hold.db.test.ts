import { sql } from 'kysely'
import { expect, test } from 'vitest'
import {
  approveEdition,
  pauseEdition,
  resumeEdition,
  sendEdition,
  stopEdition,
} from '#deliveries/send-edition.ts'
import { countResend, resend } from '#deliveries/resend.ts'
import { sweepDeliveries } from '#deliveries/sweep.ts'
import { getEdition } from '#editions/store.ts'
import { Refusal } from '#errors.ts'
import type { Outcome } from '#mail/outcome.ts'
import { addReaders, type House, openHouse } from '../house.ts'
import {
  approveDigest,
  ensureOperator,
  fates,
  openDesk,
  releaseDigest,
  stateOf,
} from './send-fixture.ts'

const BLAMES_US: Outcome = {
  kind: 'rejected',
  code: 550,
  reply: '550 5.7.26 This mail has been blocked because the sender is unauthenticated',
  blame: 'sender',
}
const UNCERTAIN: Outcome = { kind: 'uncertain', reason: 'the connection was lost after the body' }

test('a refusal of one reader does not hold the edition', async () => {
  await using house = await openHouse()
  await addReaders(house, 2)
  const rejected: Outcome = { ...BLAMES_US, blame: 'recipient' }
  await using desk = await openDesk(house, {
    script: ({ number }) => (number === 1 ? rejected : undefined),
  })
  const editionId = await releaseDigest(house)

  await desk.drain()

  expect(await fates(house, editionId)).toEqual(['rejected', 'accepted'])
  expect(await stateOf(house, editionId)).toBe('sent')
})

test.each([
  ['subject', sql`subject = 'Buy now'`],
  ['preview text', sql`preheader = 'Buy now'`],
  ['body', sql`compiled = jsonb_set(compiled, '{sender,name}', '"Somebody"')`],
  ['approval', sql`approved_hash = repeat('0', 64), content_hash = repeat('0', 64)`],
])(
  'an edition whose %s is not what was approved is held, and nobody is mailed',
  async (_what, change) => {
    await using house = await openHouse()
    await addReaders(house, 2)
    await using desk = await openDesk(house)
    const editionId = await releaseDigest(house)
    await sql`update edition set ${change} where id = ${editionId}`.execute(house.db)

    await desk.drain()

    expect(desk.relay.mails).toEqual([])
    expect(await getEdition(house.db, editionId)).toMatchObject({
      state: 'held',
      stateReason: 'its content is not what was approved',
    })
    expect(await fates(house, editionId)).toEqual(['planned', 'planned'])
  },
)

test('the database refuses to release an edition whose content changed since the approval', async () => {
  await using house = await openHouse()
  const editionId = await approveDigest(house)
  const change =
    sql`update edition set content_hash = repeat('0', 64) where id = ${editionId}`.execute(house.db)

  await expect(change).rejects.toThrow(/check constraint/)
})

test('an approval is for what was seen: another hash is refused, and so is an edition that is out', async () => {
  await using house = await openHouse()
  const operatorId = await ensureOperator(house)
  const editionId = await approveDigest(house)
  const { contentHash } = await getEdition(house.db, editionId)

  await expect(
    approveEdition(house.context, { editionId, contentHash: 'other', operatorId }),
  ).rejects.toThrow(/changed since/)
  await sendEdition(house.context, { editionId, rule: 'now' })
  await expect(
    approveEdition(house.context, { editionId, contentHash, operatorId }),
  ).rejects.toThrow(/only a draft/)
})

test('an edition is released once, however many ask at the same time', async () => {
  await using house = await openHouse()
  await addReaders(house, 2)
  const editionId = await approveDigest(house)

  const asked = await Promise.allSettled(
    [1, 2, 3].map(async () => sendEdition(house.context, { editionId, rule: 'now' })),
  )

  expect(asked.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
  expect(
    asked.flatMap((result) =>
      result.status === 'rejected' ? [result.reason instanceof Refusal] : [],
    ),
  ).toEqual([true, true])
  expect(await fates(house, editionId)).toEqual(['planned', 'planned'])
})

test('mail to real readers waits until the publication says who it is', async () => {
  await using house = await openHouse()
  const editionId = await approveDigest(house)
  const context = { ...house.context, relay: { test: false } }

  await expect(sendEdition(context, { editionId, rule: 'now' })).rejects.toThrow(
    /set name, url, address/,
  )
})

test('an uncertain mail stays uncertain until a person decides; sent again it is the same mail byte for byte', async () => {
  await using house = await openHouse()
  await addReaders(house, 2)
  await using desk = await openDesk(house, {
    script: ({ number }) => (number === 1 ? UNCERTAIN : undefined),
  })
  const editionId = await releaseDigest(house)
  await desk.drain()
  house.wait(60 * 60_000)
  await sweepDeliveries(house.context, desk.sender)
  await desk.drain()
  const left = await fates(house, editionId)
  const sent = await stateOf(house, editionId)

  const count = await sendAgain(house, editionId)
  await desk.drain()

  expect(left).toEqual(['uncertain', 'accepted'])
  expect(sent).toBe('sent')
  expect(count).toBe(1)
  expect(await fates(house, editionId)).toEqual(['accepted', 'accepted'])
  expect(await stateOf(house, editionId)).toBe('sent')
  const [first, , again] = desk.relay.mails
  expect(again).toEqual(first)
})

test('a mail to be sent again whose reader leaves meanwhile may still have arrived', async () => {
  await using house = await openHouse()
  const [reader] = await addReaders(house, 1)
  await using desk = await openDesk(house, { script: () => UNCERTAIN })
  const editionId = await releaseDigest(house)
  await desk.drain()
  await sendAgain(house, editionId)
  await sql`update subscription set cadence = 'off' where subscriber_id = ${reader}`.execute(
    house.db,
  )

  await desk.drain()

  expect(await fates(house, editionId)).toEqual(['uncertain'])
  expect(desk.relay.mails).toHaveLength(1)
})

test('an uncertain mail whose time has passed stays uncertain: it may have arrived', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  await using desk = await openDesk(house, { script: () => UNCERTAIN })
  const editionId = await releaseDigest(house)
  await desk.drain()
  house.wait(7 * 60 * 60_000)

  const count = await sendAgain(house, editionId)

  expect(count).toBe(0)
  expect(await fates(house, editionId)).toEqual(['uncertain'])
  expect(await stateOf(house, editionId)).toBe('sent')
})

test('sending uncertain mails again does not let a held edition go on, and a stopped one stays stopped', async () => {
  await using house = await openHouse()
  await addReaders(house, 2)
  await using desk = await openDesk(house, {
    script: ({ number }) => (number === 1 ? UNCERTAIN : BLAMES_US),
  })
  const editionId = await releaseDigest(house)
  await desk.drain()
  await pauseEdition(house.context, { editionId, by: 'ines' })

  await sendAgain(house, editionId)
  const held = await stateOf(house, editionId)
  await sql`update delivery set state = 'uncertain', retry_at = null, outcome_at = now() where subscriber_id = 1`.execute(
    house.db,
  )
  await stopEdition(house.context, { editionId, reason: 'enough' })

  expect(held).toBe('held')
  await expect(sendAgain(house, editionId)).rejects.toThrow(/is stopped/)
  expect(await fates(house, editionId)).toEqual(['uncertain', 'excluded: stopped'])
})

test('a stop that was cut short is finished by the sweep', async () => {
  await using house = await openHouse()
  await addReaders(house, 2)
  await using desk = await openDesk(house)
  const editionId = await releaseDigest(house)
  await sql`update edition set state = 'stopped', state_reason = 'killed in the middle' where id = ${editionId}`.execute(
    house.db,
  )

  await sweepDeliveries(house.context, desk.sender)

  expect(await fates(house, editionId)).toEqual(['excluded: stopped', 'excluded: stopped'])
  expect((await sql`select 1 from delivery_drain`.execute(house.db)).rows).toEqual([])
})

test('an edition that is sent cannot be stopped, and one that is not held cannot be resumed', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  await using desk = await openDesk(house)
  const editionId = await releaseDigest(house)
  await desk.drain()

  await expect(stopEdition(house.context, { editionId, reason: 'late' })).rejects.toThrow(/is sent/)
  await expect(resumeEdition(house.context, editionId)).rejects.toThrow(/not held/)
})

/** What a person does with uncertain mails: looks at the count, and says yes to it. */
async function sendAgain({ context }: House, editionId: number): Promise<number> {
  const { count } = await countResend(context, { editionId, what: 'uncertain' })
  await resend(context, { editionId, what: 'uncertain', count })
  return count
}
