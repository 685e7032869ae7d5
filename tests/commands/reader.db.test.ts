import { expect, test } from 'vitest'
import type { App } from '#app.ts'
import { enterAs } from '#commands/command.ts'
import { reader } from '#commands/reader.ts'
import { listAudit } from '#operators/audit.ts'
import { addOperator } from '#operators/operator.ts'
import { openDesk, releaseDigest } from '../deliveries/send-fixture.ts'
import { addReaders, type House, openHouse } from '../house.ts'

async function run(house: House, args: string[], as = 'ines'): Promise<string[]> {
  const lines: string[] = []
  const app = { context: house.context, async [Symbol.asyncDispose]() {} } as unknown as App
  await reader.run({
    args,
    config: house.context.config,
    out: { line: (text = '') => void lines.push(text) },
    enter: async (duty) => enterAs(app, { name: as, duty }),
  })
  return lines
}

async function openSent(): Promise<House & { editionId: number }> {
  const house = await openHouse()
  await addReaders(house, 1)
  const editionId = await releaseDigest(house)
  await using desk = await openDesk(house)
  await desk.drain()
  return Object.assign(house, { editionId })
}

test('one look tells who it is, what was chosen and agreed, and what became of the mails', async () => {
  await using house = await openSent()

  const lines = await run(house, ['reader1@example.org'])

  expect(lines[0]).toBe('reader 1 · reader1@example.org')
  expect(lines[1]).toMatch(/an active reader since/)
  const text = lines.join('\n')
  expect(text).toMatch(/the next digest is due 2026-11-23 06:30:00 UTC/)
  expect(text).toMatch(/Chosen\n {2}Morning digest: daily since/)
  expect(text).toMatch(/Agreed and withdrawn, newest first\n {2}2026-11-22/)
  expect(text).toMatch(
    /Mails, newest first\n {2}edition .*\n {2}1 .* went to the built-in inbox at/,
  )
})

test('with an edition, the answer is about that one', async () => {
  await using house = await openSent()

  const lines = await run(house, ['reader1@example.org', '--edition', String(house.editionId)])

  expect(lines).toHaveLength(5)
  expect(lines[3]).toMatch(/^edition 1, "/)
  expect(lines[4]).toMatch(/went to the built-in inbox/)
})

test('a viewer sees the address masked, and every look is in the audit log without it', async () => {
  await using house = await openSent()
  await run(house, ['reader1@example.org'])
  await addOperator(house.context, { name: 'vi', role: 'viewer' })

  const lines = await run(house, ['reader1@example.org', '--json'], 'vi')

  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ reader: 1, address: 'r…@example.org' })
  const [event] = await listAudit(house.context, 1)
  expect(event).toMatchObject({ actor: 'vi', verb: 'look up reader', subject: 'subscriber 1' })
  expect(JSON.stringify([event, house.lines])).not.toContain('reader1@')
})

test('an address of nobody is an answer; no address, two, or a wrong edition are refused', async () => {
  await using house = await openSent()

  expect((await run(house, ['nobody@example.org']))[0]).toBe('no reader · nobody@example.org')
  await expect(run(house, [])).rejects.toThrow(/one mail address/)
  await expect(run(house, ['a@example.org', 'b@example.org'])).rejects.toThrow(/one mail address/)
  await expect(run(house, ['reader1@example.org', '--edition', 'x'])).rejects.toThrow(/edition/)
})
