import { expect, test } from 'vitest'
import { type Facts, forecast } from '#deliveries/progress.ts'

const now = new Date('2026-11-22T06:30:00Z')
const at = (minute: number) => new Date(now.getTime() + minute * 60_000)

type Change = {
  edition?: Partial<Facts['edition']>
  accounts?: Partial<Facts['accounts']>
  paces?: Facts['paces']
  releases?: Partial<Facts['releases']>
}

/** 900 mails wait and 100 are being sent, at 10 a second. */
function facts({ edition, accounts, paces, releases }: Change = {}): Facts {
  return {
    edition: {
      state: 'sending',
      stateReason: null,
      plannedAt: at(-1),
      releaseAt: at(-1),
      spreadMs: 0,
      ...edition,
    },
    accounts: { waiting: 900, tryingAgain: 0, claimed: 100, waitingBecause: [], ...accounts },
    paces: paces ?? [{ mailsPerSecond: 10, words: 'the relay answers in 310 ms on 8 connections' }],
    releases: { first: at(-1), last: at(-1), held: null, ...releases },
    now,
  }
}

test('the finish is what is open at the rate of all senders, and the bottleneck is that of the fastest', () => {
  const paces = [
    { mailsPerSecond: 1, words: 'slow words' },
    null,
    { mailsPerSecond: 9, words: 'fast words' },
  ]

  const told = forecast(facts({ paces }))

  expect(told).toEqual({
    mailsPerSecond: 10,
    finishAt: new Date(now.getTime() + 100_000),
    bottleneck: 'fast words',
  })
})

test.each<[string, Change, Date | null]>([
  ['before the spread is over', { edition: { spreadMs: 20 * 60_000 } }, at(19)],
  ["before the last readers' hour", { releases: { last: at(60) } }, at(60)],
  [
    "before the spread of the last readers' hour is over",
    { releases: { last: at(60) }, edition: { spreadMs: 600_000 } },
    at(70),
  ],
  ['at a time that is known while readers are planned', { edition: { plannedAt: null } }, null],
  ['at a time that is known while nothing moves', { paces: [null] }, null],
  ['at all when nothing is open', { accounts: { waiting: 0, claimed: 0 } }, null],
  ['at all when it is held', { edition: { state: 'held' } }, null],
])('an edition does not finish %s', (_when, change, finishAt) => {
  expect(forecast(facts(change)).finishAt).toEqual(finishAt)
})

test('mails to be tried again after the spread do not wait for it', () => {
  const change = {
    accounts: { waiting: 0, claimed: 0, tryingAgain: 60 },
    edition: { spreadMs: 20 * 60_000 },
  }

  expect(forecast(facts(change)).finishAt).toEqual(new Date(now.getTime() + 6000))
})

test.each<[string, Change, string | null]>([
  [
    'a hold of everything before all else',
    { releases: { held: 'the database was restored' }, paces: [] },
    'nothing is sent: the database was restored',
  ],
  ['that no sender runs', { paces: [] }, 'no sender is running: run "daybreak start"'],
  [
    "the readers' hour when nothing is due yet",
    { accounts: { claimed: 0 }, releases: { first: at(90) }, paces: [null] },
    "the next readers' hour is at 08:00 UTC",
  ],
  [
    'the relay while mails of earlier hours are on their way',
    { releases: { first: at(90) } },
    'the relay answers in 310 ms on 8 connections',
  ],
  [
    'what relays said when the senders say nothing',
    { paces: [null], accounts: { waitingBecause: ['421 Too fast'] } },
    '421 Too fast',
  ],
  [
    'the retries when nothing else is left',
    { accounts: { waiting: 0, claimed: 0, tryingAgain: 3, waitingBecause: ['451 Greylisted'] } },
    'mails are tried again later: 451 Greylisted',
  ],
  [
    'the planning when all that is planned is out',
    { edition: { plannedAt: null }, accounts: { waiting: 0, claimed: 0 } },
    'the next readers are being planned',
  ],
  ['nothing when all is done', { accounts: { waiting: 0, claimed: 0 } }, null],
  ['nothing of an edition that a person holds', { edition: { state: 'held' } }, null],
])('the bottleneck names %s', (_what, change, words) => {
  expect(forecast(facts(change)).bottleneck).toBe(words)
})
