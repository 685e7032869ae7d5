import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { takeReturn } from '#deliveries/returns/take-return.ts'
import { takeWaitingReturns } from '#deliveries/returns/take-waiting-returns.ts'
import type { Verdict } from '#mail/returned/returned.ts'
import { openLocalPart, sealLocalPart } from '#subscribers/tokens.ts'
import { contentsOf } from '../http/web-fixture.ts'
import {
  accountOf,
  bounceOf,
  changeAddress,
  COMPLAINT,
  DAY,
  effectsOf,
  readerOf,
  rowOf,
  tokenOf,
} from './returns-fixture.ts'
import {
  AGAIN,
  CLAIMED,
  NEVER_TRIED,
  NO_SUCH_USER,
  openSettled,
  type ReleasedHouse,
  UNCERTAIN,
  WAITING,
} from './settled-fixture.ts'

let keys = 0
async function take(
  house: ReleasedHouse,
  {
    verdict = 'hard',
    reader = 1,
    addressVersion = 1,
    reason,
    key = `key ${(keys += 1)}`,
  }: {
    verdict?: Verdict
    reader?: number
    addressVersion?: number
    reason?: Parameters<typeof bounceOf>[1]
    key?: string
  } = {},
) {
  const token = await tokenOf(house, { reader, editionId: house.editionId, addressVersion })
  return takeReturn(house.context, {
    channel: 'smtp',
    key,
    returned: bounceOf(verdict, reason),
    token,
  })
}

const ROWS = {
  sent: undefined,
  'in doubt': UNCERTAIN,
  'sent again, in doubt': sql`${AGAIN}, doubtful = true`,
  waiting: WAITING,
  'trying again': AGAIN,
  'being sent': CLAIMED,
  'left out': NEVER_TRIED,
  refused: NO_SUCH_USER,
}

const LISTED = 'bounced, listed: bounced'

test.each([
  {
    verdict: 'hard',
    row: 'sent',
    effect: 'do-not-mail list',
    to: 'accepted, bounced',
    reader: LISTED,
  },
  {
    verdict: 'hard',
    row: 'in doubt',
    effect: 'do-not-mail list',
    to: 'accepted, bounced',
    reader: LISTED,
  },
  {
    verdict: 'hard',
    row: 'sent again, in doubt',
    effect: 'do-not-mail list',
    to: 'accepted, bounced',
    reader: LISTED,
  },
  { verdict: 'hard', row: 'waiting', effect: 'never sent', to: 'planned' },
  { verdict: 'hard', row: 'trying again', effect: 'never sent', to: 'again' },
  { verdict: 'hard', row: 'being sent', effect: 'waiting', to: 'claimed' },
  { verdict: 'hard', row: 'left out', effect: 'never sent', to: 'excluded' },
  { verdict: 'hard', row: 'refused', effect: 'marked already', to: 'rejected' },
  { verdict: 'soft', row: 'sent', effect: 'counted', to: 'accepted, bounced' },
  { verdict: 'soft', row: 'in doubt', effect: 'counted', to: 'accepted, bounced' },
  { verdict: 'ours', row: 'sent', effect: 'about us', to: 'accepted, bounced' },
  { verdict: 'ours', row: 'in doubt', effect: 'about us', to: 'accepted, bounced' },
  { verdict: 'ignore', row: 'sent', effect: 'nothing', to: 'accepted' },
  { verdict: 'ignore', row: 'in doubt', effect: 'nothing', to: 'uncertain' },
] as const)(
  'a bounce ($verdict) of a mail that is $row: $effect',
  async ({ verdict, row, effect, to, ...then }) => {
    const change = ROWS[row]
    await using house = await openSettled(3, change === undefined ? {} : { 1: change })

    const done = await take(house, { verdict })

    expect(done).toBe(effect)
    expect(await rowOf(house, house)).toBe(to)
    expect(await readerOf(house)).toBe('reader' in then ? then.reader : 'active')
    expect([await readerOf(house, 2), await readerOf(house, 3)]).toEqual(['active', 'active'])
    const { told, counted } = await accountOf(house, house.editionId)
    expect(told).toEqual(counted)
  },
)

test.each(['delivered', 'delayed'] as const)(
  'a row in doubt is sent after all when a report says that it is %s; it counts when it was mailed',
  async (reason) => {
    await using house = await openSettled(2, { 1: UNCERTAIN })
    const before = await lastAccepted(house)
    house.wait(3 * DAY)

    const effects = [
      await take(house, { verdict: 'ignore', reason }),
      await take(house, { verdict: 'ignore', reason }),
    ]

    expect(effects).toEqual(['sent after all', 'nothing'])
    expect(await rowOf(house, house)).toBe('accepted')
    expect((await accountOf(house, house.editionId)).told).toEqual({ accepted: 2 })
    expect(await lastAccepted(house)).toBeLessThan(before + 2 * DAY)
  },
)

async function lastAccepted({ db, editionId }: ReleasedHouse): Promise<number> {
  const { rows } = await sql<{ at: Date }>`
    select max(last_at) as at from tally where edition_id = ${editionId} and what = 'accepted'`.execute(
    db,
  )
  return rows[0]?.at.getTime() ?? 0
}

test('a bounce of an old address never touches the new one', async () => {
  await using house = await openSettled(1)
  await changeAddress(house)

  const effects = [await take(house), await take(house, { addressVersion: 2 })]

  expect(effects).toEqual(['old address', 'never sent'])
  expect(await rowOf(house, house)).toBe('accepted, bounced')
  expect(await readerOf(house)).toBe('active')
})

test('an address version past 16 bits is still recognised', async () => {
  await using house = await openSettled(1)
  await sql`update subscriber set address_version = 65537`.execute(house.db)
  await sql`update delivery set address_version = 65537`.execute(house.db)

  expect(await take(house)).toBe('do-not-mail list')
})

test('a forged bounce changes nothing: the token does not open, or names nobody', async () => {
  await using house = await openSettled(1)
  const token = await tokenOf(house, house)
  const other = { tokenKey: Buffer.alloc(32, 9) }
  const before = await contentsOf(house)

  const forged = openLocalPart(
    house.context.secrets,
    'bounce',
    sealLocalPart(other, 'bounce', token),
  )
  const effect = await takeReturn(house.context, {
    channel: 'smtp',
    key: 'a',
    returned: bounceOf('hard'),
    token: { ...token, publicId: token.publicId + 1 },
  })

  expect(forged).toBeUndefined()
  expect(effect).toBe('no such reader')
  expect({ ...(await contentsOf(house)), returned: [] }).toEqual({ ...before, returned: [] })
})

test('a replayed bounce is known already, and under another key its row is marked already', async () => {
  await using house = await openSettled(1)
  await take(house, { key: 'one' })
  const before = await contentsOf(house)

  const effects = [await take(house, { key: 'one' }), await take(house, { key: 'two' })]

  expect(effects).toEqual(['known already', 'marked already'])
  expect({ ...(await contentsOf(house)), returned: [] }).toEqual({ ...before, returned: [] })
})

test('an old bounce never puts a reader back on the list who came back since', async () => {
  await using house = await openSettled(1)
  house.wait(DAY)
  await sql`
    insert into consent_event (at, subscriber_id, newsletter_id, kind, form)
    values (${house.now}, 1, 1, 'confirmed', 'link')`.execute(house.db)

  const effect = await take(house)

  expect(effect).toBe('counted')
  expect(await readerOf(house)).toBe('active')
})

test('a bounce more than 30 days after its mail counts nothing', async () => {
  await using house = await openSettled(1)
  house.wait(31 * DAY)

  expect(await take(house)).toBe('too late')
  expect(await rowOf(house, house)).toBe('accepted')
})

test('who left stays unsubscribed, and the address is not mailed for another newsletter either', async () => {
  await using house = await openSettled(1)
  await sql`update subscriber set state = 'left', left_at = ${house.now}`.execute(house.db)

  await take(house)

  expect(await readerOf(house)).toBe('left, listed: bounced')
})

test('a bounce that is faster than the outcome of its mail waits for it', async () => {
  await using house = await openSettled(1, { 1: CLAIMED })
  const first = await take(house)
  const tooEarly = await takeWaitingReturns(house.context)
  await sql`update delivery set state = 'accepted', lease_until = null, outcome_at = ${house.now}`.execute(
    house.db,
  )

  const handled = await takeWaitingReturns(house.context)

  expect([first, tooEarly, handled]).toEqual(['waiting', 0, 1])
  expect(await effectsOf(house)).toEqual(['do-not-mail list'])
  expect(await readerOf(house)).toBe('bounced, listed: bounced')
})

test('a vacation reply changes nothing, and no address of anybody is stored', async () => {
  await using house = await openSettled(1)
  const token = await tokenOf(house, house)
  const common = { channel: 'imap', token } as const

  await takeReturn(house.context, { ...common, key: 'a', returned: { kind: 'auto-reply' } })
  await takeReturn(house.context, { ...common, key: 'b', returned: bounceOf('soft') })

  expect(await effectsOf(house)).toEqual(['nothing', 'counted'])
  const { rows } = await sql<{ row: string }>`select r::text as row from returned r`.execute(
    house.db,
  )
  expect(rows.map(({ row }) => row).join('\n')).not.toContain('reader1')
})

test('two bounces of one mail at the same moment mark it once', async () => {
  await using house = await openSettled(1, { 1: UNCERTAIN })

  const effects = await Promise.all([take(house), take(house), take(house, { verdict: 'soft' })])

  expect(effects.filter((effect) => effect === 'marked already')).toHaveLength(2)
  expect((await accountOf(house, house.editionId)).told).toEqual({ accepted: 1 })
})

test('a complaint about a bounced mail outweighs the bounce', async () => {
  await using house = await openSettled(1)
  await take(house)
  const token = await tokenOf(house, house)

  await takeReturn(house.context, { channel: 'smtp', key: 'c', returned: COMPLAINT, token })

  expect(await readerOf(house)).toBe('complained, listed: complained')
  expect(await rowOf(house, house)).toBe('accepted, bounced, complained')
})
