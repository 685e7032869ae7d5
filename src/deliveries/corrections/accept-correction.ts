import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { inTransaction } from '#db/transaction.ts'
import { Refusal } from '#errors.ts'
import {
  type Carrier,
  type Correction,
  findTold,
  lockCorrection,
  saveAcceptance,
} from '#editions/corrections/correction-store.ts'
import { draftCorrectionMail } from '#editions/corrections/draft-correction.ts'
import { gatherCarriers } from '#editions/corrections/gather-carriers.ts'
import { findPutRight } from '#editions/corrections/words-store.ts'
import type { CorrectionDraft } from '#editions/draft/draft.ts'
import { settleArticle } from '#editions/corrections/settle-article.ts'
import { findProposed, takeProposed } from '#editions/corrections/version-store.ts'
import { replaceLinks } from '#editions/link-store.ts'
import { getEdition } from '#editions/store.ts'
import type { ReleaseNeeds } from '../preflight/release-check.ts'
import { letGo, sendOn } from './let-go.ts'
import { countReach, type Reach } from './reach-store.ts'

export type Accepted = {
  editionId: number
  /** The version that leaves from now on; null where nothing could be proposed. */
  version: number | null
  /** Whether it was stopped for this and goes on. */
  resumed: boolean
  /** Why it stays stopped: another correction has it, or a check stops what it says now. */
  stays: string | null
  /** The mail to who had it wrong; null where nobody had, or readers are told otherwise. */
  correctionEdition: number | null
  reach: Reach
}

/**
 * A person has seen the difference and says yes: what has not left yet leaves as the next version, the web page shows
 * it, and who had it wrong is told in the way that was decided.
 * @throws Refusal when it does not wait for a yes, or what is proposed is not what was seen
 */
export async function acceptCorrection(
  context: ReleaseNeeds & Pick<Context, 'enqueue'>,
  {
    correctionId,
    hashes,
    operatorId,
  }: { correctionId: number; hashes: readonly string[]; operatorId: number },
): Promise<Accepted[]> {
  const accepted = await inTransaction(context.db, async (db) => {
    const correction = await lockCorrection(db, correctionId)
    if (correction?.state !== 'decided')
      throw new Refusal(
        correction === undefined
          ? `there is no correction ${correctionId}: "daybreak corrections" lists them`
          : `correction ${correctionId} is ${correction.state}${correction.state === 'open' ? ': decide it first' : ' already'}`,
        { status: correction === undefined ? 404 : 409, field: 'correction' },
      )
    const carriers = await gatherCarriers(db, correction)
    // No check stops any more what is put right here.
    await saveAcceptance(db, correctionId)
    const done: Accepted[] = []
    for (const carrier of carriers)
      done.push(await acceptFor({ ...context, db }, { correction, carrier, hashes, operatorId }))
    await settleArticle({ ...context, db }, correction)
    return done
  })
  const resumed = accepted.flatMap((one) => (one.resumed ? [one.editionId] : []))
  await sendOn(context, resumed)
  return accepted
}

async function acceptFor(
  context: Omit<ReleaseNeeds, 'db'> & { db: Db },
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
  const about = await aboutOf(db, { correction, carrier })
  const taking = { correctionId: correction.id, editionId, hashes, operatorId, now: clock.now() }
  const version = await takeFor(db, taking)
  const carried = { editionId, upToVersion: carrier.version, position, correctionId: correction.id }
  const reach = await countReach(db, { rule: { carried }, newsletterId })
  const tells = correction.way === 'edition' && reach.copies + reach.leaving > 0
  const correctionEdition = tells
    ? await draftCorrectionMail(context, { correction, carrier, about, operatorId })
    : null
  // What cannot be composed anew must not go on as it was.
  const { resumed, stays } =
    version === null
      ? { resumed: false, stays: null }
      : await letGo(context, { correctionId: correction.id, carrier })
  return { editionId, version, resumed, stays, correctionEdition, reach }
}

/** Null for an edition of which no next version can be made. */
async function takeFor(
  db: Db,
  {
    correctionId,
    editionId,
    hashes,
    operatorId,
    now,
  }: {
    correctionId: number
    editionId: number
    hashes: readonly string[]
    operatorId: number
    now: Date
  },
): Promise<number | null> {
  const { draft } = await getEdition(db, editionId)
  if (draft === null || draft.form === 'correction') return null
  const proposed = await findProposed(db, editionId)
  if (proposed?.correctionId !== correctionId)
    throw new Refusal(
      `edition ${editionId} went out with it after it was decided: decide correction ${correctionId} again, and look at the differences`,
      { status: 409, field: 'correction' },
    )
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
): Promise<CorrectionDraft['about']> {
  const { articleId, wrong, right, label } = correction
  const told = await findTold(db, { articleId, revision: wrong })
  const headline = told?.headline ?? `story ${carrier.storyId}`
  if (right === null || label === 'retraction') return { headline, right: headline, url: null }
  const putRight = await findPutRight(db, { id: articleId, revision: right })
  const now = await findTold(db, { articleId, revision: right })
  return {
    headline,
    right: putRight.headline?.text ?? now?.headline ?? headline,
    url: told?.url ?? null,
  }
}
