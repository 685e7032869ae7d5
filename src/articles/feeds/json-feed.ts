import { parseJsonFeed } from 'feedsmith'
import { Refusal } from '#errors.ts'
import { CAPS } from '../reading/clean-text.ts'
import { webAddress } from '../reading/web-address.ts'
import { type Feed, MOST_ITEMS } from './feed.ts'
import { itemOf, languageOf, plainLine } from './item-fields.ts'

/** JSON Feed 1 and 1.1. @throws Refusal for JSON of another kind */
export function readJsonFeed(text: string, url: string, now = new Date()): Feed {
  const feed = parse(text)
  const language = languageOf(feed.language)
  const all = feed.items ?? []
  const items = all.slice(0, MOST_ITEMS).flatMap((item) => {
    const read = itemOf(
      {
        guid: item.id,
        url: item.url ?? item.external_url,
        title: item.title,
        html: item.content_html ?? asMarkup(item.content_text),
        summary: item.summary,
        byline: (item.authors ?? feed.authors ?? []).map(({ name }) => name ?? '').join(', '),
        published: stringOf(item.date_published),
        updated: stringOf(item.date_modified),
        tags: item.tags ?? [],
        image: { url: item.image ?? item.banner_image },
        language: item.language ?? language,
      },
      { base: feed.home_page_url ?? url, now },
    )
    return read === null ? [] : [read]
  })
  return {
    format: 'json',
    title: plainLine(feed.title, CAPS.publisher),
    siteUrl: webAddress(feed.home_page_url, url),
    language,
    hubUrls: (feed.hubs ?? []).flatMap(({ url: hub }) => webAddress(hub, url) ?? []),
    selfUrl: webAddress(feed.feed_url, url),
    ttlMinutes: null,
    items,
    dropped: all.length - items.length,
  }
}

function stringOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function asMarkup(text: string | undefined): string | undefined {
  return text
    ?.replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .split(/\n{2,}/)
    .map((paragraph) => `<p>${paragraph}</p>`)
    .join('')
}

function parse(text: string): ReturnType<typeof parseJsonFeed> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && 'items' in value && !Array.isArray(value))
      return parseJsonFeed(value)
  } catch (cause) {
    throw new Refusal('This looks like JSON and cannot be read as a feed. Check its address.', {
      field: 'url',
      cause,
    })
  }
  throw new Refusal('This is JSON, and not a JSON Feed. Give the address of a feed.', {
    field: 'url',
  })
}
