import { expect, test } from 'vitest'
import type { Proof } from '#drill/proof.ts'
import { type Happened, nothingYet } from '#drill/scene.ts'
import { listBroken } from '#drill/verdict.ts'

const GOOD: Proof = {
  state: 'sent',
  stateReason: null,
  planned: 1000,
  accepted: 980,
  rejected: 0,
  excluded: 5,
  uncertain: 15,
  unsettled: 0,
  missing: 0,
  lost: 0,
  doubled: 0,
  denied: 0,
  strangers: 0,
  uncertainAtSink: 7,
  uncertainOfKilled: 15,
  uncertainOfKilledAtSink: 7,
  overAllowance: [],
  orphans: 0,
  tallyDiffers: false,
}
const KILLS = { ...nothingYet(), kills: 10, killsMidBody: 9 }

function judge({
  first = {},
  second = {},
  happened = KILLS,
}: {
  first?: Partial<Proof>
  second?: Partial<Proof>
  happened?: Happened
}): string[] {
  return listBroken({
    first: { proof: { ...GOOD, ...first }, happened },
    second: { proof: { ...GOOD, ...second }, happened: nothingYet() },
    connections: 10,
  })
}

function judgeDoubts(rows: number, had: number): string[] {
  return judge({ first: { uncertainOfKilled: rows, uncertainOfKilledAtSink: had } })
}

test('a drill whose counts add up broke no promise', () => {
  expect(judge({})).toEqual([])
})

test.for<[Partial<Proof>, RegExp]>([
  [{ state: 'held', stateReason: 'a gap' }, /it is held \(a gap\), not sent/],
  [{ lost: 1 }, /1 mails were lost/],
  [{ doubled: 2 }, /2 mails left twice/],
  [{ denied: 1 }, /the ledger says that they did not/],
  [{ strangers: 1 }, /belong to no row/],
  [{ orphans: 3 }, /3 rows belong to no reader/],
  [{ tallyDiffers: true }, /the counters do not say/],
  [
    { overAllowance: [{ pid: 17, uncertain: 11, allowance: 10 }] },
    /process 17 left 11 mails uncertain, and what was done to it explains 10/,
  ],
])('%o breaks a promise in either edition', ([change, sentence]) => {
  expect(judge({ first: change })).toEqual([expect.stringMatching(sentence)])
  expect(judge({ second: change })).toEqual([expect.stringMatching(sentence)])
})

test('after kills at most one mail a connection and kill is uncertain', () => {
  expect(judge({ first: { uncertain: 100 } })).toEqual([])
  expect(judge({ first: { uncertain: 101 } })).toEqual([
    expect.stringMatching(/101 mails are uncertain after 10 kills on 10 connections/),
  ])
  expect(judge({ second: { uncertain: 101 } })).toEqual([])
})

test('that all or none of the uncertain mails arrived is suspicious, unless they are few', () => {
  expect(judgeDoubts(15, 0)).toEqual([expect.stringMatching(/none arrived: that cannot be chance/)])
  expect(judgeDoubts(15, 15)).toEqual([expect.stringMatching(/all arrived: that cannot be chance/)])
  expect(judgeDoubts(4, 0)).toEqual([])
})

test('kills that found nothing in the middle prove little', () => {
  const broken = judge({ happened: { ...KILLS, killsMidBody: 7 } })

  expect(broken).toEqual([expect.stringMatching(/only 7 of 10 kills/)])
})
