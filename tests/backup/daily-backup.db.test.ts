import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { listBackups } from '#backup/backup-store.ts'
import { sweepBackup } from '#backup/make-backup.ts'
import { readConfig } from '#config.ts'
import { openReleased } from '../deliveries/settled-fixture.ts'
import { addReaders, type House, openHouse } from '../house.ts'
import { openKeeper } from './records-fixture.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** A house in use since the day before, with a daily backup at half past three in Berlin. */
async function openKept(env: NodeJS.ProcessEnv = {}, own?: House) {
  const house = own ?? (await openHouse({ now: new Date('2026-11-24T02:29:00Z') }))
  const keeper = await openKeeper()
  const dayBefore = new Date(house.now.getTime() - 12 * HOUR_MS)
  await sql`
    insert into operator (name, role, created_at) values ('otto', 'admin', ${dayBefore})`.execute(
    house.db,
  )
  if (own === undefined) await addReaders(house, 2)
  const context = { ...house.context, config: readConfig(env) }
  return {
    house,
    dir: join(keeper.dataDir, 'backups'),
    sweep: async () =>
      sweepBackup(context, { dataDir: keeper.dataDir, url: house.url, zone: 'Europe/Berlin' }),
    async [Symbol.asyncDispose]() {
      await house[Symbol.asyncDispose]()
      await keeper[Symbol.asyncDispose]()
    },
  }
}

test('once a day, at its hour in the zone of the newsroom, on one of two machines', async () => {
  await using kept = await openKept()

  const tooSoon = await kept.sweep()
  kept.house.wait(60_000)
  const both = await Promise.all([kept.sweep(), kept.sweep()])
  const again = await kept.sweep()
  kept.house.wait(DAY_MS)
  const nextDay = await kept.sweep()

  expect(tooSoon).toBeUndefined()
  expect(both.filter((made) => made !== undefined)).toHaveLength(1)
  expect(again).toBeUndefined()
  expect(nextDay).toBeDefined()
  expect((await readdir(kept.dir)).toSorted()).toEqual([
    'daily-20261124-023000.daybreak',
    'daily-20261125-023000.daybreak',
  ])
  expect((await listBackups(kept.house.db, 9)).map(({ kind }) => kind)).toEqual(['daily', 'daily'])
})

test('while an edition goes out it waits, for six hours at most', async () => {
  // At half past six in London: four hours behind the hour of the backup.
  await using kept = await openKept({}, await openReleased(1))

  const waits = await kept.sweep()
  kept.house.wait(HOUR_MS)
  const waitsStill = await kept.sweep()
  kept.house.wait(2 * HOUR_MS)
  const goes = await kept.sweep()

  expect([waits, waitsStill]).toEqual([undefined, undefined])
  expect(goes).toBeDefined()
})

test('one that failed is told with its reason, and tried again an hour later', async () => {
  await using kept = await openKept()
  kept.house.wait(60_000)
  await writeFile(kept.dir, 'a file in the place of the folder')

  const failed = await kept.sweep()
  await rm(kept.dir)
  kept.house.wait(30 * 60_000)
  const tooSoon = await kept.sweep()
  kept.house.wait(30 * 60_000)
  const again = await kept.sweep()

  expect([failed, tooSoon]).toEqual([undefined, undefined])
  expect(again).toBeDefined()
  const [, first] = await listBackups(kept.house.db, 9)
  expect(first).toMatchObject({
    bytes: null,
    trouble: expect.stringContaining('cannot write the backup daily-'),
  })
  expect(kept.house.lines.some((line) => line.includes('the daily backup could not be made'))).toBe(
    true,
  )
})

test('old ones are removed behind a new one, and only behind one that was made', async () => {
  await using kept = await openKept({ DAYBREAK_BACKUP_KEEP: '1d' })
  await mkdir(kept.dir)
  await writeFile(join(kept.dir, 'daily-20260101-023000.daybreak'), 'old')
  await writeFile(join(kept.dir, 'mine.daybreak'), 'mine')

  await kept.sweep()
  const before = await readdir(kept.dir)
  kept.house.wait(60_000)
  await kept.sweep()

  expect(before).toHaveLength(2)
  expect((await readdir(kept.dir)).toSorted()).toEqual([
    'daily-20261124-023000.daybreak',
    'mine.daybreak',
  ])
})

test('none where it is switched off, nor on the first day, when there is nothing to lose', async () => {
  await using off = await openKept({ DAYBREAK_BACKUP_AT: 'off' })
  off.house.wait(60_000)
  const switchedOff = await off.sweep()
  await using fresh = await openKept()
  await beginAt(fresh.house, '2026-11-24T02:30:30Z')
  fresh.house.wait(90_000)
  const firstDay = await fresh.sweep()

  expect([switchedOff, firstDay]).toEqual([undefined, undefined])
})

test.each([
  ['DAYBREAK_BACKUP_AT', '25:00', 'must be an hour such as 03:30, or off'],
  ['DAYBREAK_BACKUP_AT', '3', 'must be an hour such as 03:30, or off'],
  ['DAYBREAK_BACKUP_KEEP', '0d', 'must be days, or days and weeks'],
  ['DAYBREAK_BACKUP_KEEP', 'all', 'must be days, or days and weeks'],
  ['DAYBREAK_BACKUP_PASSPHRASE', 'short', 'must be at least 12 characters'],
])('%s=%s is refused by name', (name, value, words) => {
  expect(() => readConfig({ [name]: value })).toThrow(`${name} ${words}`)
})

async function beginAt(house: House, at: string): Promise<void> {
  await sql`update operator set created_at = ${new Date(at)}`.execute(house.db)
}
