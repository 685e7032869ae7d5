import { describe, expect, test } from 'vitest'
import { checkDay, holds } from '#demo/bad-day/checks.ts'
import type { Evidence } from '#demo/bad-day/evidence.ts'
import { parseReach } from '#demo/bad-day/play.ts'
import { refuseContradictions } from '#demo/bad-day/run.ts'
import { administratorLines, editorLines, readerLines } from '#demo/bad-day/sections.ts'
import { makeEvidence } from './bad-day-fixture.ts'

function mailAt({ mails }: Pick<Evidence, 'mails'>, index: number): Evidence['mails'][number] {
  const mail = mails[index]
  if (mail === undefined) throw new Error(`there is no mail ${index}`)
  return mail
}

function broken(evidence: Evidence): string[] {
  return checkDay(evidence)
    .filter((check) => !holds(check))
    .map(({ claim }) => claim)
}

test('a day whose books and mailboxes say the same has no contradiction', () => {
  const checks = checkDay(makeEvidence())

  expect(checks.filter((check) => !holds(check))).toEqual([])
  expect(() => refuseContradictions(checks)).not.toThrow()
})

describe('a contradiction is named:', () => {
  const cases: [string, (evidence: Evidence) => void, RegExp][] = [
    [
      'a row without an end',
      ({ digest }) => {
        digest.accounts.accepted -= 1
      },
      /planned = sent/,
    ],
    [
      'counters that are not those of the rows',
      ({ digest }) => {
        digest.copies.pop()
      },
      /the digest: the counters/,
    ],
    [
      'a mail that was lost',
      ({ mails }) => {
        mails.splice(0, 1)
      },
      /every mail that was sent lies/,
    ],
    [
      'a mail that came twice',
      ({ mails }) => {
        mails.push({ ...mailAt({ mails }, 0) })
      },
      /twice/,
    ],
    [
      'a mail in the mailbox of somebody else',
      ({ mails }) => {
        mailAt({ mails }, 3).to = 'r1@x.example'
      },
      /of the reader/,
    ],
    [
      'a mail to somebody who was left out',
      ({ mails }) => {
        mails.push({ ...mailAt({ mails }, 4), to: 'r7@x.example', messageId: '<d7>' })
      },
      /left out or refused/,
    ],
    [
      'a doubt that nothing explains',
      ({ died }) => {
        died['in the body'] = 0
      },
      /died under a body/,
    ],
    [
      'a journal that knows less than the ledger',
      ({ journal }) => {
        journal.answered -= 1
      },
      /the journal/,
    ],
    [
      'a first version that says what is right',
      ({ mails, day }) => {
        mailAt({ mails }, 0).text = day.right
      },
      /the wrong words/,
    ],
    [
      'a second version that says what was wrong',
      ({ mails, day }) => {
        mailAt({ mails }, 3).text = day.wrong
      },
      /the wrong words/,
    ],
    [
      'a correction to somebody who never had the story',
      ({ mails }) => {
        mails.push({ ...mailAt({ mails }, 5), to: 'r6@x.example', messageId: '<c6>' })
      },
      /exactly those whose copy may be wrong/,
    ],
    [
      'a correction to who had left',
      ({ mails }) => {
        mails.push({
          ...mailAt({ mails }, 5),
          to: 'r4@x.example',
          messageId: '<c4>',
          inReplyTo: '<d4>',
        })
      },
      /exactly those whose copy may be wrong/,
    ],
    [
      'a correction that stands alone',
      ({ mails }) => {
        mailAt({ mails }, 5).inReplyTo = null
      },
      /stands under/,
    ],
    [
      'a correction that begins with something else',
      ({ mails }) => {
        mailAt({ mails }, 5).text = `Buy a hat. ${mailAt({ mails }, 5).text}`
      },
      /says first/,
    ],
    [
      'a promise to the editor that was not kept',
      ({ day }) => {
        day.reach.copies += 1
      },
      /the editor was told/,
    ],
    [
      'a web page without a date',
      (evidence) => {
        evidence.page = evidence.page.replace('Changed on', 'Changed')
      },
      /with its date/,
    ],
  ]
  test.each(cases)('%s', (_, spoil, claim) => {
    const evidence = makeEvidence()
    spoil(evidence)

    expect(broken(evidence).join('\n')).toMatch(claim)
    expect(() => refuseContradictions(checkDay(evidence))).toThrow(claim)
  })
})

test('the refusal says both figures', () => {
  const check = { claim: 'sent = arrived', one: 7, other: 6 }

  expect(() => refuseContradictions([check])).toThrow(
    'the figures do not match:\n  sent = arrived: 7 and 6',
  )
})

test('the reader sees the correction under the mail that it corrects', () => {
  const lines = readerLines(makeEvidence()).join('\n')

  expect(lines).toContain(
    [
      '  r1@x.example (had the wrong story)',
      '      The morning · “The wall costs 18 million”',
      '      └ Correction: The wall costs 18 million',
      '          We wrote 18 million.',
      '          It is 28 million.',
    ].join('\n'),
  )
  expect(lines).toContain(
    '  r3@x.example (may have had it, and has not)\n      (no digest)\n      └ Correction',
  )
  expect(lines).toMatch(/r4@x\.example \(had it, and unsubscribed\)\n.+18 million”\n {2}r5/)
  expect(lines).toContain('r6@x.example (follows other topics)\n      The morning · nothing')
})

test('a correction that is not threaded is not drawn as if it were', () => {
  const evidence = makeEvidence()
  mailAt(evidence, 5).inReplyTo = null

  expect(readerLines(evidence).join('\n')).toContain(
    '\n      Correction: The wall costs 18 million',
  )
})

test('the administrator sees figures that add up, and what is left to do', () => {
  const typed = { command: 'daybreak limits', answer: ['No limits'] }
  const evidence = makeEvidence()

  const lines = administratorLines(evidence, {
    outage: evidence.day.outage,
    now: typed,
    limits: typed,
  })

  expect(lines).toContain(
    '  ledger: 7 planned = 4 sent + 0 refused + 1 left out + 2 that may have arrived',
  )
  expect(lines).toContain(
    '  journal: 6 bodies began, 4 were answered, 2 were not; 1 mails were tried again',
  )
  expect(lines.at(-1)).toContain('2 of the 2')
  expect(lines.join('\n')).not.toContain('left out: 1')
})

test('the editor sees what was typed, and the dated note', () => {
  const lines = editorLines(makeEvidence())

  expect(lines).toContain('  $ daybreak corrections open 4')
  expect(lines.at(-1)).toContain('“Changed on 24 November 2026, 01:51 GMT”')
})

test('what accepting a correction promises is read from its answer', () => {
  const told = '  69 had it wrong (3 of them may), 68 can be told, 1 not reachable any more'

  expect(parseReach(told)).toEqual({ copies: 69, uncertain: 3, left: 1 })
  expect(parseReach('  4 had it wrong, 4 can be told, 0 not reachable any more')).toEqual({
    copies: 4,
    uncertain: 0,
    left: 0,
  })
})
