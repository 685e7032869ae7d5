import type { ArticleImage } from '../article.ts'

/** What stands about an article beside its body, as given and not yet clean. */
export type Metadata = {
  headline: string | null
  standfirst: string | null
  byline: string | null
  publisher: string | null
  publishedAt: Date | null
  language: string | null
  url: string | null
  guid: string | null
  image: ArticleImage | null
  topics: string[]
  body: string | null
}
