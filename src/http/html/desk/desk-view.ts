import type { KeptFinding } from '#deliveries/preflight/kept-findings.ts'
import type { Draft } from '#editions/draft/draft.ts'
import type { ShownStory } from '#editions/draft/shown-stories.ts'

type Moment = { words: string; iso: string }

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
  /** When it is to leave, ready made with its zone; null where it has no hour. */
  deadline: Moment | null
  /** Of an alert that somebody approved: when it goes, and how long that is from now. */
  leavesAt: (Moment & { seconds: number }) | null
  hash: string
  draftNumber: number
  draft: Draft | null
  stories: readonly ShownStory[]
  edits: readonly { actor: string; changes: readonly string[]; at: Moment }[]
  /** Whose hand is in it. */
  authors: readonly string[]
  /** What it waits for, in words that follow "It waits for"; null where it is approved or past deciding. */
  waitsFor: string | null
  /** Who did not want it as it is. */
  objection: { actor: string; note: string | null } | null
  /** What the checks before sending found, worst first; null where they have not run on this content. */
  findings: readonly KeptFinding[] | null
  verdicts: readonly { actor: string; verdict: string; note: string | null; at: Moment }[]
  /** How long the alert took from its article's arrival, in words; null for what is none. */
  alertTimes: string | null
  /** Of an alert that has not left: who would get it now, in words; null for all else. */
  reaches: string | null
  /** Why nothing can be decided, and whether a new link would help; null: the person may. */
  closed: { words: string; again: boolean } | null
  /** Whether the person's role may decide. */
  decides: boolean
  /** Whether the person may change it. */
  editable: boolean
  /** Whether the person may mail it to themselves as a test. */
  tests: boolean
  /** Whether the page is for changing it. */
  editing: boolean
  /** What just became of it, or went wrong; and whether a new link is of use now. */
  said: { words: string; wrong: boolean; again?: boolean } | null
}
