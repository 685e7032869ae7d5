import type { Context } from '#context.ts'
import type { Archive } from '#deliveries/archive/archive-store.ts'
import { withSlash } from '#editions/story-block.ts'
import type { ArchiveLinks } from '../../html/archive-pages.ts'

type Config = Pick<Context['config'], 'publicUrl'>

/** Whole addresses: feeds, search engines and previews of links want no other. */
export function linksOf({ publicUrl }: Config, { slug }: Pick<Archive, 'slug'>): ArchiveLinks {
  const base = withSlash(publicUrl)
  const page = new URL(`n/${slug}`, base).href
  return {
    page,
    signUp: new URL(`?newsletter=${slug}`, base).href,
    feeds: { rss: `${page}/feed.xml`, atom: `${page}/atom.xml`, json: `${page}/feed.json` },
  }
}

export function editionUrl(links: ArchiveLinks, editionId: number): string {
  return `${links.page}/${editionId}`
}

/** The page of the list that begins behind this edition. */
export function olderThan(links: ArchiveLinks, editionId: number): string {
  return `${links.page}?before=${editionId}`
}
