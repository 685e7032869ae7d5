import type { Waiting } from './call-store.ts'

/** A call to make now; each of an edition is made once. */
export type DueCall = {
  what: string
  /** What is asked, as a subject line. */
  asks: string
  whom: 'on call' | 'deputies' | 'everybody'
  /** Calls that this one stands for: their time has passed, and nobody is called twice at once. */
  passed: string[]
}

export type ByHour =
  | { kind: 'wait' }
  | { kind: 'approve'; note: string }
  | { kind: 'hold' | 'skip'; reason: string }

/** What is known of an edition that waits. */
export type Wait = Pick<Waiting, 'kind' | 'rule' | 'late' | 'deadlineAt'> & {
  /** The content was sent back, or its countdown was taken back: the rule of its newsletter does not decide. */
  objection: { actor: string } | null
  /** Something was said of what it was before an edit, and this is what: people are told that it waits again. */
  saidBefore: number | null
  /** Calls that were made, and when. */
  calls: ReadonlyMap<string, Date>
  /** Whether there is anybody to call when nobody has answered. */
  deputies: boolean
  /** The deadline in the newsroom's time. */
  hour: string
  now: Date
}

const MINUTE_MS = 60_000
/** Deputies have this long before the newsletter's rule decides. */
const DEPUTIES_MS = 10 * MINUTE_MS
/** Who was called a moment ago is not reminded yet. */
const QUIET_MS = 5 * MINUTE_MS

const names = {
  digest: 'An edition',
  note: 'A note',
  alert: 'An alert',
  correction: 'A correction',
}

/** The one call that is due, if any. */
export function callDue(wait: Wait): DueCall | undefined {
  const { calls, objection, saidBefore, now } = wait
  // Whoever was asked has answered; what comes next is up to its authors.
  if (objection !== null || (needsNobody(wait) && wait.rule === 'none')) return undefined
  const due = timedCalls(wait).filter(({ at, what }) => at <= now.getTime() && !calls.has(what))
  const passed = due.map(({ what }) => what)
  if (!calls.has('first')) return firstCall(wait, passed)
  const anew = `anew ${saidBefore}`
  if (saidBefore !== null && !calls.has(anew))
    return {
      what: anew,
      asks: `${names[wait.kind]} was changed: it waits for a yes again`,
      whom: 'on call',
      passed: [],
    }
  const last = passed.pop()
  if (last === undefined) return undefined
  if (last === 'deadline') return deputyCall(wait, passed)
  if (lastCallOf(calls) > now.getTime() - QUIET_MS) return undefined
  return reminder(wait, { what: last, passed })
}

function firstCall(wait: Wait, passed: string[]): DueCall {
  const name = names[wait.kind]
  const asks = needsNobody(wait) ? `${name} goes unless you stop it` : `${name} waits for your yes`
  const whom = passed.includes('deadline') ? 'everybody' : 'on call'
  return { what: 'first', asks, whom, passed }
}

function reminder(
  { kind, deadlineAt, now }: Wait,
  { what, passed }: Pick<DueCall, 'what' | 'passed'>,
): DueCall {
  const left = (deadlineAt?.getTime() ?? 0) - now.getTime()
  const minutes = Math.max(1, Math.round(left / MINUTE_MS))
  const asks = `${minutes === 1 ? 'One minute' : `${minutes} minutes`} left: ${lower(names[kind])} waits for your yes`
  return { what, asks, whom: 'on call', passed }
}

function deputyCall({ kind }: Wait, passed: string[]): DueCall {
  const asks = `Nobody has answered: ${lower(names[kind])} waits for a yes`
  return { what: 'deadline', asks, whom: 'deputies', passed }
}

/** What becomes of it by the rule of its newsletter. */
export function decisionDue(wait: Wait): ByHour {
  const { deadlineAt, objection, late, hour, calls, now } = wait
  if (deadlineAt === null || now < deadlineAt) return { kind: 'wait' }
  if (objection !== null) {
    const reason = `${objection.actor} did not want it as it was, and nobody had said yes by ${hour}`
    return late === 'skip' ? { kind: 'skip', reason } : { kind: 'hold', reason }
  }
  if (needsNobody(wait)) return { kind: 'approve', note: `the newsletter’s rule is “${wait.rule}”` }
  const asked = calls.get('deadline')
  if (wait.deputies && (asked === undefined || now.getTime() - asked.getTime() < DEPUTIES_MS))
    return { kind: 'wait' }
  if (late === 'send')
    return {
      kind: 'approve',
      note: 'nobody had answered by its hour, and the newsletter sends then',
    }
  return { kind: late, reason: `nobody had said yes by ${hour}` }
}

/** Without an hour it cannot go by itself: somebody says yes to it, whatever the rule. */
function needsNobody({ rule, deadlineAt }: Wait): boolean {
  return deadlineAt !== null && (rule === 'none' || rule === 'unless stopped')
}

function timedCalls(wait: Wait): { what: string; at: number }[] {
  const { deadlineAt } = wait
  if (deadlineAt === null || needsNobody(wait)) return []
  return [
    ...[45, 15].map((minutes) => ({
      what: `-${minutes}`,
      at: deadlineAt.getTime() - minutes * MINUTE_MS,
    })),
    { what: 'deadline', at: deadlineAt.getTime() },
  ]
}

function lastCallOf(calls: ReadonlyMap<string, Date>): number {
  return Math.max(0, ...Array.from(calls.values(), (at) => at.getTime()))
}

function lower(name: string): string {
  return `${name.slice(0, 1).toLowerCase()}${name.slice(1)}`
}
