import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { describeHold, holdEverything, releaseHold, RestoreMark } from '#deliveries/restore-mark.ts'
import { hashAddress } from '#secrets.ts'
import { openLeavings } from '#subscribers/leavings.ts'
import { addReaders, type House, openHouse } from '../house.ts'

const DAY = 86_400_000

let dataDir = ''

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'daybreak-mark-'))
})

afterEach(async () => rm(dataDir, { recursive: true, force: true }))

async function outside(dir = dataDir): Promise<{ databaseId: string; number: number }> {
  return JSON.parse(await readFile(join(dir, 'restore-mark.json'), 'utf8')) as {
    databaseId: string
    number: number
  }
}

async function numberInside({ db }: House): Promise<number> {
  const { rows } = await sql<{ number: number }>`select number from restore_mark`.execute(db)
  return rows[0]?.number ?? Number.NaN
}

async function heldBecause({ context }: House): Promise<string | undefined> {
  return (await describeHold(context.db))?.reason
}

/** A house in use: one reader, and a mark that was raised a few times. */
async function openUsed(): Promise<{ house: House; mark: RestoreMark }> {
  const house = await openHouse()
  await addReaders(house, 1)
  const mark = await RestoreMark.open(house.context, { dataDir })
  for (const _ of [1, 2, 3]) {
    house.wait(10_000)
    await mark.look()
  }
  return { house, mark }
}

/** The database as it was, with the time going on. */
async function restore({ db }: House, number: number): Promise<void> {
  await sql`update restore_mark set number = ${number}`.execute(db)
}

test('the first start makes the mark, inside and outside', async () => {
  await using house = await openHouse()

  await RestoreMark.open(house.context, { dataDir })

  expect((await outside()).number).toBe(await numberInside(house))
  expect(await heldBecause(house)).toBeUndefined()
  expect(await readdir(dataDir)).toEqual(['restore-mark.json'])
})

test('the number rises every ten seconds, inside first, and is never ahead outside', async () => {
  const { house, mark } = await openUsed()
  await using _ = house
  const before = await numberInside(house)

  house.wait(9000)
  await mark.look()
  const early = await numberInside(house)
  house.wait(1000)
  await mark.look()

  expect([early, await numberInside(house)]).toEqual([before, before + 1])
  expect((await outside()).number).toBe(before + 1)
})

test('a release raises it at the next look', async () => {
  const { house, mark } = await openUsed()
  await using _ = house
  const before = await numberInside(house)
  await sql`
    insert into edition (newsletter_id, kind, state, run_key, subject, preheader, language, edition_date, compiled
                        , content_hash, approved_hash, release_at, not_after, created_at)
    select id, 'digest', 'sending', 'test', 'News', '', 'en', now(), '{}', 'h', 'h', now(), '6 hours', now()
      from newsletter where slug = 'daily'`.execute(house.db)

  await mark.look()
  const released = await numberInside(house)
  await mark.look()

  expect([released, await numberInside(house)]).toEqual([before + 1, before + 1])
  expect((await outside()).number).toBe(before + 1)
})

test('downtime alone holds nothing', async () => {
  const { house } = await openUsed()
  await using _ = house
  house.wait(30 * DAY)

  await RestoreMark.open(house.context, { dataDir })

  expect(await heldBecause(house)).toBeUndefined()
})

test('a database that is behind the mark is held, start after start, until a person releases it', async () => {
  const { house } = await openUsed()
  await using _ = house
  const file = await outside()
  await restore(house, 1)

  await RestoreMark.open(house.context, { dataDir })
  const first = await heldBecause(house)
  const again = await RestoreMark.open(house.context, { dataDir })

  expect(first).toContain('was restored from a backup')
  expect(await again.look()).toBe(first)
  expect(await outside()).toEqual(file)
  expect(house.lines.filter((line) => line.includes('everything is held'))).toHaveLength(1)

  await releaseHold(house.context, { dataDir, operator: 'ines' })
  expect(await again.look()).toBeUndefined()
  await RestoreMark.open(house.context, { dataDir })
  expect(await heldBecause(house)).toBeUndefined()
})

test('a database that was restored while Daybreak ran is held at the next look', async () => {
  const { house, mark } = await openUsed()
  await using _ = house
  await restore(house, 1)

  expect(await mark.look()).toContain('while Daybreak ran')
  expect(await heldBecause(house)).toContain('while Daybreak ran')
})

test.each([
  ['after ten minutes', 10 * 60_000 + 1, expect.stringContaining('is missing')],
  ['at once', 60_000, undefined],
])('a mark outside that is missing %s', async (_when, passed, reason) => {
  const { house } = await openUsed()
  await using _house = house
  await rm(join(dataDir, 'restore-mark.json'))
  house.wait(passed)

  await RestoreMark.open(house.context, { dataDir })

  expect(await heldBecause(house)).toEqual(reason)
})

test.each([
  ['of another database', { databaseId: 'another', number: 1 }, 'another database'],
  ['that is damaged', { number: 'x' }, 'is damaged'],
])('a mark outside %s holds everything', async (_what, content, reason) => {
  const { house } = await openUsed()
  await using _house = house
  await writeFile(join(dataDir, 'restore-mark.json'), JSON.stringify(content))

  await RestoreMark.open(house.context, { dataDir })

  expect(await heldBecause(house)).toContain(reason)
  await releaseHold(house.context, { dataDir, operator: 'ines' })
  await RestoreMark.open(house.context, { dataDir })
  expect(await heldBecause(house)).toBeUndefined()
})

test('a database from before there were marks is not held, unless a mark outside knows of another', async () => {
  await using old = await openHouse()
  await addReaders(old, 1)
  await RestoreMark.open(old.context, { dataDir })
  const upgraded = await heldBecause(old)
  await sql`delete from restore_mark`.execute(old.db)

  await RestoreMark.open(old.context, { dataDir })

  expect(upgraded).toBeUndefined()
  expect(await heldBecause(old)).toContain('another database')
})

test('a new database in a used data directory is not held: nobody is in it', async () => {
  const { house } = await openUsed()
  await house[Symbol.asyncDispose]()
  await using fresh = await openHouse()

  await RestoreMark.open(fresh.context, { dataDir })

  expect(await heldBecause(fresh)).toBeUndefined()
  expect((await outside()).number).toBe(await numberInside(fresh))
})

test('machines that share a database each have a mark; one that was off for long is not a restore', async () => {
  const { house, mark } = await openUsed()
  await using _ = house
  const other = await mkdtemp(join(tmpdir(), 'daybreak-mark-'))
  await RestoreMark.open(house.context, { dataDir: other })
  for (const _step of [1, 2, 3]) {
    house.wait(10_000)
    await mark.look()
  }

  const late = await RestoreMark.open(house.context, { dataDir: other })

  expect(await late.look()).toBeUndefined()
  expect((await outside(other)).number).toBe(await numberInside(house))
  await rm(other, { recursive: true })
})

test('a release on one machine is not undone by the mark of another, however far ahead', async () => {
  const { house } = await openUsed()
  await using _ = house
  const other = await mkdtemp(join(tmpdir(), 'daybreak-mark-'))
  await writeFile(
    join(other, 'restore-mark.json'),
    JSON.stringify({ ...(await outside()), number: 5000 }),
  )
  await restore(house, 1)
  await RestoreMark.open(house.context, { dataDir })
  await RestoreMark.open(house.context, { dataDir: other })
  await releaseHold(house.context, { dataDir, operator: 'ines' })

  await RestoreMark.open(house.context, { dataDir })
  await RestoreMark.open(house.context, { dataDir: other })

  expect(await heldBecause(house)).toBeUndefined()
  await rm(other, { recursive: true })
})

test('one switch holds everything and names the reason; a release without a hold is refused', async () => {
  const { house, mark } = await openUsed()
  await using _ = house

  await holdEverything(house.context, { reason: 'wrong sender (ines)' })
  await holdEverything(house.context, { reason: 'another' })
  const held = await mark.look()
  await releaseHold(house.context, { dataDir, operator: 'ines' })

  expect(held).toBe('wrong sender (ines)')
  expect(await mark.look()).toBeUndefined()
  await expect(releaseHold(house.context, { dataDir, operator: 'ines' })).rejects.toThrow(
    'nothing is held',
  )
})

test('a database that is exchanged under a running process is told who left since, before anybody releases it', async () => {
  const { house, mark } = await openUsed()
  await using _ = house
  await using leavings = openLeavings({ dataDir, log: house.context.log })
  const addressHash = hashAddress(house.context.secrets, 'reader1@example.org')
  await leavings.note([{ at: house.now, kind: 'left', newsletterId: null, addressHash }])
  await restore(house, 1)

  const held = await mark.look()

  expect(held).toContain('restored from a backup while Daybreak ran')
  const { rows } = await sql`select state from subscriber`.execute(house.db)
  expect(rows).toEqual([{ state: 'left' }])
})

test('a person’s hold keeps its reason, and a loss is added to it', async () => {
  const { house } = await openUsed()
  await using _ = house
  await holdEverything(house.context, { reason: 'wrong sender (ines)' })
  await restore(house, 1)

  await RestoreMark.open(house.context, { dataDir })

  expect(await describeHold(house.db)).toMatchObject({
    reason: expect.stringMatching(/^wrong sender \(ines\); the database was restored/),
    lost: true,
  })
})

test('a hold lists the editions in doubt with their counts', async () => {
  const { house } = await openUsed()
  await using _ = house
  await sql`
    insert into edition (newsletter_id, kind, state, run_key, subject, preheader, language, edition_date, compiled
                        , content_hash, approved_hash, release_at, not_after, created_at)
    select n.id, 'digest', s.state::edition_state, s.state, 'News', '', 'en', now(), '{}', 'h', 'h', now(), '6 hours', now()
      from newsletter n, unnest('{draft,sending,approved}'::text[]) as s (state) where n.slug = 'daily'`.execute(
    house.db,
  )
  await sql`
    insert into tally (edition_id, shard, what, count)
    select id, shard, what, 40 from edition, unnest('{0,7}'::bigint[]) shard, unnest('{planned,accepted}'::text[]) what
     where state = 'sending'`.execute(house.db)

  await holdEverything(house.context, { reason: 'test' })

  expect((await describeHold(house.db))?.doubts).toMatchObject([
    { state: 'approved', planned: 0 },
    { state: 'sending', subject: 'News', planned: 80, accepted: 80, uncertain: 0 },
  ])
})

test('a mark that cannot be written outside is told and tried again', async () => {
  const { house, mark } = await openUsed()
  await using _ = house
  await rm(dataDir, { recursive: true })
  house.wait(10_000)
  await mark.look()
  await mkdir(dataDir)

  await mark.look()

  expect(house.lines.join()).toContain('cannot be written')
  expect((await outside()).number).toBe(await numberInside(house))
})
