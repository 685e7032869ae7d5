import type { Db } from '#db/open.ts'
import { getEdition } from '../store.ts'
import { listCarriers } from './correction-store.ts'
import { differenceOf, type Proposal } from './difference-of.ts'
import { listProposed } from './version-store.ts'

/** What waits for a yes, as it was shown to who decided it: another person may say it. */
export async function listProposals(db: Db, correctionId: number): Promise<Proposal[]> {
  const carriers = await listCarriers(db, correctionId)
  const proposals: Proposal[] = []
  for (const { editionId, version, contentHash, subject, draft } of await listProposed(
    db,
    correctionId,
  )) {
    const edition = await getEdition(db, editionId)
    const storyId = carriers.find((carrier) => carrier.editionId === editionId)?.storyId
    if (edition.draft === null || draft === null || storyId === undefined) continue
    proposals.push({
      editionId,
      version,
      contentHash,
      subject: { before: edition.subject, after: subject },
      ...(await differenceOf(db, { storyId, before: edition.draft, after: draft })),
    })
  }
  return proposals
}
