import type { OwnForms } from './own-forms/form-names.ts'

// What a mail shows. Every string is plain text from outside: nobody has escaped it yet.

export type Publication = {
  name: string
  url: string
  logoUrl: string | null
  address: string
  disclaimer: string
  privacyUrl: string
  correctionsUrl: string
  correctionsAddress: string
  /** BCP 47; it also decides the direction of writing. */
  language: string
}

export type Frame = {
  publication: Publication
  newsletter: { name: string; description: string }
  /** In the reader's language, ready made: "Sunday, 22 November 2026". */
  dateLine: string
  /** The HTML links its stories through numbered slots, in the mail's order; the text names their addresses. */
  countClicks?: boolean
  /** The newsletter's own, in place of the look's by light. */
  colours?: Record<string, string>
  /** The newsletter's own, in place of the house's. */
  forms?: OwnForms
}

export type StoryImage = { url: string; alt: string; width: number; height: number }

export type StoryBlock = {
  id: string
  section: string
  headline: string
  url: string
  sentences: string[]
  place: string | null
  source: string
  readingMinutes: number
  image: StoryImage | null
  /** What is new for who had it by an alert: one line, as plain text. */
  since?: string | null
  /** It was withdrawn after mails were out. */
  gone?: boolean
}

/** What was wrong, and what is right: to who had read it. */
export type CorrectionModel = Frame & {
  subject: string
  preheader: string
  label: 'correction' | 'clarification' | 'update' | 'retraction'
  was: string
  isNow: string
  about: { headline: string; url: string | null }
}

/** What is not news: said to be so by its label. */
export type BoxBlock = {
  kind: 'sponsor' | 'house' | 'appeal'
  label: string
  text: string
  image: StoryImage | null
  link: { url: string; words: string } | null
  /** Behind so many stories. */
  after: number
}

export type DigestModel = Frame & {
  subject: string
  preheader: string
  greeting: { text: string; signedBy: string } | null
  lead: StoryBlock
  sections: { name: string; stories: StoryBlock[] }[]
  boxes?: BoxBlock[]
  /** Each for who had read what was wrong. */
  corrections: { text: string; url: string }[]
  moreOnWeb: number
  /** Decides the words of the end mark; morning when absent. */
  partOfDay?: PartOfDay
}

export type PartOfDay = 'morning' | 'day' | 'evening'

export type AlertModel = Frame & {
  subject: string
  preheader: string
  /** With its zone: "06:42 CET, 22 November". */
  knownAt: string
  /** The number of this update; null for the first alert. */
  update: number | null
  story: StoryBlock
  notKnownYet: string | null
}

/** Words that an editor writes by hand; nothing in them is markup. */
export type NoteModel = Frame & { subject: string; preheader: string; passages: NotePassage[] }

export type NotePassage =
  | { kind: 'heading' | 'text'; text: string }
  | { kind: 'link'; url: string; words: string }

/** A service mail carries nothing that the person who filled in the form has written. */
export type ConfirmModel = Letterhead & {
  newsletters: NewsletterLine[]
  validHours: number
  /** Asks for the second and last time. */
  reminder?: boolean
}

export type WelcomeModel = Letterhead & {
  newsletters: NewsletterLine[]
  /** What the reader's hours are counted in: "Central European Time". */
  zone: string
}

/** One matter, one link or none. */
export type LetterModel = Letterhead & {
  title: string
  lead: string
  link: { slot: LetterSlot; button: string; valid: string } | null
  hint: string
  why: string
}

/** Where the link of a letter leads: each is a slot of its own, filled when the mail leaves. */
export type LetterSlot = 'ownDataUrl' | 'preferencesUrl' | 'addressChangeUrl'

type Letterhead = { publication: Publication; subject: string; preheader: string }

/** `schedule` says what comes and at what hour: "Every morning at 6:30". */
type NewsletterLine = { name: string; description: string; schedule: string }

/** Figures and words for the people who run the house: headings with lines under them. */
export type DeskNoteModel = Letterhead & {
  title: string
  dateLine: string
  /** A passage without a title is its lines. */
  passages: { title: string; lines: string[] }[]
  /** To the page of one edition, for one person of the desk. */
  link?: { button: string; valid: string } | null
  foot: string
}

export type RenderedMail = {
  html: string
  text: string
  /** What was left out of the mail, in words for the person who made it. */
  notes: string[]
}
