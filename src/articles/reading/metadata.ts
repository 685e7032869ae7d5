import type { ArticleImage } from '../article.ts'

/** What stands about an article beside its body, as given and not yet clean. */
export type Metadata = {
  headline: string | null
  standfirst: string | null
  byline: string | null
  publisher: string | null
  publishedAt: Date | null
  updatedAt?: Date | null
  language: string | null
  url: string | null
  /** Other addresses that the page gives itself. */
  twinUrls?: string[]
  guid: string | null
  image: ArticleImage | null
  topics: string[]
  section?: string | null
  embargoUntil?: Date | null
  body: string | null
}
