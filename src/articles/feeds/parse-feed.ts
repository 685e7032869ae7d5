import { Refusal } from '#errors.ts'
import { decodeFeed } from './decode-feed.ts'
import { readJsonFeed } from './json-feed.ts'
import { readSitemap } from './sitemap.ts'
import { readXmlFeed } from './xml-feed.ts'

import type { Feed } from './feed.ts'

const MOST_BYTES = 10 * 1024 * 1024

/**
 * The feed in these bytes: RSS 0.9 to 2.0, RDF, Atom 0.3 and 1.0, JSON Feed, or a news sitemap.
 * @throws Refusal in words for what is none of these
 */
export async function parseFeed(
  bytes: Uint8Array,
  { contentType, url }: { contentType: string | null; url: string },
): Promise<Feed> {
  if (bytes.length > MOST_BYTES)
    throw new Refusal(
      `The feed is too large: ${(bytes.length / 1_048_576).toFixed(1)} MB, and 10 MB is the limit. Ask the publisher for a shorter one.`,
      { field: 'url' },
    )
  const text = decodeFeed(bytes, contentType).trimStart()
  if (text === '')
    throw new Refusal('The feed is empty. Check that its address opens in a browser.', {
      field: 'url',
    })
  if (/^[{[]/.test(text)) return readJsonFeed(text, url)
  if (isPage(text))
    throw new Refusal(
      'This is a web page, not a feed. Give the address of the page where you add it, and its feed is looked for.',
      { field: 'url' },
    )
  if (/<(\w+:)?(urlset|sitemapindex)[\s>]/i.test(text.slice(0, 2000))) return readSitemap(text, url)
  return readXmlFeed(text, url)
}

function isPage(text: string): boolean {
  const head = text.slice(0, 2000).replace(/<\?xml[^>]*>|<!--[\s\S]*?-->/g, '')
  return /^\s*(<!doctype\s+html|<html[\s>])/i.test(head)
}
