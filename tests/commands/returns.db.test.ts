import { expect, test } from 'vitest'
import type { App } from '#app.ts'
import { type Command, enterAs } from '#commands/command.ts'
import { returns } from '#commands/returns.ts'
import { takeReply } from '#deliveries/returns/take-reply.ts'
import { takeReturn } from '#deliveries/returns/take-return.ts'
import { addOperator } from '#operators/operator.ts'
import { bounceOf, COMPLAINT, tokenOf } from '../deliveries/returns-fixture.ts'
import { openSettled, type ReleasedHouse } from '../deliveries/settled-fixture.ts'
import type { House } from '../house.ts'

async function run(
  house: House,
  command: Command,
  { args, as = 'ines' }: { args: string[]; as?: string },
): Promise<string[]> {
  const lines: string[] = []
  const app = { context: house.context, async [Symbol.asyncDispose]() {} } as unknown as App
  await command.run({
    args,
    config: house.context.config,
    out: { line: (text = '') => void lines.push(text) },
    enter: async (duty) => enterAs(app, { name: as, duty }),
  })
  return lines
}

async function openStaffed(readers: number): Promise<ReleasedHouse> {
  const house = await openSettled(readers)
  await addOperator(house.context, { name: 'bo', role: 'editor' })
  return house
}

async function bounce(house: ReleasedHouse, reader: number, verdict: 'hard' | 'soft' = 'hard') {
  const token = await tokenOf(house, { reader, editionId: house.editionId })
  const returned = bounceOf(verdict)
  await takeReturn(house.context, { channel: 'smtp', key: `${reader} ${verdict}`, returned, token })
}

async function complain(house: ReleasedHouse, reader: number) {
  const token = await tokenOf(house, { reader, editionId: house.editionId })
  const key = `complaint ${reader}`
  await takeReturn(house.context, { channel: 'smtp', key, returned: COMPLAINT, token })
}

test('what came back is listed with what it did, newest first, and without an address', async () => {
  await using house = await openStaffed(3)
  await bounce(house, 1)
  await bounce(house, 2, 'soft')
  await complain(house, 3)

  const all = await run(house, returns, { args: [] })
  const soft = await run(house, returns, { args: ['--verdict', 'soft', '--edition', '1'] })
  const none = await run(house, returns, { args: ['--edition', '99'] })
  const [json = ''] = await run(house, returns, { args: ['--json', '--limit', '1'] })

  expect(all.map((line) => line.split(/ {2,}/).slice(1, 4).join(' '))).toEqual([
    'by what verdict',
    'smtp complaint complaint',
    'smtp bounce soft',
    'smtp bounce hard',
  ])
  expect(all.join('\n')).toContain('do-not-mail list')
  expect(all.join('\n')).not.toContain('reader1@')
  expect([soft.length, none]).toEqual([2, ['Nothing came back.']])
  expect(JSON.parse(json)).toMatchObject([{ kind: 'complaint', effect: 'do-not-mail list' }])
})

test('what readers wrote is shown, its writer masked, and nothing of it obeyed by a terminal', async () => {
  await using house = await openStaffed(1)
  const token = await tokenOf(house, house)
  const returned = {
    kind: 'reply',
    from: 'Ann <ann@example.net>',
    subject: 'Fish\u001b[2J',
    text: 'One\u001b]0;title\u0007\nTwo',
  } as const
  await takeReply(house.context, { channel: 'smtp', key: 'one', returned, token })

  const lines = (await run(house, returns, { args: ['--replies'] })).join('\n')

  expect(lines).toContain('Ann <…@example.net>  to edition 1')
  expect(lines).toContain('  | Two')
  expect(lines).not.toContain('\u001b')
})

test.each([
  [returns, ['--verdict', 'nasty'], 'there is no verdict "nasty"'],
  [returns, ['--edition', 'x'], 'edition'],
] as const)('%o %j is refused in a sentence', async (command, args, sentence) => {
  await using house = await openStaffed(1)

  await expect(run(house, command, { args: [...args] })).rejects.toThrow(sentence)
})
