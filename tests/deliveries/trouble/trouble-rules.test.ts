import { expect, test } from 'vitest'
import { AnswerWindow } from '#deliveries/trouble/answer-window.ts'
import { holdsEdition, opensBreaker, restMsOf } from '#deliveries/trouble/trouble-rules.ts'
import { Troubles } from '#deliveries/trouble/troubles.ts'
import type { Outcome } from '#mail/outcome.ts'

const OURS: Outcome = {
  kind: 'rejected',
  code: 550,
  reply: '550 5.7.26 This mail has been blocked because the sender is unauthenticated',
  blame: 'sender',
}
const TAKEN: Outcome = { kind: 'accepted', relayId: null, reply: '250 Ok' }

test.each([
  [{ ours: 4, answers: 4 }, false],
  [{ ours: 5, answers: 25 }, true],
  [{ ours: 5, answers: 26 }, false],
  [{ ours: 10, answers: 50 }, true],
])('%o of a destination open its breaker: %s', (figures, opens) => {
  expect(opensBreaker(figures)).toBe(opens)
})

test.each([
  [{ ours: 9, answers: 9 }, false],
  [{ ours: 10, answers: 10 }, true],
  [{ ours: 10, answers: 499 }, true],
  [{ ours: 10, answers: 500 }, false],
  [{ ours: 11, answers: 500 }, true],
])('%o of an edition hold it: %s', (figures, holds) => {
  expect(holdsEdition(figures)).toBe(holds)
})

test('a destination rests 10 minutes, twice as long each time, and at most 2 hours', () => {
  expect([1, 2, 3, 4, 5, 50].map((times) => restMsOf(times) / 60_000)).toEqual([
    10, 20, 40, 80, 120, 120,
  ])
})

test('a window counts the last answers only', () => {
  const window = new AnswerWindow(3)

  const counts = [true, true, false, false, false, true].map((ours) => window.note(ours))

  expect(counts.map(({ answers, ours }) => `${ours} of ${answers}`)).toEqual([
    '1 of 1',
    '2 of 2',
    '2 of 3',
    '1 of 3',
    '0 of 3',
    '1 of 3',
  ])
})

test('a destination that refuses everything is paused with the fifth answer, for a second', () => {
  const troubles = new Troubles()
  const note = () => troubles.note({ editionId: 1, destination: 2, fate: OURS }, 1000)

  for (let answer = 1; answer <= 4; answer += 1) note()
  const early = troubles.isPaused(2, 1000)
  note()

  expect(early).toBe(false)
  expect([1000, 1999, 2000].map((now) => troubles.isPaused(2, now))).toEqual([true, true, false])
  expect(troubles.listPaused(1000)).toEqual([2])
})

test('the other domains are paused by the share of the edition only, service mails and good answers never', () => {
  const troubles = new Troubles()
  const note = (editionId: number, destination: number, fate: Outcome = OURS) =>
    troubles.note({ editionId, destination, fate }, 0)

  for (let answer = 1; answer <= 9; answer += 1) note(1, 1)
  const nine = troubles.isPaused(1, 0)
  note(1, 1)
  for (let answer = 1; answer <= 20; answer += 1) {
    note(0, 0)
    note(2, 2, TAKEN)
    note(2, 2, { kind: 'unsent', reason: 'no relay' })
  }

  expect(nine).toBe(false)
  expect(troubles.listPaused(0)).toEqual([1])
})
