import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { insertEdition } from '../content-store.ts'
import { contentHashOf } from '../content-hash.ts'
import { dayIn } from '../dates.ts'
import { compileCorrectionDraft } from '../draft/compile-draft.ts'
import type { CorrectionDraft } from '../draft/draft.ts'
import { getRulesById } from '../draft/rules-store.ts'
import { readSettings } from '../publication.ts'
import { findEditionOfRun, getEdition } from '../store.ts'
import { type Carrier, type Correction, saveTeller } from './correction-store.ts'

/** Whom a correction goes to: who has a copy of that edition, of these versions, with the story at this place. */
export type CarriedRule = {
  carried: { editionId: number; upToVersion: number; position: number; correctionId: number }
}

/**
 * A mail to those whose copy had the wrong text, threaded under it; it waits for a person. One for each edition that
 * carried it, however often it is asked.
 */
export async function draftCorrectionMail(
  context: Pick<Context, 'clock' | 'config'> & { db: Db },
  {
    correction,
    carrier,
    about,
    operatorId,
  }: {
    correction: Correction
    carrier: Carrier
    about: CorrectionDraft['about']
    operatorId: number
  },
): Promise<number> {
  const { db, clock } = context
  const { label, was, isNow, id } = correction
  if (label === null || was === null || isNow === null)
    throw new Error(`correction ${id} is not decided`)
  const rules = await getRulesById(db, carrier.newsletterId)
  const set = await readSettings({ db })
  const now = clock.now()
  const draft: CorrectionDraft = {
    form: 'correction',
    subject: null,
    correctionId: id,
    label,
    was,
    isNow,
    about,
  }
  const content = await compileCorrectionDraft(context, { draft, rules, set, day: now })
  // Under the sender that the wrong mail had: a thread has one.
  const { sender } = (await getEdition(db, carrier.editionId)).compiled
  const compiled = { ...content.compiled, sender }
  const runKey = `correction ${id} of edition ${carrier.editionId}`
  const rule: CarriedRule = {
    carried: {
      editionId: carrier.editionId,
      upToVersion: carrier.version,
      position: carrier.position,
      correctionId: id,
    },
  }
  const made = await insertEdition(db, {
    ...content,
    compiled,
    contentHash: contentHashOf({ ...content, compiled }),
    newsletterId: carrier.newsletterId,
    kind: 'correction',
    state: 'in review',
    runKey,
    language: set.language,
    editionDate: dayIn(rules.timeZone ?? set.timeZone, now),
    operatorId,
    now,
    draft,
    authors: [operatorId],
    threadOf: carrier.editionId,
    audienceRule: rule,
  })
  const editionId =
    made ?? (await findEditionOfRun(db, { newsletterId: carrier.newsletterId, runKey }))?.id
  if (editionId === undefined) throw new Error('a correction is there and is not there')
  await saveTeller(db, { correctionId: id, editionId: carrier.editionId, tellerId: editionId })
  return editionId
}
