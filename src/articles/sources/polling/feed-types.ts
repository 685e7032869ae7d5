/** Feeds are served under many names, and many under a wrong one: what they are is seen when they are parsed. */
export const FEED_TYPES =
  /^(application\/((x-)?gzip|rss|atom|rdf|xml|x-rss|feed|json|octet-stream|[\w.-]+\+(xml|json))(\+\w+)?|text\/(xml|plain|html|x-\w+|rss)(\+\w+)?)$/

export const MAX_FEED_BYTES = 10 * 1024 * 1024
