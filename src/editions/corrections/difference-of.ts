import { marksOf, type WordMark } from '#articles/revisions/difference.ts'
import { listRevisionsById } from '#articles/store.ts'
import type { Db } from '#db/open.ts'
import { type Draft, itemsOf } from '../draft/draft.ts'

/** A version that waits for a yes, and what is different in it for a reader. */
export type Proposal = {
  editionId: number
  version: number
  contentHash: string
  subject: { before: string; after: string }
  headline: WordMark[]
  summary: WordMark[]
}

/** As a reader sees it, word by word. */
export async function differenceOf(
  db: Db,
  { storyId, before, after }: { storyId: number; before: Draft; after: Draft },
): Promise<Pick<Proposal, 'headline' | 'summary'>> {
  const [old, fresh] = [await shown(db, storyId, before), await shown(db, storyId, after)]
  return {
    headline: marksOf(old.headline, fresh.headline),
    summary: marksOf(old.summary, fresh.summary),
  }
}

async function shown(
  db: Db,
  storyId: number,
  draft: Draft,
): Promise<{ headline: string; summary: string }> {
  const item = itemsOf(draft).find((one) => one.storyId === storyId)
  const [article] = item === undefined ? [] : await listRevisionsById(db, [item])
  const sentences = item?.sentences?.texts ?? article?.sentences.map(({ text }) => text) ?? []
  return {
    headline: item?.headline?.text ?? article?.headline ?? '',
    summary: sentences.slice(0, 3).join(' '),
  }
}
