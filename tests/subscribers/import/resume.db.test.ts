import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { addRun, getCounts, movePlace } from '#subscribers/import/run-store.ts'
import { openHouse } from '../../house.ts'
import { importLists, readReaders } from './list-fixture.ts'

const LIST = 'email,city\nada@example.org,Hull\nbo@example.org,York\n'

test('an interrupted import goes on behind the last batch that was committed', async () => {
  await using house = await openHouse()
  const names = Array.from({ length: 24_000 }, (_, number) => `reader${number}@example.org`)
  const list = { 'list.csv': `email,x\n${names.join(',\n')},\n` }
  const killed = importLists(house, list, {
    onProgress: ({ step, done }) => {
      if (step === 'readers' && done >= 10_000) throw new Error('killed')
    },
  })
  await expect(killed).rejects.toThrow('killed')
  const { rows: before } = await sql<{ added: number; state: string }>`
    select (counts ->> 'added')::int as added, state from import_run`.execute(house.db)

  const imported = await importLists(house, list)

  expect(before[0]?.added).toBeGreaterThan(0)
  expect(before[0]?.added).toBeLessThan(24_000)
  expect(before[0]?.state).toBe('stopped')
  expect(imported).toMatchObject({ kind: 'done', counts: { added: 24_000 } })
  expect(imported).toMatchObject({
    preview: { goesOnAt: { never: [expect.any(Number), expect.any(Number)] } },
  })
  const { rows } = await sql`
    select (select count(*) from subscriber) as readers, (select count(*) from consent_event) as events
         , (select array_agg(state) from import_run) as runs`.execute(house.db)
  expect(rows).toEqual([{ readers: 24_000, events: 24_000, runs: ['done'] }])
})

test('an import that is told to stop ends behind the batches in hand, and says how to go on', async () => {
  await using house = await openHouse()
  const names = Array.from({ length: 24_000 }, (_, number) => `reader${number}@example.org`)
  const list = { 'list.csv': `email,x\n${names.join(',\n')},\n` }
  const controller = new AbortController()
  const stopped = importLists(house, list, {
    signal: controller.signal,
    onProgress: ({ step }) => {
      if (step === 'readers') controller.abort()
    },
  })
  await expect(stopped).rejects.toThrow('the same command goes on where it was')
  const { rows } = await sql`
    select state, ended_at as at, (counts ->> 'added')::int < 24000 as part from import_run`.execute(
    house.db,
  )

  const imported = await importLists(house, list)

  expect(rows).toEqual([{ state: 'stopped', at: house.now, part: true }])
  expect(imported).toMatchObject({ kind: 'done', counts: { added: 24_000 } })
})

test('two imports of one list at once make each reader once', async () => {
  await using house = await openHouse()

  await Promise.all([
    importLists(house, { 'list.csv': LIST }),
    importLists(house, { 'list.csv': LIST }),
  ])

  expect(await readReaders(house)).toHaveLength(2)
  const { rows } = await sql`select count(*) as events from consent_event`.execute(house.db)
  expect(rows).toEqual([{ events: 2 }])
})

test('a place that another process has left behind is not taken again', async () => {
  await using house = await openHouse()
  const counts = { listed: 0, added: 5, activated: 0, asked: 0 }
  const { id } = await addRun(house.db, {
    operatorId: null,
    fileHash: Buffer.alloc(32),
    fileName: 'list.csv',
    format: 'plain',
    mapping: {},
    consent: null,
    now: house.now,
  })
  const move = { id, pass: 'readers', lane: 1, from: 0, to: 10, counts } as const

  const first = await movePlace(house.db, move)
  const second = await movePlace(house.db, move)

  expect([first, second]).toEqual([true, false])
  expect(await getCounts(house.db, id)).toEqual(counts)
})
