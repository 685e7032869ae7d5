import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { listWornOut } from '#deliveries/returns/suppress-store.ts'
import { takeReturn } from '#deliveries/returns/take-return.ts'
import { addReaders, type House, openHouse } from '../house.ts'
import { releaseDigest } from './send-fixture.ts'
import { bounceOf, DAY, readerOf, tokenOf } from './returns-fixture.ts'
import { settleRows } from './settled-fixture.ts'

/** One digest of the first reader on each of these days: what came back softly, or stayed. */
async function openMornings(mornings: [day: number, what: 'soft' | 'stayed' | 'ours'][]) {
  const house = await openHouse()
  await addReaders(house, 2)
  const start = house.now.getTime()
  house.wait(1000)
  const effects: string[] = []
  for (const [day, what] of mornings) {
    house.wait(start + day * DAY - house.now.getTime() + 1000)
    const editionId = await morningOf(house)
    if (what !== 'stayed') effects.push(await softly(house, { editionId, what }))
  }
  return Object.assign(house, { effects })
}

async function morningOf(house: House): Promise<number> {
  const first = await findEdition(house)
  const editionId =
    first === undefined ? await releaseDigest(house) : await copyEdition(house, first)
  await settleRows(house, editionId)
  return editionId
}

async function findEdition({ db }: House): Promise<number | undefined> {
  const { rows } = await sql<{ id: number }>`select min(id) as id from edition`.execute(db)
  return rows[0]?.id ?? undefined
}

/** The same again on another day. */
async function copyEdition({ db, now }: House, id: number): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    insert into edition (newsletter_id, kind, state, run_key, subject, preheader, language, edition_date, compiled
                       , content_hash, approved_hash, release_at, not_after, created_at)
    select newsletter_id, kind, state, ${now.toISOString()}, subject, preheader, language, ${now}::date, compiled
         , content_hash, approved_hash, ${now}, not_after, ${now}
      from edition where id = ${id}
    returning id`.execute(db)
  const copy = rows[0]?.id ?? 0
  await sql`select ensure_delivery_partition(${copy})`.execute(db)
  await sql`
    insert into delivery (edition_id, subscriber_id, state, variant, cohort, destination, release_at, not_after)
    select ${copy}::bigint, subscriber_id, 'planned', variant, cohort, destination, ${now}::timestamptz
         , ${now}::timestamptz + interval '6 hours'
      from delivery where edition_id = ${id}`.execute(db)
  return copy
}

async function softly(
  house: House,
  { editionId, what }: { editionId: number; what: 'soft' | 'ours' },
): Promise<string> {
  const token = await tokenOf(house, { editionId })
  const key = `edition ${editionId}`
  return takeReturn(house.context, { channel: 'smtp', key, returned: bounceOf(what), token })
}

test.each([
  ['three over 14 days', [0, 7, 14], true],
  ['three over 13 days', [0, 7, 13], false],
  ['two over 20 days', [0, 20], false],
  ['four over 14 days', [0, 1, 2, 14], true],
  ['three, the first 91 days ago', [0, 80, 91], false],
] as const)('full mailbox: %s', async (_name, days, suppressed) => {
  await using house = await openMornings(days.map((day) => [day, 'soft']))

  expect(await readerOf(house)).toBe(suppressed ? 'bounced, listed: bounced' : 'active')
  expect(house.effects.at(-1)).toBe(suppressed ? 'do-not-mail list' : 'counted')
  expect(await readerOf(house, 2)).toBe('active')
})

test('what stayed in the mailbox between begins the count anew', async () => {
  await using house = await openMornings([
    [0, 'soft'],
    [5, 'soft'],
    [6, 'stayed'],
    [14, 'soft'],
    [21, 'soft'],
  ])
  const before = await readerOf(house)

  house.wait(7 * DAY)
  const effect = await softly(house, { editionId: await morningOf(house), what: 'soft' })

  expect(before).toBe('active')
  expect(effect).toBe('do-not-mail list')
})

test('what was refused because of us is neither soft nor stayed', async () => {
  await using house = await openMornings([
    [0, 'soft'],
    [3, 'ours'],
    [7, 'soft'],
    [10, 'ours'],
    [14, 'soft'],
  ])

  expect(house.effects).toEqual(['counted', 'about us', 'counted', 'about us', 'do-not-mail list'])
})

test('a bounce that is days on its way does not count as arrived meanwhile', async () => {
  await using house = await openMornings([
    [0, 'stayed'],
    [7, 'stayed'],
    [14, 'stayed'],
    [15, 'stayed'],
    [16, 'stayed'],
  ])
  const effects: string[] = []
  const { rows } = await sql<{ id: number }>`select id from edition order by id limit 3`.execute(
    house.db,
  )

  for (const { id } of rows) effects.push(await softly(house, { editionId: id, what: 'soft' }))

  expect(effects).toEqual(['counted', 'counted', 'do-not-mail list'])
})

test('a reader who confirmed again starts anew, and so does one with another address', async () => {
  await using house = await openMornings([
    [0, 'soft'],
    [7, 'soft'],
  ])
  await sql`
    insert into consent_event (at, subscriber_id, kind, form) values (${house.now}, 1, 'returned', 'operator')`.execute(
    house.db,
  )
  house.wait(7 * DAY)
  const editionId = await morningOf(house)

  const effect = await softly(house, { editionId, what: 'soft' })
  const came = [{ subscriberId: 1, editionId }]
  await sql`update subscriber set address_version = 2`.execute(house.db)

  expect(effect).toBe('counted')
  expect(await listWornOut(house.db, { came, now: house.now })).toEqual([])
})
