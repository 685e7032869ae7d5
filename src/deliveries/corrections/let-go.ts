import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import type { Carrier } from '#editions/corrections/correction-store.ts'
import { handOver, listHolding } from '#editions/corrections/hold-store.ts'
import { getEdition, moveEdition } from '#editions/store.ts'
import { laneOf } from '../lane.ts'
import { findStops, type ReleaseNeeds, stopsInWords } from '../preflight/release-check.ts'
import { noteResumed } from '../trouble/trouble-store.ts'

/** What became of an edition that was stopped for a correction, and why it stays stopped if it does. */
export type LetGo = { resumed: boolean; stays: string | null }

/**
 * An edition that a correction had stopped goes on, unless another correction has it too, or a check stops what it says
 * now: then a person resumes it. Called with the edition locked.
 */
export async function letGo(
  context: Omit<ReleaseNeeds, 'db'> & { db: Db },
  {
    correctionId,
    carrier: { editionId, paused, state },
  }: { correctionId: number; carrier: Pick<Carrier, 'editionId' | 'paused' | 'state'> },
): Promise<LetGo> {
  const { db, clock } = context
  if (state !== 'held') return { resumed: false, stays: null }
  const [other] = await listHolding(db, { editionId, but: correctionId })
  if (other !== undefined) {
    if (paused) await handOver(db, { editionId, from: correctionId, to: other })
    const stays = `Correction ${other} is of it too: accept or dismiss that one.`
    await moveEdition(db, { id: editionId, from: ['held'], to: 'held', reason: stays })
    return { resumed: false, stays }
  }
  if (!paused) return { resumed: false, stays: null }
  const edition = await getEdition(db, editionId)
  const { stops } = await findStops(context, edition)
  if (stops.length > 0) {
    const reason = stopsInWords(edition, stops)
    await moveEdition(db, { id: editionId, from: ['held'], to: 'held', reason })
    return { resumed: false, stays: `${reason} Then: daybreak edition ${editionId} resume` }
  }
  await noteResumed(db, { editionId, now: clock.now() })
  const resumed = await moveEdition(db, { id: editionId, from: ['held'], to: 'sending' })
  return { resumed, stays: null }
}

/** Called when the transaction has ended. */
export async function sendOn(
  { db, enqueue }: Pick<Context, 'db' | 'enqueue'>,
  resumed: readonly number[],
): Promise<void> {
  for (const editionId of resumed) {
    const edition = await getEdition(db, editionId)
    await enqueue('drain-lane', { lane: laneOf(edition.kind) })
    if (edition.plannedAt === null) await enqueue('plan-edition', { editionId })
  }
}
