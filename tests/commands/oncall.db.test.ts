import { afterEach, beforeEach, expect, test } from 'vitest'
import { edition } from '#commands/editions.ts'
import { oncall } from '#commands/oncall.ts'
import { operators } from '#commands/operators.ts'
import { listAudit } from '#operators/audit.ts'
import { addOperator } from '#operators/operator.ts'
import { type DeskHouse, openDraftHouse } from '../deliveries/approval/desk-fixture.ts'
import { runCommand } from './run-command.ts'

let house: DeskHouse
beforeEach(async () => {
  house = await openDraftHouse({}, { onCall: [] })
  await addOperator(house.context, { name: 'ada', role: 'admin' })
})
afterEach(async () => house[Symbol.asyncDispose]())

const on = async (...args: string[]) => runCommand(house, oncall, { args, as: 'ada' })
const say = async (...args: string[]) =>
  runCommand(house, edition, { args: [String(house.editionId), ...args], as: 'ines' })

test('people are put on call and taken off, and the list says who', async () => {
  expect((await on())[0]).toContain('Nobody is on call')

  await on('add', 'ines', '--address', 'ines@phone.example')
  await on('add', 'omar', '--deputy')
  const both = await on('list')
  await on('remove', 'ines')

  expect(both.slice(1)).toEqual([
    expect.stringMatching(/^ines +ines@phone.example +on call$/),
    expect.stringMatching(/^omar +omar@courier.example +deputy$/),
  ])
  expect((await on()).join('\n')).not.toContain('ines')
  expect(
    (await listAudit(house.context, 3)).map(({ verb, subject }) => `${verb} ${subject}`),
  ).toEqual(['take off call ines', 'put on call omar', 'put on call ines'])
})

test.each([
  [
    'a name that nobody has',
    ['add', 'nobody', '--address', 'a@b.example'],
    /no team member is named/,
  ],
  [
    'somebody who could not answer',
    ['add', 'eva'],
    /eva is editor: to approve takes the role publisher/,
  ],
  ['somebody without an address', ['add', 'ada'], /no address yet/],
  ['an address that is none', ['add', 'ines', '--address', 'home'], /must be a mail address/],
  ['who was not on call', ['remove', 'ines'], /is not on call/],
])('%s is refused with the fix', async (_what, args, words) => {
  await expect(on(...args)).rejects.toThrow(words)
})

async function set(as: string) {
  return runCommand(house, operators, { args: ['address', 'ines', 'ines@new.example'], as })
}

test('an address of the desk’s mails is set by an admin', async () => {
  await expect(set('ines')).rejects.toThrow('takes the role admin')
  expect(await set('ada')).toEqual(['mails of the desk to ines go to ines@new.example'])
  await on('add', 'ines')
  expect((await on()).join('\n')).toContain('ines@new.example')
})

test('a link is mailed anew, to who is on call or to one person', async () => {
  await expect(say('call')).rejects.toThrow('nobody is on call')
  await on('add', 'ines')

  expect(await say('call')).toEqual([`a link to edition ${house.editionId} is on its way to ines`])
  expect(await say('call', 'eva')).toEqual([
    `a link to edition ${house.editionId} is on its way to eva`,
  ])
  await expect(say('call', 'nobody')).rejects.toThrow('no team member is named "nobody"')
  expect((await house.calls()).map(({ to, subject }) => `${to} ${subject}`)).toEqual([
    'ines@courier.example Your Newspaper: ines asks you to look at an edition',
    'eva@courier.example Your Newspaper: ines asks you to look at an edition',
  ])
})

test('an override needs its reason, and everybody on call is told', async () => {
  await on('add', 'omar')

  await expect(say('override')).rejects.toThrow('needs its reason')
  await say('override', '--reason', 'The other one is on a plane')
  await house.tick()

  expect(await house.state()).toBe('approved')
  expect((await house.calls()).at(-1)).toMatchObject({
    to: 'omar@courier.example',
    subject: `Your Newspaper: ines has approved edition ${house.editionId} alone`,
  })
})
