import { describe, expect, test } from 'vitest'
import { backoffMs, retryAtOf } from '#deliveries/drain/backoff.ts'
import { bottleneckOf, describeBottleneck, type LaneState } from '#deliveries/drain/bottleneck.ts'
import { claimSize } from '#deliveries/drain/claim-size.ts'
import { LaneFigures } from '#deliveries/drain/lane-figures.ts'
import type { Fate } from '#deliveries/outcome-store.ts'

const MINUTE = 60_000
const NOW = new Date('2026-11-22T06:30:00Z')

describe('trying again', () => {
  test.each([
    [1, 1],
    [2, 2],
    [3, 4],
    [6, 32],
    [7, 60],
    [40, 60],
  ])('after attempt %i it takes %i minutes, a fifth more or less by chance', (attempt, minutes) => {
    expect(backoffMs(attempt, 0)).toBe(minutes * MINUTE * 0.8)
    expect(backoffMs(attempt, 0.5)).toBe(minutes * MINUTE)
    expect(backoffMs(attempt, 1)).toBeCloseTo(minutes * MINUTE * 1.2)
  })

  const fates: [string, Fate, number | undefined][] = [
    ['deferred', { kind: 'deferred', code: 451, reply: 'later' }, 4 * MINUTE],
    [
      'refused because of us',
      { kind: 'rejected', code: 550, reply: 'no', blame: 'sender' },
      4 * MINUTE,
    ],
    ['unsent', { kind: 'unsent', reason: 'no relay' }, 60_000],
    ['given back', { kind: 'given back' }, 0],
    [
      'refused because of the reader',
      { kind: 'rejected', code: 550, reply: 'no', blame: 'recipient' },
      undefined,
    ],
    ['accepted', { kind: 'accepted', relayId: null, reply: 'ok' }, undefined],
    ['uncertain', { kind: 'uncertain', reason: 'lost' }, undefined],
    ['excluded', { kind: 'excluded', reason: 'left' }, undefined],
  ]
  test.each(fates)('a mail that was %s', (_what, fate, after) => {
    const notAfter = NOW.getTime() + 60 * MINUTE

    const at = retryAtOf(fate, { attempt: 9, replies: 2, notAfter, now: NOW, random: 0.5 })

    expect(at?.getTime()).toBe(after === undefined ? undefined : NOW.getTime() + after)
  })

  test('a retry that would come too late comes at the last moment, where it is left out as expired', () => {
    const notAfter = NOW.getTime() + MINUTE
    const fate: Fate = { kind: 'deferred', code: 451, reply: 'later' }

    expect(retryAtOf(fate, { attempt: 5, replies: 4, notAfter, now: NOW, random: 0.5 })).toEqual(
      new Date(notAfter),
    )
  })
})

describe('the size of a claim', () => {
  test.each([
    ['nobody knows the rate yet', { rate: undefined, last: undefined, ranDry: true }, 50],
    ['a slow relay', { rate: 3.2, last: 50, ranDry: false }, 3],
    ['a relay that stands', { rate: 0, last: 3, ranDry: false }, 1],
    ['a fast relay', { rate: 4800, last: 100, ranDry: false }, 500],
    ['a lane that ran dry', { rate: 40, last: 50, ranDry: true }, 100],
    ['a fast lane that ran dry', { rate: 4000, last: 400, ranDry: true }, 500],
  ])('%s', (_what, lane, size) => {
    expect(claimSize(lane)).toBe(size)
  })
})

describe('figures of a lane', () => {
  test('the rate follows what settles, and forgets within a second or two', () => {
    const figures = new LaneFigures(0)
    const rates: number[] = []
    for (let at = 250; at <= 4000; at += 250) {
      if (at <= 2000) for (let mail = 0; mail < 100; mail += 1) figures.settled()
      rates.push(figures.rate(at) ?? Number.NaN)
    }

    expect(rates.slice(0, 8)).toEqual(Array.from({ length: 8 }, () => 400))
    expect(rates.at(-1)).toBeLessThan(10)
  })

  test('there is no rate before the first quarter of a second', () => {
    expect(new LaneFigures(0).rate(100)).toBeUndefined()
  })

  test('time goes to what the lane waited for', () => {
    const figures = new LaneFigures(0)
    figures.sample('relay', 100)
    figures.sample('composing', 900)

    expect(figures.takeShares(1000)).toEqual({ database: 100, relay: 800, composing: 100 })
    expect(figures.takeShares(1100)).toEqual({ database: 0, relay: 0, composing: 100 })
  })
})

describe('the bottleneck in words', () => {
  const state: LaneState = {
    shares: { relay: 900, database: 50, composing: 50 },
    because: null,
    rest: undefined,
    relays: { replyMs: 310.4, connections: 8 },
  }

  test.each([
    [{}, 'relay', 'the relay answers in 310 ms on 8 connections'],
    [
      { relays: { replyMs: 0.62, connections: 1 } },
      'relay',
      'the relay answers in 0.6 ms on 1 connection',
    ],
    [
      { shares: { relay: 10, database: 600, composing: 390 } },
      'database',
      'the database hands out mails no faster',
    ],
    [
      { shares: { relay: 10, database: 390, composing: 600 } },
      'composing',
      'this machine composes mails no faster',
    ],
    [{ because: 'google takes 20 mails a second' }, 'limit', 'google takes 20 mails a second'],
    [
      { rest: { reason: 'connect ECONNREFUSED', until: NOW.getTime() }, because: 'a limit' },
      'resting',
      'the relay takes no mail, tried again at 06:30:00 UTC: connect ECONNREFUSED',
    ],
  ])('%o', (change, kind, words) => {
    expect(bottleneckOf({ ...state, ...change }).kind).toBe(kind)
    expect(describeBottleneck({ ...state, ...change })).toBe(words)
  })
})
