/** What a feed offers, parsed at the edge: addresses are absolute http(s), names are text, markup is untrusted. */
export type Feed = {
  format: 'rss' | 'atom' | 'rdf' | 'json' | 'sitemap'
  title: string | null
  siteUrl: string | null
  language: string | null
  /** WebSub hubs that announce it. */
  hubUrls: string[]
  /** Its own name for itself, the topic of WebSub. */
  selfUrl: string | null
  ttlMinutes: number | null
  items: FeedItem[]
  /** Items over the limit, or without an address and a text. */
  dropped: number
}

export type FeedItem = {
  guid: string | null
  url: string | null
  title: string | null
  /** The content, as markup. */
  html: string | null
  /** A description: markup or text. */
  summary: string | null
  byline: string | null
  publishedAt: Date | null
  updatedAt: Date | null
  tags: string[]
  section: string | null
  image: { url: string; alt: string | null; width: number | null; height: number | null } | null
  language: string | null
}

export const MOST_ITEMS = 2000
