import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { inTransaction } from '#db/transaction.ts'
import { Refusal } from '#errors.ts'
import {
  type Carrier,
  type Correction,
  findTold,
  listCarriers,
  lockCorrection,
  saveDismissal,
} from '#editions/corrections/correction-store.ts'
import { draftCorrectionMail } from '#editions/corrections/draft-correction.ts'
import { findProposed, refuseProposed, takeProposed } from '#editions/corrections/version-store.ts'
import { replaceLinks } from '#editions/link-store.ts'
import { getEdition, moveEdition } from '#editions/store.ts'
import { laneOf } from '../lane.ts'
import { findStops, type ReleaseNeeds, stopsInWords } from '../preflight/release-check.ts'
import { noteResumed } from '../trouble/trouble-store.ts'
import { countReach, type Reach } from './reach-store.ts'

export type Accepted = {
  editionId: number
  /** The version that leaves from now on; null where nothing could be proposed. */
  version: number | null
  /** Whether it was stopped for this and goes on. */
  resumed: boolean
  /** Why it stays stopped: what a check stops leaves no better as a second version. */
  stays: string | null
  /** The mail to who had it wrong; null where nobody had, or readers are told otherwise. */
  correctionEdition: number | null
  reach: Reach
}

type Needs = ReleaseNeeds & Pick<Context, 'enqueue'>

/**
 * A person has seen the difference and says yes: what has not left yet leaves as the next version, the web page shows
 * it, and who had it wrong is told in the way that was decided.
 * @throws Refusal when it is not decided, or what is proposed is not what was seen
 */
export async function acceptCorrection(
  context: Needs,
  {
    correctionId,
    hashes,
    operatorId,
  }: { correctionId: number; hashes: readonly string[]; operatorId: number },
): Promise<Accepted[]> {
  const { db } = context
  const accepted = await inTransaction(db, async (transaction) => {
    const correction = await lockCorrection(transaction, correctionId)
    if (correction?.state !== 'decided')
      throw new Refusal(
        correction === undefined
          ? `there is no correction ${correctionId}: "daybreak corrections" lists them`
          : `correction ${correctionId} is ${correction.state}: decide it first`,
        { status: 409, field: 'correction' },
      )
    const within = { ...context, db: transaction }
    const done: Accepted[] = []
    for (const carrier of await listCarriers(transaction, correctionId))
      done.push(await acceptFor(within, { correction, carrier, hashes, operatorId }))
    // Of two people who say yes to the same difference the second is told.
    if (hashes.length > 0 && done.every(({ version }) => version === null))
      throw new Refusal(
        `nothing of correction ${correctionId} waits for a yes any more: "daybreak corrections ${correctionId}" shows what became of it`,
        { status: 409, field: 'hash' },
      )
    return done
  })
  await leaveJobs(context, accepted)
  return accepted
}

async function leaveJobs(
  { db, enqueue }: Pick<Context, 'db' | 'enqueue'>,
  accepted: readonly Pick<Accepted, 'editionId' | 'resumed'>[],
): Promise<void> {
  for (const { editionId, resumed } of accepted) {
    if (!resumed) continue
    const edition = await getEdition(db, editionId)
    await enqueue('drain-lane', { lane: laneOf(edition.kind) })
    if (edition.plannedAt === null) await enqueue('plan-edition', { editionId })
  }
}

async function acceptFor(
  context: Omit<Needs, 'db' | 'enqueue'> & { db: Db },
  {
    correction,
    carrier,
    hashes,
    operatorId,
  }: {
    correction: Correction
    carrier: Carrier
    hashes: readonly string[]
    operatorId: number
  },
): Promise<Accepted> {
  const { db, clock } = context
  const { editionId, newsletterId, position } = carrier
  const now = clock.now()
  const about = await aboutOf(db, { correction, carrier })
  const version = await takeFor(db, { editionId, hashes, operatorId, now })
  const carried = { editionId, upToVersion: carrier.version, position, correctionId: correction.id }
  const reach = await countReach(db, { rule: { carried }, newsletterId })
  const tells = correction.way === 'edition' && reach.copies > 0
  const correctionEdition = tells
    ? await draftCorrectionMail(context, { correction, carrier, about, operatorId })
    : null
  const goesOn = carrier.paused && version !== null
  const stays = goesOn ? await holdUnfit(context, editionId) : null
  const resumed = goesOn && stays === null && (await resume(db, { editionId, now }))
  return { editionId, version, resumed, stays, correctionEdition, reach }
}

/** The new version is what its web page shows; its mails wait until it is mended, or a publisher lets it pass. */
async function holdUnfit(context: ReleaseNeeds, editionId: number): Promise<string | null> {
  const edition = await getEdition(context.db, editionId)
  const { stops } = await findStops(context, edition)
  if (stops.length === 0) return null
  const reason = stopsInWords(edition, stops)
  await moveEdition(context.db, { id: editionId, from: ['held'], to: 'held', reason })
  return reason
}

async function takeFor(
  db: Db,
  {
    editionId,
    hashes,
    operatorId,
    now,
  }: { editionId: number; hashes: readonly string[]; operatorId: number; now: Date },
): Promise<number | null> {
  const proposed = await findProposed(db, editionId)
  if (proposed === undefined) return null
  const { contentHash } = proposed
  const seen = hashes.some((hash) => hash.length >= 12 && contentHash.startsWith(hash))
  if (!seen)
    throw new Refusal(
      `version ${proposed.version} of edition ${editionId} has the hash ${contentHash.slice(0, 12)}, which is not among those you saw: look at its difference again`,
      { status: 409, field: 'hash' },
    )
  await takeProposed(db, { editionId, contentHash, operatorId, now })
  await replaceLinks(db, { editionId, links: proposed.compiled.links ?? [] })
  return proposed.version
}

/** The headline as it was told, and where the story is read now. */
async function aboutOf(
  db: Db,
  { correction, carrier }: { correction: Correction; carrier: Carrier },
): Promise<{ headline: string; url: string | null }> {
  const { articleId, wrong, right } = correction
  const told = await findTold(db, { articleId, revision: wrong })
  const gone = right === null || correction.label === 'retraction'
  return {
    headline: told?.headline ?? `story ${carrier.storyId}`,
    url: gone ? null : (told?.url ?? null),
  }
}

async function resume(
  db: Db,
  { editionId, now }: { editionId: number; now: Date },
): Promise<boolean> {
  await noteResumed(db, { editionId, now })
  return moveEdition(db, { id: editionId, from: ['held'], to: 'sending' })
}

/**
 * It was no mistake after all: what was stopped for it goes on as it was.
 * @throws Refusal when it was decided, or without a reason
 */
export async function dismissCorrection(
  context: Needs,
  { correctionId, operatorId, note }: { correctionId: number; operatorId: number; note: string },
): Promise<number[]> {
  const { db, clock } = context
  const reason = note.trim()
  if (reason === '') throw new Refusal('say why nothing is to be corrected', { field: 'reason' })
  const now = clock.now()
  const resumed = await inTransaction(db, async (transaction) => {
    const correction = await lockCorrection(transaction, correctionId)
    if (correction?.state !== 'open')
      throw new Refusal(
        `correction ${correctionId} is ${correction?.state ?? 'not there'}: only an open one can be dismissed`,
        { status: 409, field: 'correction' },
      )
    const again: number[] = []
    for (const { editionId, paused } of await listCarriers(transaction, correctionId)) {
      await refuseProposed(transaction, editionId)
      if (paused && (await resume(transaction, { editionId, now }))) again.push(editionId)
    }
    await saveDismissal(transaction, { id: correctionId, operatorId, note: reason, now })
    return again
  })
  await leaveJobs(
    context,
    resumed.map((editionId) => ({ editionId, resumed: true })),
  )
  return resumed
}
