import { expect, test } from 'vitest'
import { listOld, stampOf } from '#backup/kept-backups.ts'

const DAY_MS = 86_400_000
const last = Date.UTC(2026, 10, 24, 2, 30)
const dailies = Array.from(
  { length: 60 },
  (_, index) => `daily-${stampOf(new Date(last - index * DAY_MS))}.daybreak`,
)

test('the newest days stay, and of the weeks before them one each', () => {
  const old = new Set(listOld(dailies, { days: 7, weeks: 4 }))

  const kept = dailies.filter((name) => !old.has(name)).map((name) => name.slice(6, 14))

  expect(kept.slice(0, 7)).toEqual(
    ['24', '23', '22', '21', '20', '19', '18'].map((day) => `202611${day}`),
  )
  // Mondays: the oldest of each week, so that the last one of the four is the farthest back.
  expect(kept.slice(7)).toEqual(['20261116', '20261109', '20261102', '20261026'])
})

test('every day on the same kept weeks stay kept until they are too old', () => {
  const all: string[] = []
  for (const name of dailies.toReversed()) {
    all.push(name)
    for (const old of listOld(all, { days: 3, weeks: 2 })) all.splice(all.indexOf(old), 1)
  }

  expect(all.map((name) => name.slice(6, 14))).toEqual([
    '20261109',
    '20261116',
    '20261122',
    '20261123',
    '20261124',
  ])
})

test('three of those before an upgrade stay, and files with other names are not touched', () => {
  const before = [5, 6, 7, 8, 9].map((day) => `before-schema-1${day}-2026110${day}-101010.daybreak`)

  const old = listOld(
    [...before, 'backup-20200101-000000.daybreak', 'notes.txt', 'daily-.daybreak'],
    {
      days: 1,
      weeks: 0,
    },
  )

  expect(old.toSorted()).toEqual(before.slice(0, 2))
})
