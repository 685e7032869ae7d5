import { generateOpml, parseOpml as parseOutlines } from 'feedsmith'
import { Refusal } from '#errors.ts'
import { CAPS, cleanLineOrNull } from '../reading/clean-text.ts'
import { webAddress } from '../reading/web-address.ts'
import { decodeFeed } from './decode-feed.ts'
import { withoutOwnEntities } from './without-entities.ts'

/** A feed as feed readers hand it on. */
export type OpmlFeed = {
  title: string | null
  url: string
  siteUrl: string | null
  /** The names of the folders around it, outermost first, with " / " between. */
  folder: string | null
}

const MOST_BYTES = 5 * 1024 * 1024
const MOST_FEEDS = 2000
const DEEPEST = 20

type Outline = {
  text?: string
  title?: string
  xmlUrl?: string
  htmlUrl?: string
  outlines?: Outline[]
}

/** The feeds of an OPML file, each address once. @throws Refusal for a file that is none, or names none */
export function parseOpml(bytes: Uint8Array): OpmlFeed[] {
  if (bytes.length > MOST_BYTES)
    throw new Refusal('The OPML file is larger than 5 MB. Export fewer feeds at once.', {
      field: 'file',
    })
  const feeds = new Map<string, OpmlFeed>()
  const walk = (outlines: Outline[], folders: string[]) => {
    for (const outline of outlines) {
      const name = cleanLineOrNull(outline.title ?? outline.text, CAPS.publisher)
      const url = webAddress(outline.xmlUrl)
      if (url !== null && !feeds.has(url)) {
        const folder = folders.length === 0 ? null : folders.join(' / ')
        feeds.set(url, { title: name, url, siteUrl: webAddress(outline.htmlUrl), folder })
      }
      if (outline.outlines !== undefined && folders.length < DEEPEST)
        walk(outline.outlines, url !== null || name === null ? folders : [...folders, name])
    }
  }
  walk(outlinesOf(bytes), [])
  if (feeds.size === 0)
    throw new Refusal('This OPML file names no feed with an http or https address.', {
      field: 'file',
    })
  if (feeds.size > MOST_FEEDS)
    throw new Refusal(
      `This OPML file names ${feeds.size} feeds, and ${MOST_FEEDS} at once is the limit. Take it apart.`,
      { field: 'file' },
    )
  return [...feeds.values()]
}

function outlinesOf(bytes: Uint8Array): Outline[] {
  try {
    return parseOutlines(withoutOwnEntities(decodeFeed(bytes, null))).body?.outlines ?? []
  } catch (cause) {
    throw new Refusal(
      'This is not an OPML file. Export the feeds again from your feed reader, as OPML.',
      { field: 'file', cause },
    )
  }
}

export function writeOpml(feeds: readonly Pick<OpmlFeed, 'title' | 'url' | 'siteUrl'>[]): string {
  const outlines = feeds.map(({ title, url, siteUrl }) => ({
    type: 'rss',
    text: title ?? url,
    xmlUrl: url,
    ...(siteUrl === null ? {} : { htmlUrl: siteUrl }),
  }))
  return generateOpml({ head: { title: 'Feeds' }, body: { outlines } })
}
