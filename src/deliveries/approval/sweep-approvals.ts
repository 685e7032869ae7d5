import type { Context } from '#context.ts'
import { sayYes } from '#editions/approval/approve.ts'
import { type Standing, standingOf } from '#editions/approval/standing.ts'
import { listVerdicts, type PastVerdict } from '#editions/approval/verdict-store.ts'
import { momentLine } from '#editions/dates.ts'
import { readSettings } from '#editions/publication.ts'
import { type Edition, getEdition, moveEdition } from '#editions/store.ts'
import { Refusal } from '#errors.ts'
import { findStops, stopsInWords } from '../preflight/release-check.ts'
import { planDeskNotice } from '../service/desk-notice.ts'
import { callDesk } from './call-desk.ts'
import { listCalls, listWaiting, type Waiting } from './call-store.ts'
import { callDue, decisionDue, type DueCall, type Wait } from './calls-due.ts'
import { listOnCall, type OnCall, type Person } from './on-call-store.ts'
import { tellOfVerdicts } from './tell-of-verdicts.ts'

type Needs = Pick<Context, 'db' | 'clock' | 'config' | 'secrets' | 'relay' | 'enqueue' | 'log'>

/**
 * Drafts that wait for a person: those on call are told at once and reminded, deputies when the hour has come; then the
 * newsletter's rule decides. What needs nobody is approved at its hour. Asked again, and by two at once, it does nothing
 * twice.
 */
export async function sweepApprovals(context: Needs): Promise<void> {
  const { db, clock } = context
  await tellOfVerdicts(context)
  for (const waiting of await listWaiting(db, clock.now())) {
    const people = await listOnCall(db)
    const verdicts = await listVerdicts(db, waiting.id)
    const { rule, authors, contentHash: hash } = waiting
    const standing = standingOf({ rule, authors, verdicts, hash })
    const wait = async () => waitOf(context, { waiting, standing, verdicts, people })
    const call = callDue(await wait())
    if (call !== undefined) await makeCall(context, { waiting, standing, people, call })
    await decide(context, { waiting, wait: await wait() })
  }
}

type Known = {
  waiting: Waiting
  standing: Standing<PastVerdict>
  verdicts: readonly PastVerdict[]
  people: readonly OnCall[]
}

async function waitOf(
  { db, clock }: Needs,
  { waiting, standing, verdicts, people }: Known,
): Promise<Wait> {
  const { deadlineAt, contentHash, zone } = waiting
  const { timeZone } = await readSettings({ db })
  const last = verdicts.at(-1)
  return {
    ...waiting,
    objection: standing.approved ? null : standing.objection,
    saidBefore: last === undefined || isOfNow(last, contentHash) ? null : last.id,
    calls: await listCalls(db, waiting.id),
    deputies: people.some(({ deputy }) => deputy),
    hour:
      deadlineAt === null
        ? ''
        : momentLine({ language: 'en', timeZone: zone ?? timeZone, now: deadlineAt }),
    now: clock.now(),
  }
}

function isOfNow({ contentHash, voided }: PastVerdict, hash: string): boolean {
  return contentHash === hash && voided !== true
}

async function makeCall(
  context: Needs,
  { waiting, standing, people, call }: Omit<Known, 'verdicts'> & { call: DueCall },
): Promise<void> {
  const edition = await getEdition(context.db, waiting.id)
  // Whoever has said yes is not asked again.
  const called = people.flatMap(({ operatorId, name, address, deputy }): Person[] => {
    const meant = call.whom === 'everybody' || deputy === (call.whom === 'deputies')
    if (!meant || address === null || standing.yes.includes(operatorId)) return []
    return [{ operatorId, name, address }]
  })
  const lines = await linesOf(context, edition)
  await callDesk(context, edition, { call: { ...call, lines }, people: called })
  if (people.length > 0) return
  await planDeskNotice(context, {
    key: `nobody on call ${waiting.id}`,
    subject: call.asks,
    lines: [
      edition.subject,
      ...lines,
      'Nobody is on call, so nobody was called: "daybreak oncall add NAME --address ADDRESS" adds a team member.',
      `To approve it: daybreak edition ${waiting.id} approve`,
    ],
  })
}

/** What would keep it from leaving, while there is time to mend it. */
async function linesOf(context: Needs, edition: Edition): Promise<string[]> {
  const { stops } = await findStops(context, edition)
  return stops.length === 0 ? [] : [`It would not leave. ${stopsInWords(edition, stops)}`]
}

async function decide(
  context: Needs,
  { waiting, wait }: { waiting: Waiting; wait: Wait },
): Promise<void> {
  const { db, log } = context
  const { id, contentHash } = waiting
  const decision = decisionDue(wait)
  if (decision.kind === 'wait') return
  try {
    if (decision.kind === 'approve') {
      const { note } = decision
      await sayYes(context, { editionId: id, contentHash, operator: null, via: 'rule', note })
      return
    }
    const to = decision.kind === 'skip' ? 'skipped' : 'held'
    const { reason } = decision
    if (await moveEdition(db, { id, from: ['draft', 'in review'], to, reason }))
      await tellTheEnd(context, { id, to, reason })
  } catch (error) {
    // Somebody was faster.
    if (!(error instanceof Refusal)) throw error
    log.warn({ edition: id, reason: error.message }, 'an edition was not approved by its rule')
  }
}

/** The desk hears of it, whoever was called before: readers miss their edition. */
async function tellTheEnd(
  context: Needs,
  { id, to, reason }: { id: number; to: 'skipped' | 'held'; reason: string },
): Promise<void> {
  const { subject } = await getEdition(context.db, id)
  await planDeskNotice(context, {
    key: `${to} for want of a yes ${id}`,
    subject: to === 'held' ? 'An edition is held' : 'An edition was skipped',
    lines: [
      `“${subject}”: ${reason}.`,
      ...(to === 'held'
        ? [`It leaves as soon as somebody says yes: daybreak edition ${id} approve`]
        : ['Nobody gets it.']),
    ],
  })
}
