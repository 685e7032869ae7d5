import { getArticle } from '#articles/store.ts'
import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { inTransaction } from '#db/transaction.ts'
import { Refusal } from '#errors.ts'
import { compileAnew } from '../draft/change-draft.ts'
import type { CorrectionLabel } from '../draft/draft.ts'
import { contentHashOf } from '../content-hash.ts'
import { getEdition } from '../store.ts'
import { correctedDraft } from './corrected-draft.ts'
import {
  type Carrier,
  type Correction,
  type CorrectionWay,
  lockCorrection,
  saveDecision,
} from './correction-store.ts'
import { differenceOf, type Proposal } from './difference-of.ts'
import { gatherCarriers } from './gather-carriers.ts'
import { findProposed, propose } from './version-store.ts'

export type Decision = {
  correctionId: number
  label: CorrectionLabel
  /** One line each: what was wrong, and what is right. */
  was: string
  isNow: string
  way: CorrectionWay
  /** A person's words, where the publisher's text has not been put right. */
  headline: string | null
  summary: string | null
  operator: { id: number; name: string }
}

type Needs = Pick<Context, 'db' | 'clock' | 'config'>

/**
 * A person says what was wrong and how readers are told. For every edition that carried it the next version is proposed;
 * nothing leaves before somebody has said yes to its difference. Until then it can be decided otherwise.
 * @throws Refusal when it is settled, when another correction of an edition waits for a yes, or no text says what is right
 */
export async function decideCorrection(context: Needs, decision: Decision): Promise<Proposal[]> {
  const { db, clock } = context
  return inTransaction(db, async (transaction) => {
    const found = await lockCorrection(transaction, decision.correctionId)
    const right = found === undefined ? null : await rightOf(transaction, found)
    const correction = found && { ...found, right }
    refuseUndecidable(correction, decision)
    const carriers = await gatherCarriers(transaction, correction)
    await refuseProposedByAnother(transaction, { correction, carriers })
    const proposals: Proposal[] = []
    for (const carrier of carriers) {
      const within = { ...context, db: transaction }
      const proposal = await proposeFor(within, { carrier, correction, decision })
      if (proposal !== undefined) proposals.push(proposal)
    }
    await saveDecision(transaction, {
      ...decision,
      id: correction.id,
      right: decision.label === 'retraction' ? null : right,
      operatorId: decision.operator.id,
      now: clock.now(),
    })
    return proposals
  })
}

/** The article as its publisher has it now; null: withdrawn. */
async function rightOf(db: Db, { articleId }: Correction): Promise<number | null> {
  const { revision, retractedAt } = await getArticle(db, articleId)
  return retractedAt === null ? revision : null
}

function refuseUndecidable(
  correction: Correction | undefined,
  { correctionId, label, headline, summary }: Decision,
): asserts correction is Correction {
  if (correction === undefined)
    throw new Refusal(`there is no correction ${correctionId}: "daybreak corrections" lists them`, {
      status: 404,
      field: 'correction',
    })
  const { state, right, wrong, decidedBy } = correction
  if (state !== 'open' && state !== 'decided')
    throw new Refusal(
      `correction ${correctionId} was ${state}${decidedBy === null ? '' : ` by ${decidedBy}`} already`,
      { status: 409 },
    )
  const written = headline !== null || summary !== null
  if (label !== 'retraction' && !written && (right === null || right === wrong))
    throw new Refusal(
      right === null
        ? 'the article was withdrawn: the label is retraction'
        : 'the article reads as it did: take in its corrected text first, or write the headline or summary that is right',
      { field: right === null ? 'label' : 'summary' },
    )
}

/** Both would be made of what is out, and the second yes would take back what the first put right. */
async function refuseProposedByAnother(
  db: Db,
  { correction, carriers }: { correction: Correction; carriers: readonly Carrier[] },
): Promise<void> {
  for (const { editionId } of carriers) {
    const other = (await findProposed(db, editionId))?.correctionId ?? correction.id
    if (other !== correction.id)
      throw new Refusal(
        `edition ${editionId} waits for a yes to correction ${other}: accept or dismiss that one first, then decide this one`,
        { status: 409, field: 'correction' },
      )
  }
}

async function proposeFor(
  context: Needs & { db: Db },
  {
    carrier,
    correction,
    decision,
  }: { carrier: Carrier; correction: Correction; decision: Decision },
): Promise<Proposal | undefined> {
  const { db, clock } = context
  const edition = await getEdition(db, carrier.editionId)
  if (edition.draft === null || edition.draft.form === 'correction') return undefined
  const { label, was, isNow, headline, summary, operator } = decision
  const draft = correctedDraft(edition.draft, {
    storyId: carrier.storyId,
    revision: correction.right ?? correction.wrong,
    headline,
    summary,
    by: operator.name,
    withdrawn: label === 'retraction' ? isNow : null,
  })
  const content = await compileAnew(context, { edition, draft })
  // The same domain, name and links as the version before: only the story is another one.
  const compiled = { ...content.compiled, sender: edition.compiled.sender }
  const contentHash = contentHashOf({ ...content, compiled })
  const version = await propose(db, {
    editionId: edition.id,
    subject: content.subject,
    preheader: content.preheader,
    draft,
    compiled,
    contentHash,
    reason: `${was} ${isNow}`,
    stories: content.stories,
    correctionId: correction.id,
    now: clock.now(),
  })
  return {
    editionId: edition.id,
    version,
    contentHash,
    subject: { before: edition.subject, after: content.subject },
    ...(await differenceOf(db, { storyId: carrier.storyId, before: edition.draft, after: draft })),
  }
}
