import type { Context } from '#context.ts'
import { forecastAlert } from '../alerts/forecast-store.ts'
import { findKept, keptInOneLine } from '#deliveries/preflight/kept-findings.ts'
import { readStanding } from '#editions/approval/read-standing.ts'
import { getEdition } from '#editions/store.ts'

/** Where an edition stands on its way to readers: who said what, and what it waits for. */
export async function describeStanding(context: Context, editionId: number) {
  const edition = await getEdition(context.db, editionId)
  const { id, state, stateReason, contentHash, dueAt, deadlineAt, leavesAt } = edition
  const { standing, verdicts } = await readStanding(context.db, edition)
  return {
    id,
    state,
    stateReason,
    hash: contentHash,
    approved: standing.approved,
    waitsFor: standing.approved ? null : standing.waitsFor,
    dueAt,
    deadlineAt,
    leavesAt,
    /** Of an alert that has not left: who would get it now. */
    reaches: await forecastAlert(context.db, { edition, now: context.clock.now() }),
    checks: keptInOneLine(await findKept(context, edition)),
    verdicts: verdicts.map(({ verdict, actor, note, via, at, contentHash: hash }) => ({
      verdict,
      actor,
      note,
      via,
      at,
      hash,
    })),
  }
}
