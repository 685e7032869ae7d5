import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { App } from '#app.ts'
import { enterAs } from '#commands/command.ts'
import { keys } from '#commands/keys.ts'
import { listAudit } from '#operators/audit.ts'
import { addOperator } from '#operators/operator.ts'
import { findTokenKey } from '#secrets.ts'
import { KeyRing } from '#subscribers/tokens/key-ring.ts'
import { type House, openHouse } from '../house.ts'

const MINUTE = 60_000
const hex = (byte: number) => Buffer.alloc(32, byte).toString('hex')
let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'keys-'))
})
afterEach(async () => rm(dir, { recursive: true }))

async function run(house: House, args: string[], as = 'ines'): Promise<string[]> {
  const { context } = house
  using _ring = await KeyRing.open(context, {
    first: context.secrets.tokenKey,
    find: (id) => findTokenKey(context.config, { dataDir: dir, id }),
  })
  const app = { context, dataDir: dir, async [Symbol.asyncDispose]() {} } as unknown as App
  const lines: string[] = []
  await keys.run({
    args,
    config: context.config,
    out: { line: (text = '') => void lines.push(text) },
    enter: async (duty) => enterAs(app, { name: as, duty }),
  })
  return lines
}

test('rotate makes the next key, used in a minute, and the list tells which one signs', async () => {
  await using house = await openHouse()

  const [made] = await run(house, ['rotate'])
  const soon = await run(house, [])
  house.wait(MINUTE)
  const later = await run(house, [])

  expect(made).toContain('key 2 signs links of mails from 2026-11-22T06:31:00.000Z on')
  expect(await readdir(join(dir, 'secrets'))).toEqual(['token-key-2'])
  expect(soon[1]).toMatch(/^ +1 .* the beginning +signs$/)
  expect(soon[2]).toMatch(/^ +2 .* 2026-11-22 06:31 +used soon$/)
  expect(later[1]).toMatch(/opens links of earlier mails$/)
  expect(later[2]).toMatch(/signs$/)
  expect(later.at(-1)).toContain('never changes')
  expect((await listAudit(house.context, 5))[0]).toMatchObject({ verb: 'rotate token key' })
})

test('one change at a time: a key that waits for its minute must be used first', async () => {
  await using house = await openHouse()
  await run(house, ['rotate'])

  await expect(run(house, ['rotate'])).rejects.toThrow(/one change at a time/)
})

test('where several machines send, the file is made and the key waits until it is copied', async () => {
  await using house = await openHouse()
  for (const host of ['one', 'two'])
    await sql`
      insert into sender (host_id, boot_id, pid, process_start, journal, test, started_at, seen_at)
      values (${host}, 'b', 1, '1', 'j', true, ${house.now}, ${house.now})`.execute(house.db)

  const told = await run(house, ['rotate'])
  const unused = await run(house, [])
  const used = await run(house, ['rotate', '--everywhere'])

  expect(told.join(' ')).toMatch(/not used yet, because 2 machines.*copy secrets\/token-key-2/)
  expect(unused).toHaveLength(3)
  expect(used[0]).toContain('key 2 signs')
})

test('with keys in the environment it says what to set, and takes the key that is set', async () => {
  await using house = await openHouse()
  const { context } = house
  context.config = { ...context.config, tokenKey: hex(1) }

  const told = await run(house, ['rotate'])
  context.config = { ...context.config, tokenKey: `${hex(1)}, ${hex(2)}` }
  const made = await run(house, ['rotate'])

  expect(told.join(' ')).toMatch(/nothing is changed.*DAYBREAK_TOKEN_KEY.*as key 2/)
  expect(made[0]).toContain('key 2 signs')
  expect(await readdir(dir)).toEqual([])
})

test('a key is retired 13 months after the next one began, or earlier if a person insists', async () => {
  await using house = await openHouse()
  await run(house, ['rotate'])

  await expect(run(house, ['retire', '1'])).rejects.toThrow(/make the next one/)
  house.wait(2 * MINUTE)
  await expect(run(house, ['retire', '1'])).rejects.toThrow(/it may go on 2027-12-22.*--yes/)
  await expect(run(house, ['retire', '2', '--yes'])).rejects.toThrow(/make the next one/)
  const early = await run(house, ['retire', '1', '--yes'])
  await expect(run(house, ['retire', '1'])).rejects.toThrow(/retired already/)

  expect(early.join(' ')).toMatch(/key 1 is retired.*keep its file/)
  expect((await run(house, []))[1]).toMatch(/retired 2026-11-22 06:32$/)
})

test('after 13 months nobody has to insist', async () => {
  await using house = await openHouse()
  await run(house, ['rotate'])
  house.wait(396 * 86_400_000 + MINUTE)

  expect((await run(house, ['retire', '1']))[0]).toContain('key 1 is retired')
})

test('the suppression key is never changed, an editor changes none, and odd words are refused', async () => {
  await using house = await openHouse()
  await run(house, [])
  await addOperator(house.context, { name: 'bo', role: 'editor' })

  await expect(run(house, ['retire', 'suppression'])).rejects.toThrow(/never changes/)
  await expect(run(house, ['rotate', 'suppression-key'])).rejects.toThrow(/never changes/)
  await expect(run(house, ['rotate'], 'bo')).rejects.toThrow(/admin/)
  await expect(run(house, ['retire'])).rejects.toThrow(/by its number/)
  await expect(run(house, ['retire', '9'])).rejects.toThrow(/no key 9/)
  await expect(run(house, ['burn'])).rejects.toThrow(/rotate or retire/)
  expect(await readdir(dir)).toEqual([])
})
