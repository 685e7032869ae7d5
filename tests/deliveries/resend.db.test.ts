import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { readAccounts } from '#deliveries/accounts.ts'
import { countResend, resend, type ResendInput } from '#deliveries/resend.ts'
import { stopEdition } from '#deliveries/send-edition.ts'
import { getEdition } from '#editions/store.ts'
import {
  DEFERRED_OUT,
  fates,
  NEVER_TRIED,
  NO_SUCH_USER,
  openSettled,
  REJECTED,
  type ReleasedHouse,
  stateOf,
  UNCERTAIN,
} from './settled-fixture.ts'

const HOUR = 60 * 60_000

/** One reader a fate: sent, may have arrived, tried too late, never tried, refused for us, no such user. */
async function openMixed(): Promise<ReleasedHouse> {
  const house = await openSettled(6, {
    2: UNCERTAIN,
    3: DEFERRED_OUT,
    4: NEVER_TRIED,
    5: REJECTED,
    6: NO_SUCH_USER,
  })
  await sql`update edition set state = 'sent', sent_at = now() where id = ${house.editionId}`.execute(
    house.db,
  )
  return house
}

const later = (house: ReleasedHouse) => new Date(house.now.getTime() + 2 * HOUR)

const OLD = [
  'accepted',
  'uncertain',
  'excluded: expired',
  'excluded: expired',
  'rejected',
  'rejected',
]

type Asked = {
  row: number
  counter: 'uncertain' | 'rejected'
  reply?: string
}

test.each([
  ['uncertain', { row: 1, counter: 'uncertain' }],
  ['rejected', { row: 4, counter: 'rejected', reply: '5.7.26' }],
] as const)(
  'a resend of %s counts and plans exactly these mails, and the accounts balance',
  async (what, { row, counter, reply }: Asked) => {
    await using house = await openMixed()
    const { editionId } = house
    const input: ResendInput = { editionId, what, reply }
    const before = await readAccounts(house.db, editionId)

    const { count } = await countResend(house.context, input)
    await resend(house.context, { ...input, count })

    expect(count).toBe(1)
    expect(await fates(house)).toEqual(OLD.with(row, 'retry'))
    expect(await readAccounts(house.db, editionId)).toMatchObject({
      planned: 6,
      waiting: 0,
      tryingAgain: 1,
      [counter]: before[counter] - 1,
    })
    expect(await stateOf(house)).toBe('sending')
    expect(house.jobs.at(-1)).toEqual({ name: 'drain-lane', data: { lane: 'digest' } })
  },
)

test('what came too late is sent again, also what was never tried as while no relay answered, and both are counted', async () => {
  await using house = await openMixed()
  const { editionId } = house
  const input = { editionId, what: 'deferred-out' as const, notAfter: later(house) }

  const counted = await countResend(house.context, input)
  await resend(house.context, { ...input, count: 2 })

  expect(counted).toEqual({ count: 2, neverTried: 1, replies: [] })
  expect(await fates(house)).toEqual(OLD.with(2, 'retry').with(3, 'retry'))
  expect(await readAccounts(house.db, editionId)).toMatchObject({ tryingAgain: 2, excluded: 0 })
})

test('refused mails are counted with the replies that the words are found in', async () => {
  await using house = await openMixed()
  const { editionId } = house

  const counted = await countResend(house.context, { editionId, what: 'rejected', reply: '550' })

  expect(counted).toMatchObject({
    count: 2,
    replies: [
      { reply: '550 5.1.1 No such user', count: 1 },
      { reply: '550 5.7.26 Unauthenticated mail from courier.example', count: 1 },
    ],
  })
})

test('counting changes nothing', async () => {
  await using house = await openMixed()
  const { editionId } = house

  await countResend(house.context, { editionId, what: 'uncertain' })

  expect(await fates(house)).toEqual(OLD)
  expect(await stateOf(house)).toBe('sent')
})

test('a yes to another count is refused, and nothing changes', async () => {
  await using house = await openMixed()
  const { editionId } = house
  await sql`update delivery set ${UNCERTAIN} where subscriber_id = 1`.execute(house.db)

  const asked = resend(house.context, { editionId, what: 'uncertain', count: 1 })

  await expect(asked).rejects.toThrow('it would be 2 mails now, and you said yes to 1')
  expect(await fates(house)).toEqual(OLD.with(0, 'uncertain'))
  expect(await stateOf(house)).toBe('sent')
})

test('a mail that may have arrived is never booked as left out afterwards, a mail that was refused may be', async () => {
  await using house = await openMixed()
  const { editionId } = house
  await resend(house.context, { editionId, what: 'uncertain', count: 1 })
  await resend(house.context, { editionId, what: 'rejected', reply: '5.7.26', count: 1 })

  await stopEdition(house.context, { editionId, reason: 'enough' })

  expect((await fates(house)).toSpliced(2, 2)).toEqual([
    'accepted',
    'uncertain',
    'excluded: stopped',
    'rejected',
  ])
})

test('mails whose time has passed are not sent again, unless a person says for how long they are worth it', async () => {
  await using house = await openMixed()
  const { editionId } = house
  house.wait(7 * HOUR)
  const input = { editionId, what: 'uncertain' as const }

  const without = (await countResend(house.context, input)).count
  const { count } = await countResend(house.context, { ...input, notAfter: later(house) })
  await resend(house.context, { ...input, notAfter: later(house), count })

  expect([without, count]).toEqual([0, 1])
  const { rows } = await sql`select not_after from delivery where subscriber_id = 2`.execute(
    house.db,
  )
  expect(rows).toEqual([{ not_after: later(house) }])
})

test('a longer time of a mail is not cut short by a resend', async () => {
  await using house = await openMixed()
  const { editionId } = house
  const soon = new Date(house.now.getTime() + 60_000)

  await resend(house.context, { editionId, what: 'uncertain', notAfter: soon, count: 1 })

  const { rows } = await sql`select not_after from delivery where subscriber_id = 2`.execute(
    house.db,
  )
  expect(rows).toEqual([{ not_after: new Date(house.now.getTime() + 6 * HOUR) }])
})

test.each<[string, Omit<ResendInput, 'editionId'>, RegExp]>([
  ['expired mails without a new time', { what: 'deferred-out' }, /for how long from now/],
  ['a time that is over', { what: 'uncertain', notAfter: new Date(0) }, /is over already/],
  ['refused mails without the reply that is mended', { what: 'rejected' }, /say which refusals/],
  ['refused mails with a reply of blanks', { what: 'rejected', reply: '   ' }, /say which/],
])('a resend of %s is refused with the fix', async (_what, input, words) => {
  await using house = await openMixed()

  const asked = countResend(house.context, { editionId: house.editionId, ...input })

  await expect(asked).rejects.toThrow(words)
})

test('nothing of a stopped edition is sent again', async () => {
  await using house = await openMixed()
  const { editionId } = house
  await sql`update edition set state = 'stopped', state_reason = 'enough'`.execute(house.db)
  const input = { editionId, what: 'uncertain' as const }

  await expect(countResend(house.context, input)).rejects.toThrow(/is stopped: nothing/)
  await expect(resend(house.context, { ...input, count: 1 })).rejects.toThrow(/is stopped/)
  expect(await fates(house)).toEqual(OLD)
})

test('a resend does not let a held edition go on', async () => {
  await using house = await openMixed()
  const { editionId } = house
  await sql`update edition set state = 'held', state_reason = 'paused by ines'`.execute(house.db)

  await resend(house.context, { editionId, what: 'uncertain', count: 1 })

  expect(await getEdition(house.db, editionId)).toMatchObject({
    state: 'held',
    stateReason: 'paused by ines',
  })
  expect((await fates(house))[1]).toBe('retry')
})
