import { expect, test } from 'vitest'
import { countClicks, sweepClicks } from '#clicks/count-clicks.ts'
import { deleteRaw } from '#clicks/click-store.ts'
import { lockCounting } from '#clicks/count-store.ts'
import { CROWD } from '#clicks/scanner-rules.ts'
import { type ClickHouse, HOUR, openClickHouse, reportOf } from './clicks-fixture.ts'

const MINUTE = 60_000
const NOBODY = [0, 0, 0, 0, 0, 0]

async function verdicts(house: ClickHouse): Promise<(string | null)[]> {
  const rows = await house.rows<{ verdict: string | null }>(
    'select verdict from click_raw order by at, id',
  )
  return rows.map(({ verdict }) => verdict)
}

async function count(house: ClickHouse): Promise<void> {
  house.settle()
  await sweepClicks(house.context)
}

test('a reader of three stories is one reader of each and one of the edition, however often', async () => {
  await using house = await openClickHouse(2)
  house.wait(HOUR)
  for (const position of [0, 0, 2, 5, 2]) {
    await house.click({ reader: 1, position })
    house.wait(2 * MINUTE)
  }
  await house.click({ reader: 2, position: 2 })

  await count(house)

  expect(await house.readers()).toEqual([1, 0, 2, 0, 0, 1])
  expect(
    await house.rows('select readers, opens, scans from click_count where position = -1'),
  ).toEqual([{ readers: 2, opens: 6, scans: 0 }])
})

test('a click is counted once, when what came after it is known, and a later one of its reader not again', async () => {
  await using house = await openClickHouse(1)
  house.wait(HOUR)
  await house.click({ reader: 1 })
  const tooSoon = await countClicks(house.context)
  house.settle()
  const first = await countClicks(house.context)
  const second = await countClicks(house.context)
  await house.click({ reader: 1 })
  house.settle()
  const third = await countClicks(house.context)

  expect([tooSoon, first, second, third]).toEqual([0, 1, 0, 1])
  expect(await house.readers()).toEqual([1, 0, 0, 0, 0, 0])
})

test.each([
  ['a HEAD', { method: 'HEAD' as const }, 'head only'],
  ['a program without a name', { agent: '' }, 'nameless'],
  ['a library', { agent: 'python-requests/2.31.0' }, 'program'],
  ['a preview', { agent: 'Slackbot-LinkExpanding 1.0' }, 'preview'],
  ['a browser that asks ahead', { purpose: 'prefetch' }, 'prefetch'],
])('%s is no reader', async (_, request, verdict) => {
  await using house = await openClickHouse(1)
  house.wait(HOUR)
  await house.click({ reader: 1, ...request })

  await count(house)

  expect(await verdicts(house)).toEqual([verdict])
  expect(await house.readers()).toEqual(NOBODY)
})

test('what comes within seconds of the mail is a scanner, and a minute later a reader', async () => {
  await using house = await openClickHouse(2)
  house.wait(9000)
  await house.click({ reader: 1 })
  house.wait(MINUTE)
  await house.click({ reader: 1 })

  await count(house)

  expect(await verdicts(house)).toEqual(['too early', 'person'])
  expect(await house.readers()).toEqual([1, 0, 0, 0, 0, 0])
})

test('a click on a mail whose acceptance is not written down yet is too early', async () => {
  await using house = await openClickHouse(1)
  await house.rows(
    `update delivery set state = 'claimed', outcome_at = null, lease_until = now() where edition_id = ${house.editionId}`,
  )
  house.wait(HOUR)
  await house.click({ reader: 1 })

  await count(house)

  expect(await verdicts(house)).toEqual(['too early'])
})

test.each([
  ['two links in a second', [0, 900], 'many links'],
  ['two links in two seconds', [0, 2000], 'person'],
  ['the same link twice in a second', [0, -900], 'person'],
  ['four links in nine seconds', [0, 3000, 3000, 3000], 'many links'],
  ['three links in nine seconds', [0, 4500, 4500], 'person'],
  ['all six links in 55 seconds', [0, 11_000, 11_000, 11_000, 11_000, 11_000], 'many links'],
  ['five of six links in a minute', [0, 14_000, 14_000, 14_000, 14_000], 'person'],
])('%s', async (_, pauses, verdict) => {
  await using house = await openClickHouse(1)
  house.wait(HOUR)
  for (const [position, pause] of pauses.entries()) {
    house.wait(Math.abs(pause))
    await house.click({ reader: 1, position: pause < 0 ? 0 : position })
  }

  await count(house)

  expect(await verdicts(house)).toEqual(pauses.map(() => verdict))
})

test('a reader whose mail a scanner went through is counted when the reader comes', async () => {
  await using house = await openClickHouse(1)
  house.wait(HOUR)
  for (const position of [0, 1, 2, 3, 4, 5]) await house.click({ reader: 1, position })
  house.wait(2 * MINUTE)
  await house.click({ reader: 1, position: 3 })

  await count(house)

  expect(await house.readers()).toEqual([0, 0, 0, 1, 0, 0])
})

test('a gateway that opens one link of many readers’ mails at once is no reader; an office is', async () => {
  await using house = await openClickHouse(CROWD.readers + 2)
  house.wait(HOUR)
  for (let reader = 1; reader <= CROWD.readers; reader += 1) {
    await house.click({ reader, network: 'cb0071' })
    house.wait(400)
  }
  for (const reader of [CROWD.readers + 1, CROWD.readers + 2])
    await house.click({ reader, network: 'c63364' })

  await count(house)

  expect((await verdicts(house)).filter((verdict) => verdict === 'many readers')).toHaveLength(
    CROWD.readers,
  )
  expect(await house.readers()).toEqual([2, 0, 0, 0, 0, 0])
})

test('readers whose network nobody knows are no crowd', async () => {
  await using house = await openClickHouse(CROWD.readers)
  house.wait(HOUR)
  for (let reader = 1; reader <= CROWD.readers; reader += 1)
    await house.click({ reader, network: null })

  await count(house)

  expect(await house.readers()).toEqual([CROWD.readers, 0, 0, 0, 0, 0])
})

test('a scanner that fetches every link of fifty readers is counted as no reader', async () => {
  await using house = await openClickHouse(50)
  house.wait(20 * MINUTE)
  for (let reader = 1; reader <= 50; reader += 1) {
    for (const position of [0, 1, 2, 3, 4, 5])
      await house.click({ reader, position, network: `0a00${reader % 7}0` })
    house.wait(700)
  }

  await count(house)

  const { total, scans } = await reportOf(house)
  expect(await house.readers()).toEqual(NOBODY)
  expect({ total, scans }).toEqual({
    total: { readers: null, opens: null, hidden: true },
    scans: 300,
  })
})

test('a program that hammers on a reader’s links is not written down without end', async () => {
  await using house = await openClickHouse(1)
  house.wait(HOUR)
  for (let hit = 0; hit < 130; hit += 1) await house.click({ reader: 1 })

  const [row] = await house.rows<{ count: number }>('select count(*) as count from click_raw')

  expect(row?.count).toBe(100)
})

test('nothing of a single reader is there after two days, and the figures stay', async () => {
  await using house = await openClickHouse(1)
  house.wait(HOUR)
  await house.click({ reader: 1, network: 'cb0071' })
  await count(house)
  house.wait(46 * HOUR)
  const before = await sweepClicks(house.context)
  house.wait(HOUR)

  const after = await sweepClicks(house.context)

  expect([before.forgotten, after.forgotten]).toEqual([0, 1])
  expect(await verdicts(house)).toEqual([])
  expect(await house.readers()).toEqual([1, 0, 0, 0, 0, 0])
})

test('what is clicked later than two days after the mail leads on and is not written down', async () => {
  await using house = await openClickHouse(1)
  house.wait(47 * HOUR)
  await house.click({ reader: 1 })

  expect(await verdicts(house)).toEqual([])
})

test('nothing is written down of a preview, of a reader who was erased, or of one who got no mail', async () => {
  await using house = await openClickHouse(3)
  await house.rows(
    `update subscriber set state = 'erased', email = null, address_hash = null where email = 'reader1@example.org'`,
  )
  await house.rows(
    `delete from delivery d using subscriber s where s.id = d.subscriber_id and s.email = 'reader2@example.org'`,
  )
  house.wait(HOUR)

  for (const reader of [1, 2, 99]) await house.click({ reader })
  await house.click({ reader: 3 })

  expect(await verdicts(house)).toHaveLength(1)
})

test('two sweeps at once count a click once', async () => {
  await using house = await openClickHouse(3)
  house.wait(HOUR)
  for (const reader of [1, 2, 3]) await house.click({ reader })
  house.settle()

  const judged = await Promise.all([1, 2, 3, 4].map(async () => countClicks(house.context)))
  await countClicks(house.context)

  expect(judged.reduce((sum, each) => sum + each)).toBe(3)
  expect(await house.readers()).toEqual([3, 0, 0, 0, 0, 0])
})

test('while one process counts, another leaves it to it', async () => {
  await using house = await openClickHouse(1)
  house.wait(HOUR)
  await house.click({ reader: 1 })
  house.settle()

  const meanwhile = await house.db.transaction().execute(async (transaction) => {
    await lockCounting(transaction)
    return countClicks(house.context)
  })

  expect([meanwhile, await countClicks(house.context)]).toEqual([0, 1])
})

test('what is deleted is what is older', async () => {
  await using house = await openClickHouse(1)
  house.wait(HOUR)
  await house.click({ reader: 1 })

  expect(await deleteRaw(house.db, house.now)).toBe(0)
  expect(await deleteRaw(house.db, new Date(house.now.getTime() + 1))).toBe(1)
})
