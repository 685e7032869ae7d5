import FeedParser from 'feedparser'
import { CAPS } from '../reading/clean-text.ts'
import { webAddress } from '../reading/web-address.ts'
import { hubsInHead, selfInHead, ttlInHead } from './feed-head.ts'
import type { Feed } from './feed.ts'
import { itemOf, languageOf, plainLine } from './item-fields.ts'

/** A feed of broken or truncated XML: the items that are whole. Undefined for what is no feed even so. */
export async function readLeniently(
  xml: string,
  { url, now }: { url: string; now: Date },
): Promise<Feed | undefined> {
  const { meta, items: all } = await parse(xml)
  if (meta === undefined && all.length === 0) return undefined
  const siteUrl = webAddress(meta?.link, url)
  const language = languageOf(meta?.language)
  const items = all.flatMap((item) => {
    const image =
      item.image?.url ?? item.enclosures?.find(({ type }) => type?.startsWith('image/'))?.url
    const read = itemOf(
      {
        guid: item.guid,
        url: item.origlink ?? item.link,
        title: item.title,
        html: item.description === item.summary ? null : item.description,
        summary: item.summary ?? item.description,
        byline: item.author,
        published: item.pubdate,
        updated: item.date,
        tags: item.categories,
        image: { url: image },
        language,
      },
      { base: siteUrl ?? url, now },
    )
    return read === null ? [] : [read]
  })
  const type = meta?.['#type']
  return {
    format: type === 'atom' || type === 'rdf' ? type : 'rss',
    title: plainLine(meta?.title, CAPS.publisher),
    siteUrl,
    language,
    hubUrls: hubsInHead(xml, url),
    selfUrl: selfInHead(xml, url),
    ttlMinutes: ttlInHead(xml),
    items,
    dropped: all.length - items.length,
  }
}

type Parsed = { meta: FeedParser.Meta | undefined; items: FeedParser.Item[] }

async function parse(xml: string): Promise<Parsed> {
  const parsed: Parsed = { meta: undefined, items: [] }
  const parser = new FeedParser({ addmeta: false, resume_saxerror: true })
  const done = Promise.withResolvers<undefined>()
  parser.on('meta', (meta) => {
    parsed.meta = meta
  })
  parser.on('readable', function take(this: FeedParser) {
    for (let item = this.read(); item !== null; item = this.read()) parsed.items.push(item)
  })
  // Not a feed, or broken at the end: what came before counts.
  parser.on('error', () => done.resolve(undefined))
  parser.on('end', () => done.resolve(undefined))
  parser.end(xml)
  await done.promise
  return parsed
}
