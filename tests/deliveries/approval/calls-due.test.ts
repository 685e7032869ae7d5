import { describe, expect, test } from 'vitest'
import { callDue, decisionDue, type Wait } from '#deliveries/approval/calls-due.ts'

const DEADLINE = new Date('2026-11-22T07:00:00Z')
const at = (time: string) => new Date(`2026-11-22T${time}:00Z`)

function waiting(time: string, changes: Partial<Wait> & { made?: [string, string][] } = {}): Wait {
  const { made = [['first', '06:00']], ...rest } = changes
  return {
    kind: 'digest',
    rule: 'one',
    late: 'hold',
    deadlineAt: DEADLINE,
    objection: null,
    saidBefore: null,
    calls: new Map(made.map(([what, when]) => [what, at(when)])),
    deputies: true,
    hour: '07:00 GMT, 22 November',
    now: at(time),
    ...rest,
  }
}

const ines = { actor: 'ines' }
const ALL: [string, string][] = [
  ['first', '06:00'],
  ['-45', '06:15'],
  ['-15', '06:45'],
]

describe('who is called', () => {
  test.each<[string, Wait, string | undefined]>([
    ['at once', waiting('06:00', { made: [] }), 'first'],
    ['nobody twice for the same', waiting('06:14'), undefined],
    ['45 minutes before', waiting('06:15'), '-45'],
    ['15 minutes before', waiting('06:45', { made: ALL.slice(0, 2) }), '-15'],
    ['nobody again in between', waiting('06:59', { made: ALL }), undefined],
    ['deputies at the deadline', waiting('07:00', { made: ALL }), 'deadline'],
    [
      'the rest of the calls once',
      waiting('07:05', { made: [...ALL, ['deadline', '07:00']] }),
      undefined,
    ],
    ['of two that were missed the last', waiting('06:50'), '-15'],
    ['the deputies, whatever was missed', waiting('07:30'), 'deadline'],
    [
      'nobody a moment after the first call',
      waiting('06:46', { made: [['first', '06:44']] }),
      undefined,
    ],
    ['nobody where it was sent back', waiting('06:15', { objection: ines }), undefined],
    ['nobody where nobody is needed', waiting('06:00', { made: [], rule: 'none' }), undefined],
    [
      'once where it goes unless it is stopped',
      waiting('06:00', { made: [], rule: 'unless stopped' }),
      'first',
    ],
    ['and not again', waiting('06:45', { rule: 'unless stopped' }), undefined],
    ['again after an edit of what was approved', waiting('06:10', { saidBefore: 4 }), 'anew 4'],
    [
      'not twice',
      waiting('06:10', {
        saidBefore: 4,
        made: [
          ['first', '06:00'],
          ['anew 4', '06:05'],
        ],
      }),
      undefined,
    ],
    [
      'for an alert that has no hour, whatever the rule',
      waiting('06:00', { made: [], kind: 'alert', deadlineAt: null, rule: 'none' }),
      'first',
    ],
  ])('%s', (_what, wait, what) => {
    expect(callDue(wait)?.what).toBe(what)
  })

  test('a call stands for those that were missed', () => {
    expect(callDue(waiting('06:50', { made: [] }))).toMatchObject({
      what: 'first',
      whom: 'on call',
      passed: ['-45', '-15'],
    })
    expect(callDue(waiting('07:30'))?.passed).toEqual(['-45', '-15'])
  })

  test('when everybody slept through, everybody is called, and has the time of deputies', () => {
    const call = callDue(waiting('07:30', { made: [] }))
    expect(call).toMatchObject({ whom: 'everybody', passed: ['-45', '-15', 'deadline'] })
    const after = {
      made: ['first', ...(call?.passed ?? [])].map((what): [string, string] => [what, '07:30']),
    }
    expect(decisionDue(waiting('07:39', after)).kind).toBe('wait')
    expect(decisionDue(waiting('07:40', after)).kind).toBe('hold')
  })

  test('the subject says what is asked and how long is left', () => {
    expect(callDue(waiting('06:45', { made: ALL.slice(0, 2) }))?.asks).toBe(
      '15 minutes left: an edition waits for your yes',
    )
    expect(callDue(waiting('06:00', { made: [], kind: 'alert', deadlineAt: null }))?.asks).toBe(
      'An alert waits for your yes',
    )
  })
})

describe('what the newsletter’s rule decides', () => {
  const asked: [string, string][] = [...ALL, ['deadline', '07:00']]

  test.each<[string, Wait, string]>([
    ['nothing before its hour', waiting('06:59', { made: ALL, rule: 'none' }), 'wait'],
    ['yes where nobody is needed', waiting('07:00', { rule: 'none' }), 'approve'],
    ['yes where nobody stopped it', waiting('07:00', { rule: 'unless stopped' }), 'approve'],
    [
      'not yes to what was sent back',
      waiting('07:00', { rule: 'unless stopped', objection: ines }),
      'hold',
    ],
    [
      'nor where it sends when nobody answers',
      waiting('07:00', { late: 'send', objection: ines }),
      'hold',
    ],
    ['deputies are heard', waiting('07:09', { made: asked }), 'wait'],
    ['hold', waiting('07:10', { made: asked }), 'hold'],
    ['skip', waiting('07:10', { made: asked, late: 'skip' }), 'skip'],
    ['send', waiting('07:10', { made: asked, late: 'send' }), 'approve'],
    [
      'at once where there are no deputies',
      waiting('07:00', { made: ALL, deputies: false }),
      'hold',
    ],
    ['not before the deputies are called', waiting('08:00', { made: ALL }), 'wait'],
    [
      'nothing ever for what has no hour',
      waiting('23:00', { deadlineAt: null, kind: 'alert' }),
      'wait',
    ],
  ])('%s', (_what, wait, kind) => {
    expect(decisionDue(wait).kind).toBe(kind)
  })

  test('says why, with the hour of the newsroom', () => {
    expect(decisionDue(waiting('07:10', { made: asked }))).toEqual({
      kind: 'hold',
      reason: 'nobody had said yes by 07:00 GMT, 22 November',
    })
  })
})
