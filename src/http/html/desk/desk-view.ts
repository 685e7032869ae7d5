import type { Draft } from '#editions/draft/draft.ts'
import type { ShownStory } from '#editions/draft/shown-stories.ts'

/** All that the page of one edition shows to one person of the desk. */
export type DeskView = {
  name: string
  /** Where its forms are posted, and what lies below. */
  path: string
  newsletter: string
  kind: string
  state: string
  stateReason: string | null
  subject: string
  preheader: string
  /** Ready made, with its zone; null where there is none. */
  deadline: { words: string; iso: string } | null
  /** Of an alert that somebody approved: when it goes. */
  leavesAt: { words: string; iso: string } | null
  hash: string
  draftNumber: number
  draft: Draft | null
  stories: readonly ShownStory[]
  edits: readonly { actor: string; changes: readonly string[]; at: string }[]
  verdicts: readonly { actor: string; verdict: string; note: string | null; at: string }[]
  /** Why nothing can be decided, and whether a new link would help; null: the person may. */
  closed: { words: string; again: boolean } | null
  /** Whether the person may change it. */
  editable: boolean
  /** What just became of a change, or went wrong. */
  said: { words: string; wrong: boolean } | null
}
