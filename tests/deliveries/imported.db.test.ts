import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { askImported } from '#deliveries/imported/ask-imported.ts'
import { openHouse } from '../house.ts'
import { importLists } from '../subscribers/import/list-fixture.ts'

const LIST = 'email,x\nada@example.org,1\nbo@example.org,2\n'

test('people without stated consent get one confirmation each, for the newsletters of the import', async () => {
  await using house = await openHouse()
  const imported = await importLists(house, { 'list.csv': LIST }, { consent: null })
  const importId = 'importId' in imported ? imported.importId : 0
  const asking = { importId, operatorId: null, pause: async () => undefined }

  const first = await askImported(house.context, asking)
  const second = await askImported(house.context, asking)

  expect([first.handled, second.handled]).toEqual([2, 0])
  const { rows } = await sql<{ recipient: string; newsletters: number[] }>`
    select recipient, payload -> 'newsletterIds' as newsletters from service_mail where kind = 'confirmation' order by recipient`.execute(
    house.db,
  )
  expect(rows).toEqual([
    { recipient: 'ada@example.org', newsletters: [1] },
    { recipient: 'bo@example.org', newsletters: [1] },
  ])
})

test('the asking pauses between handfuls, and ends between them when told to', async () => {
  await using house = await openHouse()
  const names = Array.from({ length: 60 }, (_, number) => `reader${number}@example.org,`)
  const imported = await importLists(
    house,
    { 'list.csv': `email,x\n${names.join('\n')}\n` },
    { consent: null },
  )
  const importId = 'importId' in imported ? imported.importId : 0
  const controller = new AbortController()
  const pauses: number[] = []
  const pause = async (ms: number) => {
    pauses.push(ms)
    controller.abort()
  }

  const asked = await askImported(house.context, {
    importId,
    operatorId: null,
    pause,
    signal: controller.signal,
  })

  expect(asked).toEqual({ handled: 50, waiting: 10 })
  expect(pauses).toEqual([2500])
})

test('who became a reader meanwhile is not asked', async () => {
  await using house = await openHouse()
  const imported = await importLists(house, { 'list.csv': LIST }, { consent: null })
  const importId = 'importId' in imported ? imported.importId : 0
  await importLists(house, { 'list.csv': LIST })

  await askImported(house.context, { importId, operatorId: null, pause: async () => undefined })

  const { rows } = await sql`select 1 from service_mail`.execute(house.db)
  expect(rows).toEqual([])
})
