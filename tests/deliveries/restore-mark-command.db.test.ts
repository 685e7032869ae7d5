import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import type { Call } from '#commands/command.ts'
import { hold } from '#commands/hold.ts'
import { RestoreMark } from '#deliveries/restore-mark.ts'
import { hashAddress } from '#secrets.ts'
import { openLeavings } from '#subscribers/leavings.ts'
import { replayLeavings } from '#subscribers/replay-leavings.ts'
import { addReaders, type House, openHouse } from '../house.ts'
import { openReleased } from './settled-fixture.ts'

/** Runs "daybreak hold …" in the house: what it printed, with which duty it entered, and what it noted for the audit. */
async function run(house: House, { args, dataDir }: { args: string[]; dataDir: string }) {
  const lines: string[] = []
  const duties: string[] = []
  const notes: unknown[] = []
  const call = {
    args,
    config: house.context.config,
    out: { line: (text = '') => void lines.push(text) },
    enter: async (duty: string) => {
      duties.push(duty)
      return {
        app: { context: house.context, dataDir },
        operator: { id: 1, name: 'ines', role: 'admin' },
        note: async (...note: unknown[]) => void notes.push(note),
        async [Symbol.asyncDispose]() {},
      }
    },
  } as unknown as Call
  await hold.run(call)
  return { text: lines.join('\n'), duties, notes }
}

test('"daybreak hold" stops everything, says why, and lets it go on, each by who may', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  const dataDir = await mkdtemp(join(tmpdir(), 'daybreak-hold-'))
  const mark = await RestoreMark.open(house.context, { dataDir })

  const before = await run(house, { args: [], dataDir })
  const now = await run(house, { args: ['now', '--reason', 'wrong sender'], dataDir })
  const held = await mark.look()
  const shown = await run(house, { args: [], dataDir })
  const released = await run(house, { args: ['release'], dataDir })

  expect(before).toMatchObject({ text: 'nothing is held', duties: ['read'] })
  expect(now.duties).toEqual(['stop'])
  expect(now.notes).toEqual([['hold', 'everything', { reason: 'wrong sender' }]])
  expect(held).toBe('wrong sender (ines)')
  expect(shown.text).toContain('everything is held since 2026-11-22T06:30:00.000Z: wrong sender')
  expect(released).toMatchObject({ duties: ['send'], notes: [['release hold', 'everything', {}]] })
  expect(await mark.look()).toBeUndefined()
  await rm(dataDir, { recursive: true })
})

test('a person who holds everything is answered once, and the editions that wait are in no doubt', async () => {
  const house = await openReleased(2)
  await using _ = house
  const dataDir = await mkdtemp(join(tmpdir(), 'daybreak-hold-'))

  await run(house, { args: ['now', '--reason', 'wrong sender'], dataDir })
  const shown = await run(house, { args: [], dataDir })

  // What a command's own log shows: errors.
  expect(house.lines.filter((line) => line.includes('"level":50'))).toEqual([])
  expect(shown.text).toContain('these editions wait, and go on where they stopped:')
  expect(shown.text).not.toContain('further than the database knows')
  await rm(dataDir, { recursive: true })
})

test('a release tells a restored database who left since, and is refused where the file is gone', async () => {
  await using house = await openHouse()
  const [reader = 0] = await addReaders(house, 1)
  const dataDir = await mkdtemp(join(tmpdir(), 'daybreak-hold-'))
  await using leavings = openLeavings({ dataDir, log: house.context.log })
  await replayLeavings(house.context, { dataDir })
  await RestoreMark.open(house.context, { dataDir })
  const addressHash = hashAddress(house.context.secrets, 'reader1@example.org')
  const at = new Date(+house.now + 60_000)
  await leavings.note([{ at, kind: 'left', newsletterId: null, addressHash }])
  await run(house, { args: ['now', '--reason', 'restored a backup'], dataDir })

  const released = await run(house, { args: ['release'], dataDir })

  expect(released.text).toContain('told to the database from leavings.log: 1 unsubscribed')
  const { rows } = await sql`select state from subscriber where id = ${reader}`.execute(house.db)
  expect(rows).toEqual([{ state: 'left' }])

  await run(house, { args: ['now', '--reason', 'again'], dataDir })
  await rm(join(dataDir, 'leavings.log'))
  await expect(run(house, { args: ['release'], dataDir })).rejects.toThrow(
    /nothing is released: .*leavings\.log is not there.*--without-leavings/,
  )
  expect((await run(house, { args: [], dataDir })).text).toContain('everything is held')
  const forced = await run(house, { args: ['release', '--without-leavings'], dataDir })
  expect(forced.text).toContain('released: mails go out again')
  await rm(dataDir, { recursive: true })
})

test.each([
  [['now'], 'say why'],
  [['release'], 'nothing is held'],
  [['later'], 'there is no "hold later"'],
])('"daybreak hold %s" is refused where it makes no sense', async (args, reason) => {
  await using house = await openHouse()
  const dataDir = await mkdtemp(join(tmpdir(), 'daybreak-hold-'))

  await expect(run(house, { args, dataDir })).rejects.toThrow(reason)
  await rm(dataDir, { recursive: true })
})
