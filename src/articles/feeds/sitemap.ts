import { Refusal } from '#errors.ts'
import { CAPS } from '../reading/clean-text.ts'
import { textOfMarkup } from '../reading/markup.ts'
import { webAddress } from '../reading/web-address.ts'
import { type Feed, MOST_ITEMS } from './feed.ts'
import { itemOf, languageOf, plainLine } from './item-fields.ts'
import { withoutOwnEntities } from './without-entities.ts'

/**
 * A news sitemap: its addresses, with title, date and keywords where the news or image extension gives them.
 * @throws Refusal for an index of sitemaps, with the addresses it names
 */
export function readSitemap(text: string, url: string, now = new Date()): Feed {
  const xml = withoutOwnEntities(text)
  if (isSitemapIndex(xml)) throw indexOf(xml)
  const entries = blocksOf(xml, 'url')
  const all = entries.map((entry) => ({ entry, at: momentIn(entry) }))
  // The order of a sitemap means nothing, and a long one has years in it.
  const newest = all.toSorted((a, b) => b.at - a.at).slice(0, MOST_ITEMS)
  const items = newest.flatMap(({ entry }) => {
    const image = blocksOf(entry, 'image')[0] ?? ''
    const own = entry.replace(image, '')
    const address = valueOf(own, 'loc')
    const read = itemOf(
      {
        guid: address,
        url: address,
        title: valueOf(own, 'title'),
        published: valueOf(own, 'publication_date') ?? valueOf(own, 'lastmod'),
        updated: valueOf(own, 'lastmod'),
        tags: (valueOf(own, 'keywords') ?? '').split(','),
        image: { url: valueOf(image, 'loc'), alt: valueOf(image, 'title') },
        language: languageOf(valueOf(own, 'language')),
      },
      { base: url, now },
    )
    return read === null ? [] : [read]
  })
  const [first = ''] = entries
  return {
    format: 'sitemap',
    title: plainLine(valueOf(first, 'name'), CAPS.publisher),
    siteUrl: `${new URL(url).origin}/`,
    language: languageOf(valueOf(first, 'language')),
    hubUrls: [],
    selfUrl: null,
    ttlMinutes: null,
    items,
    dropped: entries.length - items.length,
  }
}

function momentIn(entry: string): number {
  const date = valueOf(entry, 'publication_date') ?? valueOf(entry, 'lastmod') ?? ''
  return Date.parse(date) || 0
}

function indexOf(xml: string): Refusal {
  const named = entriesOf(xml).slice(0, 20)
  return new Refusal(
    `This is a list of sitemaps. Add the one for news by its own address:\n${named.map(({ address }) => `  ${address}`).join('\n')}`,
    { field: 'url' },
  )
}

function entriesOf(xml: string): { address: string; changedAt: number }[] {
  return blocksOf(xml, 'sitemap').flatMap((entry) => {
    const address = valueOf(entry, 'loc')
    return address === null ? [] : { address, changedAt: momentIn(entry) }
  })
}

export type NamedSitemap = { url: string; changedAt: Date | null }

export function isSitemapIndex(text: string): boolean {
  return /<(\w+:)?sitemapindex[\s>]/i.test(text.slice(0, 2000))
}

/** The sitemaps that an index names on its own site, the newest first. */
export function sitemapsIn(text: string, url: string): NamedSitemap[] {
  return entriesOf(withoutOwnEntities(text))
    .flatMap(({ address, changedAt }) => {
      const absolute = webAddress(address, url)
      if (absolute === null || !isSameSite(absolute, url)) return []
      return { url: absolute, changedAt: changedAt === 0 ? null : new Date(changedAt) }
    })
    .toSorted((a, b) => (b.changedAt?.getTime() ?? 0) - (a.changedAt?.getTime() ?? 0))
}

/** A host and those below it; `www` makes no difference. */
function isSameSite(one: string, other: string): boolean {
  const [a = '', b = ''] = [one, other].map((url) => new URL(url).hostname.replace(/^www\./, ''))
  return a === b || a.endsWith(`.${b}`) || b.endsWith(`.${a}`)
}

/** Elements of this name with any prefix, from their start tag to their end tag; a truncated one is left out. */
function blocksOf(xml: string, name: string): string[] {
  const blocks: string[] = []
  const start = new RegExp(`<((?:[\\w-]{1,20}:)?${name})(?:\\s[^<>]{0,500})?>`, 'gi')
  for (let open = start.exec(xml); open !== null; open = start.exec(xml)) {
    const end = xml.indexOf(`</${open[1]}`, start.lastIndex)
    if (end === -1) break
    blocks.push(xml.slice(start.lastIndex, end))
    start.lastIndex = end
  }
  return blocks
}

function valueOf(block: string, name: string): string | null {
  const inside = blocksOf(block, name)[0]
  if (inside === undefined) return null
  const data = /^\s*<!\[CDATA\[([\s\S]*?)\]\]>\s*$/.exec(inside)?.[1]
  if (data !== undefined) return data.trim()
  return textOfMarkup(inside).trim()
}
