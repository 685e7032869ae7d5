import { Hono, type Context as Request } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { MAX_ARTICLE_BYTES } from '#articles/reading/decode.ts'
import type { Context } from '#context.ts'
import { Refusal } from '#errors.ts'
import { readSenderHealth, warningsOf } from '#reports/sender-health.ts'
import { readWeek } from '#reports/week.ts'
import { weekInWords } from '#reports/week-words.ts'
import { articleRoutes } from './article-routes.ts'
import { postArticle } from './articles.ts'
import { bearerOf, idOf } from './bearer.ts'
import { draftingRoutes } from './drafting.ts'
import { type Around, editionRoutes } from './editions.ts'
import { feedRoutes } from './feeds.ts'
import { newsletterPaths } from './newsletter-paths.ts'
import { postNote } from './notes.ts'
import { findReader } from './readers.ts'
import { segmentRoutes } from './segments.ts'
import { statusRoutes } from './status.ts'
import { storyRoutes } from './stories.ts'
import { postSubscriber } from './subscribers.ts'
import { postTopic } from './topics.ts'

/** The whole API on one screen. Every answer is JSON; an error names its field where it has one. */
export function apiRoutes(context: Context, around: Around): Hono {
  const api = new Hono()
  api.use(bodyLimit({ maxSize: MAX_ARTICLE_BYTES + 64 * 1024, onError: tooLarge }))

  const article = postArticle(context)
  api.post('/articles', async (request) =>
    article(request, await bearerOf(context, request, 'articles:write')),
  )

  const articles = articleRoutes(context)
  const writer = async (request: Request) => bearerOf(context, request, 'articles:write')
  api.get('/articles/:id', async (request) => {
    await writer(request)
    return articles.show(request, idOf(request))
  })
  api.get('/articles/:id/revisions', async (request) => {
    await writer(request)
    return articles.revisions(request, idOf(request))
  })
  api.post('/articles/:id/retract', async (request) => {
    const bearer = await writer(request)
    return articles.retract(request, { articleId: idOf(request), bearer })
  })

  const drafting = draftingRoutes(context)
  api.post('/articles/:id/alert', async (request) => {
    const bearer = await writer(request)
    return drafting.alert(request, { articleId: idOf(request), bearer })
  })

  const stories = storyRoutes(context)
  api.get('/stories', async (request) => {
    await writer(request)
    return stories.list(request)
  })
  api.get('/stories/:id', async (request) => {
    await writer(request)
    return stories.show(request, idOf(request))
  })
  api.post('/stories/:id/merge', async (request) => {
    const bearer = await writer(request)
    return stories.merge(request, { storyId: idOf(request), bearer })
  })
  api.post('/articles/:id/split', async (request) => {
    const bearer = await writer(request)
    return stories.split(request, { articleId: idOf(request), bearer })
  })
  api.post('/articles/:id/lead', async (request) => {
    const bearer = await writer(request)
    return stories.lead(request, { articleId: idOf(request), bearer })
  })

  const topic = postTopic(context)
  api.post('/articles/:id/topics', async (request) => {
    const bearer = await bearerOf(context, request, 'articles:write')
    return topic(request, { articleId: idOf(request), bearer })
  })

  const subscriber = postSubscriber(context)
  api.post('/subscribers', async (request) =>
    subscriber(request, await bearerOf(context, request, 'subscribers:write')),
  )

  const reader = findReader(context)
  api.post('/readers/find', async (request) =>
    reader(request, await bearerOf(context, request, 'subscribers:read')),
  )

  const segments = segmentRoutes(context)
  api.get('/segments', async (request) => {
    await bearerOf(context, request, 'subscribers:read')
    return segments.list(request)
  })
  api.post('/segments', async (request) =>
    segments.save(request, await bearerOf(context, request, 'subscribers:write')),
  )
  api.get('/segments/:name/count', async (request) => {
    await bearerOf(context, request, 'subscribers:read')
    return segments.count(request)
  })

  const feeds = feedRoutes(context)
  api.get('/feeds', async (request) => {
    await bearerOf(context, request, 'feeds:read')
    return feeds.list(request)
  })
  api.get('/feeds/:id', async (request) => {
    await bearerOf(context, request, 'feeds:read')
    return feeds.show(request)
  })
  const writes = async (request: Request) => bearerOf(context, request, 'feeds:write')
  api.post('/feeds', async (request) => feeds.add(request, await writes(request)))
  api.patch('/feeds/:id', async (request) => feeds.change(request, await writes(request)))
  api.delete('/feeds/:id', async (request) => feeds.remove(request, await writes(request)))
  api.post('/feeds/:id/poll', async (request) => feeds.pollLater(request, await writes(request)))
  api.post('/feeds/:id/batch', async (request) => feeds.decide(request, await writes(request)))

  const note = postNote(context)
  api.post('/notes', async (request) =>
    note(request, await bearerOf(context, request, 'editions:write')),
  )

  api.route('/', editionRoutes(context, around))

  api.route('/', newsletterPaths(context))

  api.route('/', statusRoutes(context, around))

  api.get('/reports/health', async (request) => {
    await bearerOf(context, request, 'editions:read')
    const until = context.clock.now()
    const from = new Date(until.getTime() - daysOf(request) * 86_400_000)
    const health = await readSenderHealth(context.db, { from, until })
    return request.json({ ...health, warnings: warningsOf(health) })
  })

  api.get('/reports/week', async (request) => {
    await bearerOf(context, request, 'editions:read')
    const week = await readWeek(context)
    return request.json({ ...week, words: weekInWords(week) })
  })
  return api
}

function daysOf(request: Request): number {
  const text = request.req.query('days') ?? '7'
  const days = Number(text)
  if (/^\d{1,3}$/.test(text) && days >= 1 && days <= 365) return days
  throw new Refusal('days must be a whole number from 1 to 365', { field: 'days' })
}

function tooLarge(): never {
  throw new Refusal(
    `the article is larger than ${MAX_ARTICLE_BYTES / 1024 / 1024} MB: send its own page or text`,
    {
      status: 413,
      field: 'body',
    },
  )
}
