import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Call } from '#commands/command.ts'
import { hold } from '#commands/hold.ts'
import { RestoreMark } from '#deliveries/restore-mark.ts'
import { addReaders, type House, openHouse } from '../house.ts'

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
