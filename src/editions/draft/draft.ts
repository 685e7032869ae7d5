import type { StoryImage } from '#mail/template-model.ts'

/** What a person wrote in place of ours, and who. */
export type Written = { text: string; by: string }

/** A story of a draft: which article at which revision, where it stands, and what people changed. */
export type DraftItem = {
  storyId: number
  articleId: number
  revision: number
  section: string
  /** A person wants it here: a new selection keeps it. */
  pinned: boolean
  headline: Written | null
  /** In place of the summary, sentence by sentence. */
  sentences: { texts: string[]; by: string } | null
  /** Only for who follows one of its topics. */
  followers: boolean
  /** What is new for who had it by an alert, in one line; null where nothing is. */
  since: string | null
  /** It was withdrawn after mails were out: it keeps its place, and no further mail tells it. */
  gone?: boolean
  /** Why it is here, for people. */
  why: string[]
}

/** A passage that is not news: it says so by its label. Between the two days it is shown (ISO dates, both included). */
export type DraftBox = {
  kind: 'sponsor' | 'house' | 'appeal'
  label: string
  text: string
  image: StoryImage | null
  link: { url: string; words: string } | null
  /** Behind so many stories. */
  after: number
  from: string | null
  until: string | null
}

export type LeftOut = { storyId: number; headline: string; reason: string }

/** What was wrong in an earlier edition, for who had read it. */
export type DraftCorrection = {
  correctionId: number
  label: CorrectionLabel
  headline: string
  text: string
  url: string
}

export type DigestDraft = {
  form: 'digest'
  /** Null: by the newsletter's rule. */
  subject: Written | null
  preheader: Written | null
  greeting: { text: string; signedBy: string; by: string } | null
  items: DraftItem[]
  boxes: DraftBox[]
  corrections: DraftCorrection[]
  /** Stories that are not in the mail and can be read on the web. */
  moreOnWeb: number
  /** Why not those, for people; the first so many. */
  leftOut: LeftOut[]
}

export type AlertDraft = {
  form: 'alert'
  subject: Written | null
  preheader: Written | null
  item: DraftItem
  notKnownYet: Written | null
  /** ISO instant. */
  knownAt: string
  /** The number of this update; null for a story's first alert. */
  update: number | null
}

/** To who had read what was wrong. */
export type CorrectionDraft = {
  form: 'correction'
  subject: Written | null
  correctionId: number
  label: CorrectionLabel
  was: string
  isNow: string
  /** What it is about: the headline as it was told and as it is now, and where it is read. */
  about: { headline: string; right: string; url: string | null }
}

export const correctionLabels = ['correction', 'clarification', 'update', 'retraction'] as const
export type CorrectionLabel = (typeof correctionLabels)[number]

export type Draft = DigestDraft | AlertDraft | CorrectionDraft

/** The stories of a draft, in the mail's order. */
export function itemsOf(draft: Draft): DraftItem[] {
  if (draft.form === 'digest') return draft.items
  return draft.form === 'alert' ? [draft.item] : []
}
