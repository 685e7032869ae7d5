import { sql } from 'kysely'
import { expect, test } from 'vitest'
import type { App } from '#app.ts'
import { enterAs, numberArgument } from '#commands/command.ts'
import { resendByHand, type ResendWish } from '#commands/edition-resend.ts'
import { watchEdition } from '#commands/edition-watch.ts'
import { edition } from '#commands/editions.ts'
import { inTransaction } from '#db/transaction.ts'
import { addTally } from '#deliveries/tally-store.ts'
import { addOperator } from '#operators/operator.ts'
import { listAudit } from '#operators/audit.ts'
import {
  fates,
  NO_SUCH_USER,
  openReleased,
  openSettled,
  REJECTED,
  type ReleasedHouse,
  stateOf,
  UNCERTAIN,
} from '../deliveries/settled-fixture.ts'

type Printed = { lines: string[]; out: { line: (text?: string) => void } }

function paper(): Printed {
  const lines: string[] = []
  return { lines, out: { line: (text = '') => void lines.push(text) } }
}

/** The house as a command enters it; leaving does not close it. */
async function enter(house: ReleasedHouse, { as = 'ines', duty = 'send' as const } = {}) {
  const app = { context: house.context, async [Symbol.asyncDispose]() {} } as unknown as App
  return enterAs(app, { name: as, duty })
}

async function run(house: ReleasedHouse, args: string[], as = 'ines'): Promise<string[]> {
  const { lines, out } = paper()
  await edition.run({
    args: [String(house.editionId), ...args],
    config: house.context.config,
    out,
    enter: async (duty) => enter(house, { as, duty: duty as 'send' }),
  })
  return lines
}

async function resendLines(house: ReleasedHouse, wish: Partial<ResendWish>): Promise<string[]> {
  const { lines, out } = paper()
  const defaults = { editionId: house.editionId, ask: undefined, keepsMessageIds: true }
  const entered = await enter(house)
  await resendByHand({ house: entered, out }, { ...defaults, what: 'uncertain', ...wish })
  return lines
}

const audited = async (house: ReleasedHouse) =>
  (await listAudit(house.context, 9)).map(({ actor, verb, subject }) => [actor, verb, subject])

test('pause, resume and stop do what they say, in the audit log under the name of who did it', async () => {
  await using house = await openReleased(2)
  const { editionId } = house

  await run(house, ['pause'])
  const paused = await stateOf(house)
  await run(house, ['resume'])
  const resumed = await stateOf(house)
  const lines = await run(house, ['stop', '--reason', 'wrong picture', '--yes', '2'])

  expect([paused, resumed, await stateOf(house)]).toEqual(['held', 'sending', 'stopped'])
  expect(lines[0]).toBe('stopped: 2 mails do not leave')
  expect(await audited(house)).toEqual(
    ['stop', 'resume', 'pause'].map((verb) => ['ines', verb, `edition ${editionId}`]),
  )
})

test.each(['pause', 'resume', 'stop', 'resend'])(
  'an editor may not %s an edition',
  async (verb) => {
    await using house = await openReleased(2)
    await addOperator(house.context, { name: 'ed', role: 'editor' })

    const args = verb === 'resend' ? [verb, 'uncertain'] : [verb]
    await expect(run(house, args, 'ed')).rejects.toThrow(/takes the role publisher/)

    expect(await stateOf(house)).toBe('sending')
    expect(await audited(house)).toEqual([])
  },
)

test.each([[[]], [['--yes', '1']]])(
  'a stop without a yes to its count stops nothing: %j',
  async (yes) => {
    await using house = await openReleased(2)

    await expect(run(house, ['stop', ...yes])).rejects.toThrow(/2 mails would be left out.*--yes 2/)

    expect(await stateOf(house)).toBe('sending')
  },
)

test('a yes to more mails, or to all, stops what is left of them', async () => {
  await using one = await openReleased(2)
  await using all = await openReleased(2)

  await run(one, ['stop', '--yes', '5'])
  await run(all, ['stop', '--yes', 'all'])

  expect([await stateOf(one), await stateOf(all)]).toEqual(['stopped', 'stopped'])
})

test.each([
  ['stop', 'wrong', 'picture'],
  ['pause', 'now'],
  ['resend', 'uncertain', 'all'],
])('a word too many is refused: %s %s', async (...args) => {
  await using house = await openReleased(2)

  await expect(run(house, args)).rejects.toThrow(/one word too many/)

  expect(await stateOf(house)).toBe('sending')
})

test('a number that is missing or none is asked for by its name', async () => {
  expect(() => numberArgument(undefined, 'edition')).toThrow(
    'the edition number is missing: "daybreak editions" lists them',
  )
  expect(() => numberArgument('12a', 'article')).toThrow('the article number is not "12a"')
  expect(() => numberArgument('many', 'yes')).toThrow('--yes is not "many": give it a whole number')
})

test('a resend of refused mails shows which replies it means before it asks', async () => {
  await using house = await openSettled(3, { 2: REJECTED, 3: NO_SUCH_USER })
  const { lines, out } = paper()
  const entered = await enter(house)
  const wish = { editionId: house.editionId, what: 'rejected', reply: '550', keepsMessageIds: true }

  const asked = resendByHand({ house: entered, out }, { ...wish, ask: undefined })

  await expect(asked).rejects.toThrow('--yes 2')
  expect(lines.join('\n')).toMatch(/550 5\.1\.1 No such user +1/)
})

test('an edition shows its accounts as JSON with the words of the API', async () => {
  await using house = await openSettled(3, { 2: UNCERTAIN })

  const [line = ''] = await run(house, ['--json'])

  expect(JSON.parse(line)).toMatchObject({
    edition: house.editionId,
    state: 'sending',
    planned: 3,
    accepted: 2,
    uncertain: 1,
    mailsPerSecond: 0,
    finishAt: null,
  })
})

test('a resend shows the count and what a second copy means, and sends nothing without a yes', async () => {
  await using house = await openSettled(3, { 2: UNCERTAIN })

  const asked = resendLines(house, {})

  await expect(asked).rejects.toThrow('nothing was sent: say yes to the count with --yes 1')
  expect(await fates(house)).toEqual(['accepted', 'uncertain', 'accepted'])
})

test.each<[string, Partial<ResendWish>]>([
  ['--yes with another count', { yes: '2' }],
  ['a person who types another number', { ask: async () => '3' }],
  ['a person who types something else', { ask: async () => 'yes' }],
])('%s sends nothing', async (_what, wish) => {
  await using house = await openSettled(3, { 2: UNCERTAIN })

  await expect(resendLines(house, wish)).rejects.toThrow('nothing was sent')

  expect(await fates(house)).toEqual(['accepted', 'uncertain', 'accepted'])
  expect(await audited(house)).toEqual([])
})

test.each<[string, Partial<ResendWish>]>([
  ['--yes with the count', { yes: '1' }],
  ['a person who types the count', { ask: async () => ' 1 ' }],
])('%s sends again', async (_what, wish) => {
  await using house = await openSettled(3, { 2: UNCERTAIN })

  const lines = await resendLines(house, wish)

  expect(lines.join('\n')).toContain('1 mails may have arrived')
  expect(lines.join('\n')).toContain('the same byte for byte')
  expect(await fates(house)).toEqual(['accepted', 'retry', 'accepted'])
  expect(await audited(house)).toEqual([['ines', 'resend', `edition ${house.editionId}`]])
})

test('with a relay that replaces Message-IDs, the text says that readers see both copies', async () => {
  await using house = await openSettled(3, { 2: UNCERTAIN })

  const lines = await resendLines(house, { yes: '1', keepsMessageIds: false })

  expect(lines.join('\n')).toContain('cannot see that it is a copy')
})

test('a resend of refused mails lists the refusals to choose from', async () => {
  await using house = await openSettled(3, { 2: REJECTED, 3: REJECTED })
  const { lines, out } = paper()
  const wish = { editionId: house.editionId, ask: undefined, keepsMessageIds: true }

  const asked = resendByHand({ house: await enter(house), out }, { ...wish, what: 'rejected' })

  await expect(asked).rejects.toThrow('--reply')
  expect(lines.at(-1)).toMatch(/^550 5\.7\.26 Unauthenticated mail.* 2$/)
})

test('a state that nothing is resent of is refused by name', async () => {
  await using house = await openReleased(1)

  await expect(resendLines(house, { what: 'accepted' })).rejects.toThrow(
    'resend takes deferred-out, uncertain, rejected, not "accepted"',
  )
})

/** Each line that is shown lets one more of three mails be accepted; the third ends the edition. */
function showing(house: ReleasedHouse) {
  const { lines, out } = paper()
  let accepted = 0
  const next = async () => {
    accepted += 1
    await inTransaction(house.db, async (db) => {
      if (accepted === 3) await sql`update edition set state = 'sent', sent_at = now()`.execute(db)
      const { editionId, now } = house
      if (accepted <= 3)
        await addTally(db, { editionId, shard: 7, deltas: { accepted: 1 }, at: now })
    })
  }
  const line = (text?: string) => {
    out.line(text)
    void next()
  }
  return { lines, out: { line } }
}

test.each([
  ['a line for each change where there is no terminal', null],
  ['in place on a terminal', 80],
])('a watch shows the edition until it is sent: %s', async (_what, width) => {
  await using house = await openReleased(3)
  const { lines, out } = showing(house)
  const signal = AbortSignal.timeout(20_000)
  const { editionId } = house

  await watchEdition(house.context, { editionId, out, width, json: false, everyMs: 50, signal })

  const text = lines.join('\n')
  expect(signal.aborted).toBe(false)
  expect(text).toContain(width === null ? 'sending: 0 of 3, 0 sent' : 'state: sending')
  expect(lines.at(-1)).toContain(width === null ? 'sent: 3 of 3, 3 sent' : 'state: sent')
  expect(text.includes('\u001B[')).toBe(width !== null)
})

test('a watch ends when it is told to', async () => {
  await using house = await openReleased(3)
  const stop = new AbortController()
  const { out, lines } = paper()
  const told = { line: (text?: string) => (out.line(text), stop.abort()) }
  const { editionId } = house
  const wish = { editionId, out: told, width: null, json: true, everyMs: 60_000 }

  await watchEdition(house.context, { ...wish, signal: stop.signal })

  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ state: 'sending' })
})
