import type { ArchivedEdition } from '#deliveries/archive/archive-store.ts'
import { plainText } from '#mail/outside-text.ts'

export type Feed = {
  title: string
  description: string
  /** BCP 47. */
  language: string
  publication: string
  /** The page that lists the same editions. */
  pageUrl: string
  feedUrl: string
  updatedAt: Date
  editions: readonly (ArchivedEdition & { url: string })[]
}

/** RSS 2.0. */
export function rssOf(feed: Feed): string {
  const items = feed.editions.map((edition) =>
    element('item', [
      text('title', edition.subject),
      text('link', edition.url),
      text('guid', edition.url, 'isPermaLink="true"'),
      text('pubDate', edition.releasedAt.toUTCString()),
      text('atom:updated', updatedAt(edition).toISOString()),
      text('description', edition.preheader),
    ]),
  )
  const channel = element('channel', [
    text('title', feed.title),
    text('link', feed.pageUrl),
    text('description', feed.description),
    text('language', feed.language),
    text('lastBuildDate', feed.updatedAt.toUTCString()),
    `<atom:link href="${xml(feed.feedUrl)}" rel="self" type="application/rss+xml"/>`,
    ...items,
  ])
  return document(
    `<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom">\n${channel}\n</rss>`,
  )
}

/** RFC 4287. */
export function atomOf(feed: Feed): string {
  const entries = feed.editions.map((edition) =>
    element('entry', [
      text('id', edition.url),
      text('title', edition.subject),
      `<link href="${xml(edition.url)}" rel="alternate" type="text/html"/>`,
      text('published', edition.releasedAt.toISOString()),
      text('updated', updatedAt(edition).toISOString()),
      text('summary', edition.preheader),
    ]),
  )
  const head = [
    text('id', feed.pageUrl),
    text('title', feed.title),
    text('subtitle', feed.description),
    text('updated', feed.updatedAt.toISOString()),
    element('author', [text('name', feed.publication)]),
    `<link href="${xml(feed.pageUrl)}" rel="alternate" type="text/html"/>`,
    `<link href="${xml(feed.feedUrl)}" rel="self" type="application/atom+xml"/>`,
  ]
  const start = `<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="${xml(feed.language)}">`
  return document([start, ...head, ...entries, '</feed>'].join('\n'))
}

/** JSON Feed 1.1. */
export function jsonFeedOf(feed: Feed): string {
  return JSON.stringify({
    version: 'https://jsonfeed.org/version/1.1',
    title: feed.title,
    description: feed.description,
    language: feed.language,
    home_page_url: feed.pageUrl,
    feed_url: feed.feedUrl,
    authors: [{ name: feed.publication }],
    items: feed.editions.map((edition) => ({
      id: edition.url,
      url: edition.url,
      title: plain(edition.subject),
      content_text: plain(edition.preheader),
      date_published: edition.releasedAt.toISOString(),
      date_modified: updatedAt(edition).toISOString(),
    })),
  })
}

/** A correction makes it new for feed readers. */
export function updatedAt({ releasedAt, correctedAt }: ArchivedEdition): Date {
  return correctedAt === null || correctedAt < releasedAt ? releasedAt : correctedAt
}

function document(root: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}\n`
}

function element(name: string, children: readonly string[]): string {
  return `<${name}>\n${children.join('\n')}\n</${name}>`
}

function text(name: string, value: string, attributes = ''): string {
  return `<${name}${attributes === '' ? '' : ` ${attributes}`}>${xml(value)}</${name}>`
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function xml(value: string): string {
  return plain(value).replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character)
}

/** Without what XML cannot hold at all: controls, and the two non-characters. */
function plain(value: string): string {
  return plainText(value).replace(/[\ufffe\uffff]/g, '')
}
