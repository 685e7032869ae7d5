import { expect, test } from 'vitest'
import type { App } from '#app.ts'
import { type Command, enterAs } from '#commands/command.ts'
import { donotmail } from '#commands/donotmail.ts'
import { returns } from '#commands/returns.ts'
import { takeReply } from '#deliveries/returns/take-reply.ts'
import { takeReturn } from '#deliveries/returns/take-return.ts'
import { listAudit } from '#operators/audit.ts'
import { addOperator } from '#operators/operator.ts'
import { bounceOf, COMPLAINT, readerOf, tokenOf } from '../deliveries/returns-fixture.ts'
import { openSettled, type ReleasedHouse } from '../deliveries/settled-fixture.ts'
import { claim } from '../deliveries/claim-fixture.ts'
import { releaseDigest } from '../deliveries/send-fixture.ts'
import { addReaders, type House, openHouse } from '../house.ts'

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
  [donotmail, [], 'donotmail takes list, check, add or lift'],
  [donotmail, ['list', '--reason', 'x'], 'there is no reason "x"'],
  [donotmail, ['check'], 'name one mail address'],
  [donotmail, ['check', 'nobody'], 'the mail address has no name or no domain'],
  [donotmail, ['lift', 'reader1@example.org'], 'not on the do-not-mail list'],
] as const)('%o %j is refused in a sentence', async (command, args, sentence) => {
  await using house = await openStaffed(1)

  await expect(run(house, command, { args: [...args] })).rejects.toThrow(sentence)
})

test('the list says why, and masks addresses', async () => {
  await using house = await openStaffed(2)
  await bounce(house, 1)
  await complain(house, 2)

  const all = await run(house, donotmail, { args: ['list'] })
  const bounced = await run(house, donotmail, { args: ['list', '--reason', 'bounced'] })
  const check = await run(house, donotmail, { args: ['check', 'Reader1@EXAMPLE.org'] })
  const other = await run(house, donotmail, { args: ['check', 'other@example.org'] })

  expect(all).toHaveLength(3)
  expect(bounced.slice(1).map((line) => line.split(/ {2,}/).slice(1))).toEqual([
    ['its mail came back', 'r…@example.org', '1'],
  ])
  expect(check).toEqual([
    'on the do-not-mail list since 2026-11-22: its mail came back (reader 1, bounced)',
  ])
  expect(other).toEqual(['not on the do-not-mail list (no reader)'])
})

test('an address that is put on the list gets nothing from the next claim on, nor after a restore', async () => {
  await using house = await openHouse()
  await addReaders(house, 2)
  await releaseDigest(house)

  const said = await run(house, donotmail, { args: ['add', 'reader1@example.org'] })
  const again = await run(house, donotmail, { args: ['add', 'reader1@example.org'] })

  const rows = await claim(house)
  expect(rows?.map(({ subscriberId }) => subscriberId)).toEqual([2])
  expect([said[0], again[0]]).toEqual([
    'it is on the do-not-mail list: nothing is sent to it from now on',
    'it was on the do-not-mail list already',
  ])
  expect(house.leavings).toMatchObject([{ kind: 'asked', newsletterId: null }])
  const [entry, ...rest] = (await listAudit(house.context, 5)).filter(({ verb }) =>
    /mail/.test(verb),
  )
  expect(entry).toMatchObject({ verb: 'add to do-not-mail list', subject: 'subscriber 1' })
  expect(rest).toEqual([])
})

test('a bounced reader who is lifted gets the newsletters as before', async () => {
  await using house = await openStaffed(1)
  await bounce(house, 1)

  const lines = await run(house, donotmail, { args: ['lift', 'reader1@example.org'] })

  expect(await readerOf(house)).toBe('active')
  expect(lines.join(' ')).toContain('reader 1 gets the newsletters that were chosen before')
  const [entry] = await listAudit(house.context, 1)
  expect(entry).toMatchObject({
    actor: 'ines',
    verb: 'lift from do-not-mail list',
    subject: 'subscriber 1',
    detail: { reason: 'bounced', state: 'active' },
  })
})

test('lifting a complaint says what it means, asks for --yes, and leaves it to the reader to come back', async () => {
  await using house = await openStaffed(1)
  await complain(house, 1)

  const unsure = run(house, donotmail, { args: ['lift', 'reader1@example.org'] })
  await expect(unsure).rejects.toThrow(/reported a mail as spam.*add --yes/)
  const before = await readerOf(house)
  const lines = await run(house, donotmail, { args: ['lift', 'reader1@example.org', '--yes'] })

  expect(before).toBe('complained, listed: complained')
  expect(await readerOf(house)).toBe('left')
  expect(lines.join(' ')).toContain('gets nothing until signing up again')
})

test('only an admin takes an address off the list', async () => {
  await using house = await openStaffed(1)
  await bounce(house, 1)

  const lifting = run(house, donotmail, { args: ['lift', 'reader1@example.org'], as: 'bo' })

  await expect(lifting).rejects.toThrow('takes the role admin')
  expect(await readerOf(house)).toBe('bounced, listed: bounced')
})
