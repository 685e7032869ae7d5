import { Hono, type Context as Request } from 'hono'
import type { Context } from '#context.ts'
import {
  type Archive,
  type ArchivedEdition,
  findArchive,
  listPublished,
} from '#deliveries/archive/archive-store.ts'
import { dateLine, instantLine } from '#editions/dates.ts'
import { readSettings, type Settings } from '#editions/publication.ts'
import { Refusal } from '#errors.ts'
import { archivePage } from '../../html/archive-pages.ts'
import { answerChanged } from '../conditional.ts'
import { pageFrame } from '../frame.ts'
import { editionUrl, linksOf, olderThan } from './addresses.ts'
import { answerEdition } from './answer-edition.ts'
import { answerPage, mayBeIndexed, seeing } from './answer-page.ts'
import { atomOf, type Feed, jsonFeedOf, rssOf, updatedAt } from './feeds.ts'

const A_PAGE = 20

const FEEDS = {
  'feed.xml': { write: rssOf, type: 'application/rss+xml' },
  'atom.xml': { write: atomOf, type: 'application/atom+xml' },
  'feed.json': { write: jsonFeedOf, type: 'application/feed+json' },
} as const

const FEED_HEADERS = { 'Cache-Control': 'public, max-age=300', 'Access-Control-Allow-Origin': '*' }

/** What was sent, for everybody: each edition, a newsletter's list of them, and its feeds. No reader is in any of it. */
export function archiveRoutes(context: Context): Hono {
  const routes = new Hono()
  const { db } = context

  // The link "this was not me" of a confirmation has the same form; a token is no newsletter's name.
  routes.get('/n/:slug{[a-z0-9-]+}', async (request, next) => {
    const archive = await findArchive(db, request.req.param('slug'))
    return archive === undefined ? next() : answerList(context, request, archive)
  })

  routes.get('/n/:slug{[a-z0-9-]+}/:id{[0-9]{1,15}}', async (request) => {
    const { slug, id } = request.req.param()
    return answerEdition(context, request, { slug, editionId: Number(id) })
  })

  for (const [name, { write, type }] of Object.entries(FEEDS)) {
    routes.get(`/n/:slug{[a-z0-9-]+}/${name}`, async (request) => {
      const archive = await findArchive(db, request.req.param('slug'))
      if (archive === undefined) throw new Refusal('there is no such newsletter', { status: 404 })
      const feed = await feedOf(context, archive, name)
      return answerChanged(request, {
        body: write(feed),
        type: `${type}; charset=utf-8`,
        modifiedAt: feed.updatedAt,
        headers: FEED_HEADERS,
      })
    })
  }
  return routes
}

async function answerList(context: Context, request: Request, archive: Archive): Promise<Response> {
  const before = beforeOf(request)
  const set = await readSettings(context)
  const found = await listOf(context, archive, { before, limit: A_PAGE + 1 })
  const editions = found.slice(0, A_PAGE)
  const last = editions.at(-1)
  const links = linksOf(context.config, archive)
  const indexed = mayBeIndexed(context, archive)
  const page = archivePage(await pageFrame(context), {
    newsletter: archive,
    links,
    url: before === null ? links.page : olderThan(links, before),
    indexed,
    editions: editions.map((edition) => ({
      ...inWords(edition, set),
      url: editionUrl(links, edition.id),
    })),
    olderUrl: found.length > A_PAGE && last !== undefined ? olderThan(links, last.id) : null,
    newestUrl: before === null ? null : links.page,
  })
  const body = String(await page)
  return answerPage(request, { body, modifiedAt: changeOf(archive, editions), indexed })
}

async function feedOf(context: Context, archive: Archive, name: string): Promise<Feed> {
  const set = await readSettings(context)
  const editions = await listOf(context, archive, { before: null, limit: A_PAGE })
  const links = linksOf(context.config, archive)
  return {
    title: `${archive.name} · ${set.name}`,
    description: archive.description === '' ? archive.name : archive.description,
    language: set.language,
    publication: set.name,
    pageUrl: links.page,
    feedUrl: `${links.page}/${name}`,
    updatedAt: changeOf(archive, editions),
    editions: editions.map((edition) => ({ ...edition, url: editionUrl(links, edition.id) })),
  }
}

/** @throws Refusal for a newsletter without an archive */
async function listOf(
  context: Context,
  { newsletterId, archived }: Archive,
  { before, limit }: { before: number | null; limit: number },
): Promise<ArchivedEdition[]> {
  if (!archived) throw new Refusal('this newsletter keeps no list of its editions', { status: 404 })
  return listPublished(context.db, { newsletterId, before, limit, ...seeing(context) })
}

function changeOf({ createdAt }: Archive, editions: readonly ArchivedEdition[]): Date {
  const times = editions.map((edition) => updatedAt(edition).getTime())
  return new Date(Math.max(createdAt.getTime(), ...times))
}

function inWords(
  { subject, preheader, releasedAt, correctedAt }: ArchivedEdition,
  { language, timeZone }: Settings,
) {
  const words = dateLine({ language, timeZone, now: releasedAt })
  return {
    subject,
    preheader,
    day: { iso: releasedAt.toISOString(), words },
    correctedOn: correctedAt && instantLine({ language, timeZone, now: correctedAt }),
  }
}

function beforeOf(request: Request): number | null {
  const text = request.req.query('before')
  if (text === undefined) return null
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new Refusal('before must be the number of an edition', { field: 'before' })
}
