/** An article as read at the edge: text only, never markup. */
export type ArticleText = {
  headline: string
  standfirst: string | null
  byline: string | null
  publisher: string | null
  publishedAt: Date | null
  /** When the publisher says it was last changed. */
  updatedAt: Date | null
  /** BCP 47, `en` when unknown. */
  language: string
  canonicalUrl: string | null
  /** Other addresses of the same article: AMP and mobile twins, the address it was fetched from. */
  twinUrls: string[]
  guid: string | null
  /** The body. */
  paragraphs: string[]
  image: ArticleImage | null
  /** Names as given. */
  topics: string[]
  /** The publisher's section, as "World" or "Sport". */
  section: string | null
  /** The publisher's own note of what was corrected. */
  corrections: string | null
  /** Nothing of it may leave the house before. */
  embargoUntil: Date | null
  /** From a dateline such as "WASHINGTON, DC - …". */
  place: string | null
  breaking: boolean
}

export type ArticleImage = {
  url: string
  alt: string
  width: number | null
  height: number | null
  /** The publisher's other sizes of it. */
  renditions?: { url: string; width: number }[]
}

/** What arrived: bytes, and what the sender said about them. */
export type ArticleInput = {
  bytes: Uint8Array
  contentType?: string | null
  url?: string | null
  fileName?: string
}

export type Summary = {
  method: 'extractive' | 'standfirst' | 'llm'
  sentences: SummarySentence[]
  /** For a lead story: the same, and what makes it matter, up to about 120 words; null where there is no more to say. */
  longer: SummarySentence[] | null
  /** The headline trimmed for a mail, never rewritten; null where it fits as it is. */
  shortHeadline: string | null
}

/**
 * `text` is exactly `paragraphs[paragraph].slice(start, end)`, and paragraph -1 is the standfirst; but of the method
 * `llm` the text is the model's, and the span that of the first sentence that bears it out.
 */
export type SummarySentence = {
  text: string
  paragraph: number
  start: number
  end: number
  /** Of the method `llm`: all the sentences that bear it out. */
  sources?: { paragraph: number; start: number; end: number }[]
}
