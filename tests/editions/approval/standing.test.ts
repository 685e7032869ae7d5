import { expect, test } from 'vitest'
import { type ApprovalRule, standingOf, type Verdict } from '#editions/approval/standing.ts'

const yes = (operatorId: number | null, contentHash = 'now'): Verdict => ({
  verdict: 'approve',
  contentHash,
  operatorId,
})

const objection = (verdict: 'send back' | 'stop' | 'cancel', contentHash = 'now'): Verdict => ({
  verdict,
  contentHash,
  operatorId: 7,
})

type Row = [string, ApprovalRule, number[], Verdict[], boolean]

test.each<Row>([
  ['one asks for one', 'one', [], [yes(1)], true],
  ['one takes the author’s own', 'one', [1], [yes(1)], true],
  ['nobody has said anything', 'one', [], [], false],
  ['a yes to what it was before', 'one', [], [yes(1, 'before')], false],
  ['two takes two', 'two', [], [yes(1), yes(2)], true],
  ['two is not one twice', 'two', [], [yes(1), yes(1)], false],
  ['two of an automatic draft is not one', 'two', [], [yes(1)], false],
  ['two takes one who did not write it', 'two', [1], [yes(2)], true],
  ['two does not take the author', 'two', [1], [yes(1)], false],
  ['two authors do not approve each other’s', 'two', [1, 2], [yes(1), yes(2)], false],
  ['two takes a third', 'two', [1, 2], [yes(3)], true],
  ['a rule of the newsletter', 'none', [], [yes(null)], true],
  ['a yes of before an edit that was undone', 'one', [], [{ ...yes(1), voided: true }], false],
  [
    'who sent it back before an edit that was undone',
    'none',
    [],
    [yes(null), { ...objection('send back'), voided: true }],
    false,
  ],
  ['an override', 'two', [1], [{ verdict: 'override', contentHash: 'now', operatorId: 9 }], true],
  [
    'an override of what it was before',
    'two',
    [1],
    [{ verdict: 'override', contentHash: 'before', operatorId: 9 }],
    false,
  ],
  ['sent back only', 'one', [], [objection('send back')], false],
  ['sent back after a yes', 'one', [], [yes(1), objection('send back')], false],
  ['sent back, and approved all the same', 'one', [], [objection('send back'), yes(1)], true],
  [
    'one yes before and one after it was sent back',
    'two',
    [],
    [yes(1), objection('send back'), yes(2)],
    false,
  ],
  ['two after it was sent back', 'two', [], [yes(1), objection('send back'), yes(2), yes(1)], true],
  ['sent back as it was before', 'one', [], [objection('send back', 'before'), yes(1)], true],
  ['a countdown that was cancelled', 'one', [], [yes(1), objection('cancel')], false],
  [
    'a rule does not outvote who sent it back',
    'unless stopped',
    [],
    [yes(null), objection('send back')],
    false,
  ],
])('%s', (...[, rule, authors, verdicts, approved]) => {
  expect(standingOf({ rule, authors, verdicts, hash: 'now' }).approved).toBe(approved)
})

test('who sent it back, and who said yes since, is known', () => {
  const sentBack = [yes(1), objection('send back')]

  expect(standingOf({ rule: 'two', authors: [], verdicts: sentBack, hash: 'now' })).toEqual({
    approved: false,
    waitsFor: 'two people’s yes',
    yes: [],
    objection: objection('send back'),
  })
  expect(
    standingOf({ rule: 'two', authors: [], verdicts: [...sentBack, yes(2)], hash: 'now' }),
  ).toEqual({
    approved: false,
    waitsFor: 'a second person’s yes',
    yes: [2],
    objection: objection('send back'),
  })
})
