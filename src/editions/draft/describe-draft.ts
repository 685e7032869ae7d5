import type { Context } from '#context.ts'
import { getEdition } from '../store.ts'
import { listEdits, listHeadlines } from './draft-store.ts'

/** A draft as people see and change it, and what they changed so far. */
export async function describeDraft({ db }: Pick<Context, 'db'>, editionId: number) {
  const edition = await getEdition(db, editionId)
  const { id, kind, state, subject, preheader, contentHash, draft, draftNumber } = edition
  const edits = await listEdits(db, { editionId, since: 0 })
  return {
    id,
    kind,
    state,
    subject,
    previewText: preheader,
    hash: contentHash,
    draft: draftNumber,
    content: draft,
    stories: await listHeadlines(db, editionId),
    edits,
  }
}
