import type { Context } from '#context.ts'
import { sayYes } from '#editions/approval/approve.ts'
import { getEdition, moveEdition } from '#editions/store.ts'
import { Refusal } from '#errors.ts'
import { type Call, callDesk } from './call-desk.ts'
import { listWaiting, type Waiting } from './call-store.ts'

type Needs = Pick<Context, 'db' | 'clock' | 'secrets' | 'relay' | 'enqueue' | 'log'>

const MINUTE_MS = 60_000

/**
 * Drafts that wait for a person: those on call are told at once and reminded, deputies when the hour has come; then the
 * newsletter's rule decides. What needs nobody is approved at its hour. Asked again it does nothing twice.
 */
export async function sweepApprovals(context: Needs): Promise<void> {
  const { db, clock } = context
  for (const waiting of await listWaiting(db, clock.now())) {
    const needsNobody = waiting.rule === 'none' || waiting.rule === 'unless stopped'
    for (const call of callsOf(waiting, clock.now()))
      if (!needsNobody || waiting.rule === 'unless stopped')
        await callDesk(context, await getEdition(db, waiting.id), call)
    if (waiting.deadlineAt !== null && waiting.deadlineAt <= clock.now())
      await atDeadline(context, waiting, needsNobody)
  }
}

function callsOf({ kind, deadlineAt, rule }: Waiting, now: Date): Call[] {
  const name = kind === 'alert' ? 'alert' : kind === 'correction' ? 'correction' : 'edition'
  const first: Call = {
    what: 'first',
    asks:
      rule === 'unless stopped'
        ? `An ${name} goes unless you stop it`
        : kind === 'digest'
          ? 'An edition waits for your yes'
          : `${kind === 'alert' ? 'An alert' : 'A correction'} waits for your yes`,
    whom: 'on call',
  }
  if (deadlineAt === null || rule === 'unless stopped') return [first]
  const left = deadlineAt.getTime() - now.getTime()
  const calls = [first]
  for (const minutes of [45, 15])
    if (left <= minutes * MINUTE_MS && left > 0)
      calls.push({
        what: `-${minutes}`,
        asks: `${Math.max(1, Math.round(left / MINUTE_MS))} minutes left: an edition waits for your yes`,
        whom: 'on call',
      })
  if (left <= 0)
    calls.push({
      what: 'deadline',
      asks: 'Nobody has answered: an edition waits for a yes',
      whom: 'deputies',
    })
  return calls
}

/** Deputies have this long, where the newsletter does not send without a yes anyway. */
const DEPUTIES_MS = 10 * MINUTE_MS

async function atDeadline(
  context: Needs,
  { id, contentHash, deadlineAt, late, rule }: Waiting,
  needsNobody: boolean,
): Promise<void> {
  const { db, clock, log } = context
  try {
    if (needsNobody || late === 'send') {
      const note = needsNobody
        ? `the newsletter’s rule is “${rule}”`
        : 'nobody answered by its hour, and the newsletter sends then'
      await sayYes(context, { editionId: id, contentHash, operator: null, via: 'rule', note })
      return
    }
    const since = clock.now().getTime() - (deadlineAt?.getTime() ?? 0)
    if (since < DEPUTIES_MS) return
    const to = late === 'skip' ? 'skipped' : 'held'
    const reason = `nobody had said yes by ${deadlineAt?.toISOString().slice(11, 16) ?? 'its hour'} UTC`
    await moveEdition(db, { id, from: ['draft', 'in review'], to, reason })
  } catch (error) {
    // Somebody was faster.
    if (!(error instanceof Refusal)) throw error
    log.warn({ edition: id, reason: error.message }, 'an edition was not approved by its rule')
  }
}
