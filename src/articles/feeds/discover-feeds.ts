import { CAPS, cleanLineOrNull } from '../reading/clean-text.ts'
import { textOfMarkup } from '../reading/markup.ts'
import { webAddress } from '../reading/web-address.ts'

export type Offer = { url: string; title: string | null; format: 'rss' | 'atom' | 'json' }

const MOST_OFFERS = 50
const FORMATS: [RegExp, Offer['format']][] = [
  [/^application\/atom\+xml/, 'atom'],
  [/^application\/(rss|rdf)\+xml|^text\/xml|^application\/xml/, 'rss'],
  [/^application\/(feed\+)?json/, 'json'],
]

/** The feeds that a page names in its head, those of comments left out. */
export function discoverFeeds(html: string, url: string): Offer[] {
  const base =
    webAddress(/<base\s[^<>]*\bhref\s*=\s*["']([^"']{1,2000})/i.exec(html)?.[1], url) ?? url
  const offers = new Map<string, Offer>()
  for (const [, attributes = ''] of html
    .slice(0, 1_000_000)
    .matchAll(/<link\s([^<>]{1,3000})>/gi)) {
    const offer = offerOf(attributes, base)
    if (offer !== undefined && !offers.has(offer.url)) offers.set(offer.url, offer)
    if (offers.size === MOST_OFFERS) break
  }
  return [...offers.values()]
}

function offerOf(attributes: string, base: string): Offer | undefined {
  const url = webAddress(attributeOf(attributes, 'href'), base)
  const format = formatOf(attributes)
  if (url === null || format === undefined) return undefined
  const title = cleanLineOrNull(
    textOfMarkup(attributeOf(attributes, 'title') ?? ''),
    CAPS.publisher,
  )
  return isForComments(url, title) || isApi(url) ? undefined : { url, title, format }
}

function formatOf(attributes: string): Offer['format'] | undefined {
  const rel = attributeOf(attributes, 'rel')?.toLowerCase().split(/\s+/) ?? []
  const type = attributeOf(attributes, 'type')?.toLowerCase().trim() ?? ''
  const known = FORMATS.find(([pattern]) => pattern.test(type))?.[1]
  if (rel.includes('feed')) return known ?? 'rss'
  return rel.includes('alternate') ? known : undefined
}

/** Where sites keep a feed that they do not name, the likeliest first. */
export function guessFeeds(url: string): string[] {
  const page = new URL(url)
  const folder = page.pathname.replace(/\/[^/]*$/, '')
  const bases = folder === '' ? [page.origin] : [`${page.origin}${folder}`, page.origin]
  return bases.flatMap((base) =>
    ['/feed', '/rss', '/feed.xml', '/rss.xml', '/atom.xml', '/index.xml'].map(
      (path) => `${base}${path}`,
    ),
  )
}

function attributeOf(attributes: string, name: string): string | null {
  const match = new RegExp(
    `(?:^|\\s)${name}\\s*=\\s*(?:"([^"]{0,2000})"|'([^']{0,2000})'|([^\\s"'>]{1,2000}))`,
    'i',
  ).exec(attributes)
  return match?.[1] ?? match?.[2] ?? match?.[3] ?? null
}

function isForComments(address: string, title: string | null): boolean {
  return (
    /\/comments\/(feed|default|rss)\b|[?&]withcomments|\/feed\/comments\b/i.test(address) ||
    /\b(comments?|kommentare?|commentaires?|comentarios?|commenti)\b.{0,20}(feed|rss|»|$)/i.test(
      title ?? '',
    )
  )
}

/** What WordPress names beside its feeds: JSON about the page and for embedding it. */
function isApi(address: string): boolean {
  return /\/wp-json\/|\/oembed\b/i.test(address)
}
