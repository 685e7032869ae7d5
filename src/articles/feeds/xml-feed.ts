import { parseFeed as parseByElements } from '@rowanmanning/feed-parser'
import { Refusal } from '#errors.ts'
import { CAPS } from '../reading/clean-text.ts'
import { webAddress } from '../reading/web-address.ts'
import { boundXml } from './bounded-xml.ts'
import { hubsInHead, selfInHead, ttlInHead } from './feed-head.ts'
import type { Feed, FeedItem } from './feed.ts'
import { itemOf, languageOf, plainLine } from './item-fields.ts'
import { readLeniently } from './lenient-feed.ts'
import { withoutOwnEntities } from './without-entities.ts'

type Elements = ReturnType<typeof parseByElements>
type Item = Elements['items'][number]

/**
 * RSS, RDF and Atom. Where the first parser gives up, or finds no item, a slower one that takes broken XML tries.
 * @throws Refusal for XML that is no feed
 */
export async function readXmlFeed(text: string, url: string, now = new Date()): Promise<Feed> {
  const { xml, cut } = boundXml(withoutOwnEntities(text))
  const feed = await readBounded(xml, { url, now })
  return { ...feed, dropped: feed.dropped + cut }
}

async function readBounded(xml: string, { url, now }: { url: string; now: Date }): Promise<Feed> {
  const strict = readByElements(xml, { url, now })
  if (strict !== undefined && strict.items.length > 0) return strict
  const lenient = await readLeniently(xml, { url, now })
  const best = lenient !== undefined && lenient.items.length > 0 ? lenient : (strict ?? lenient)
  if (best !== undefined) return best
  const root = rootOf(xml)
  if (root !== undefined) return { ...EMPTY, format: root }
  throw new Refusal(
    'This is not a feed that can be read: it is not RSS, Atom, RDF, JSON Feed or a news sitemap, or it is broken. Check its address.',
    { field: 'url' },
  )
}

const EMPTY = {
  title: null,
  siteUrl: null,
  language: null,
  hubUrls: [],
  selfUrl: null,
  ttlMinutes: null,
  items: [],
  dropped: 0,
}

/** A feed that holds nothing yet is a feed, if it is all there. */
function rootOf(xml: string): Feed['format'] | undefined {
  const head = xml.slice(0, 5000).replace(/<\?[^>]*>|<!--[\s\S]*?-->/g, '')
  const name = /^\s*<(?:[\w-]{1,20}:)?(rss|feed|rdf|channel)[\s/>]/i.exec(head)?.[1]?.toLowerCase()
  if (name === undefined || !/(<\/[\w:-]{1,40}\s*|\/)>\s*$/.test(xml.slice(-200))) return undefined
  return name === 'feed' ? 'atom' : name === 'rdf' ? 'rdf' : 'rss'
}

function readByElements(xml: string, { url, now }: { url: string; now: Date }): Feed | undefined {
  try {
    const feed = parseByElements(xml)
    const siteUrl = webAddress(feed.url, url)
    const all = feed.items
    const language = languageOf(feed.language)
    const items = all.flatMap((item) => read(item, { base: siteUrl ?? url, now, language }) ?? [])
    return {
      format: formatOf(feed),
      title: plainLine(feed.title, CAPS.publisher),
      siteUrl,
      language,
      hubUrls: hubsInHead(xml, url),
      selfUrl: webAddress(feed.self, url) ?? selfInHead(xml, url),
      ttlMinutes: ttlInHead(xml),
      items,
      dropped: all.length - items.length,
    }
  } catch {
    return undefined // the lenient parser has its turn
  }
}

function formatOf({ meta }: Elements): Feed['format'] {
  if (meta.type === 'atom') return 'atom'
  return /^(0\.9|1\.0)/.test(meta.version ?? '') ? 'rdf' : 'rss'
}

function read(
  item: Item,
  { base, now, language }: { base: string; now: Date; language: string | null },
): FeedItem | null {
  const { element } = item
  const guid = element.findElementWithName('guid')
  const textOf = (name: string) => element.findElementWithName(name)?.textContentNormalized
  return itemOf(
    {
      guid: item.id,
      guidIsUrl: guid !== null && guid.getAttribute('ispermalink') !== 'false',
      url: item.url,
      title: item.title,
      html: item.content,
      summary: item.description,
      byline: bylineOf(item),
      published: item.published ?? textOf('pubdate') ?? textOf('issued'),
      updated: item.updated ?? textOf('modified'),
      tags: item.categories.map(({ label, term }) => label ?? term),
      section: textOf('section'),
      image: imageOf(item),
      language: element.getAttribute('lang') ?? textOf('language') ?? language,
    },
    { base: element.baseUrl ?? base, now },
  )
}

function bylineOf({ authors }: Item): string {
  return authors
    .map(({ name, email }) => name ?? email ?? '')
    .filter((name) => name !== '')
    .join(', ')
}

function imageOf({ element, image }: Item) {
  if (image === null) return null
  const media = ['content', 'thumbnail']
    .flatMap((name) => element.findElementsWithName(name))
    .find((each) => each.getAttribute('url') === image.url)
  return {
    url: image.url,
    alt: media?.findElementWithName('description')?.textContentNormalized ?? image.title,
    width: media?.getAttributeAsNumber('width') ?? null,
    height: media?.getAttributeAsNumber('height') ?? null,
  }
}
