/** An article as read at the edge: text only, never markup. */
export type ArticleText = {
  headline: string
  standfirst: string | null
  byline: string | null
  publisher: string | null
  publishedAt: Date | null
  /** BCP 47, `en` when unknown. */
  language: string
  canonicalUrl: string | null
  guid: string | null
  /** The body. */
  paragraphs: string[]
  image: ArticleImage | null
  /** Names as given. */
  topics: string[]
  /** From a dateline such as "WASHINGTON, DC - …". */
  place: string | null
  breaking: boolean
}

export type ArticleImage = {
  url: string
  alt: string
  width: number | null
  height: number | null
}

/** What arrived: bytes, and what the sender said about them. */
export type ArticleInput = {
  bytes: Uint8Array
  contentType?: string | null
  url?: string | null
  fileName?: string
}

export type Summary = { method: 'extractive' | 'standfirst'; sentences: SummarySentence[] }

/** `text` is exactly `paragraphs[paragraph].slice(start, end)`; paragraph -1 is the standfirst. */
export type SummarySentence = { text: string; paragraph: number; start: number; end: number }
