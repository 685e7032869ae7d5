import type { AlertDraft, DigestDraft, Draft, DraftItem } from '../draft/draft.ts'

/** What a story says from now on: the article at another revision, a person's words, or that it was withdrawn. */
export type Corrected = {
  storyId: number
  revision: number
  headline: string | null
  summary: string | null
  by: string
  /** Why it was withdrawn; null where it was not. */
  withdrawn: string | null
}

/**
 * The draft with the story put right. Everything keeps its place: mails of the version before name stories by their
 * places. A story that was withdrawn leaves a note there, for who would get nothing else.
 */
export function correctedDraft(draft: Draft, corrected: Corrected): DigestDraft | AlertDraft {
  if (draft.form === 'correction') throw new Error('a correction is written anew, not corrected')
  if (draft.form === 'alert') return { ...draft, item: correctedItem(draft.item, corrected) }
  return {
    ...draft,
    // Written for the story that led: what it says may be what was wrong.
    subject: draft.items[0]?.storyId === corrected.storyId ? null : draft.subject,
    items: draft.items.map((item) =>
      item.storyId === corrected.storyId ? correctedItem(item, corrected) : item,
    ),
  }
}

function correctedItem(item: DraftItem, corrected: Corrected): DraftItem {
  const { revision, headline, summary, by, withdrawn } = corrected
  if (withdrawn !== null)
    return {
      ...item,
      gone: true,
      since: null,
      headline: { text: 'A story was withdrawn', by },
      sentences: { texts: [withdrawn], by },
    }
  // What somebody wrote, perhaps in an earlier correction, holds until the publisher's text is another one.
  const same = revision === item.revision
  return {
    ...item,
    revision,
    since: null,
    headline: headline === null ? (same ? item.headline : null) : { text: headline, by },
    sentences: summary === null ? (same ? item.sentences : null) : { texts: [summary], by },
  }
}
