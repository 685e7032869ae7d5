import type { Context as Request } from 'hono'
import { z } from 'zod'
import type { Context } from '#context.ts'
import { inTransaction } from '#db/transaction.ts'
import { Refusal } from '#errors.ts'
import type { Bearer } from '#operators/api-token.ts'
import { requireDuty } from '#operators/operator.ts'
import { mergeStories, splitArticle } from '#stories/decisions.ts'
import { fixLead } from '#stories/lead/renew-lead.ts'
import { getStoryView, listStories } from '#stories/list-stories.ts'
import { whatIsNew } from '#stories/what-is-new.ts'
import { note } from './articles.ts'
import { readJson } from './json-body.ts'

const LISTED = 50

const story = (name: string) =>
  z.int(`name the story by its number: ${name}`).positive(`name the story by its number: ${name}`)
const merging = z.strictObject({ from: story('from') })
const splitting = z.strictObject({ into: story('into').optional() })

/** Running stories, and an editor's word on them. */
export function storyRoutes(context: Pick<Context, 'db' | 'clock'>) {
  const { db, clock } = context

  return {
    async list(request: Request): Promise<Response> {
      return request.json({ stories: await listStories(db, { limit: LISTED }) })
    },

    /** With `?since=2026-11-23T07:00:00Z`, also what a reader who had it by then does not know. */
    async show(request: Request, storyId: number): Promise<Response> {
      const since = sinceOf(request)
      const view = await getStoryView(db, storyId)
      if (since === null) return request.json(view)
      const news = await whatIsNew(db, { storyId, since, now: clock.now() })
      return request.json({ ...view, since, whatIsNew: news })
    },

    async merge(request: Request, { storyId, bearer }: Named): Promise<Response> {
      requireDuty(bearer.operator, 'compose')
      const { from } = await readJson(request, merging)
      await inTransaction(db, async (transaction) => {
        const within = { ...context, db: transaction }
        await mergeStories(within, { into: storyId, from, operatorId: bearer.operator.id })
        const subject = `story ${storyId}`
        await note(within, bearer, { verb: 'merge stories', subject, detail: { from } })
      })
      return request.json(await getStoryView(db, storyId))
    },

    async split(request: Request, { articleId, bearer }: OfArticle): Promise<Response> {
      requireDuty(bearer.operator, 'compose')
      const { into } = await readJson(request, splitting)
      const done = await inTransaction(db, async (transaction) => {
        const within = { ...context, db: transaction }
        const parted = await splitArticle(within, {
          articleId,
          into,
          operatorId: bearer.operator.id,
        })
        const detail = { articles: parted.articleIds, into: parted.storyId }
        await note(within, bearer, { verb: 'split story', subject: `story ${parted.from}`, detail })
        return parted
      })
      return request.json({ ...(await getStoryView(db, done.storyId)), from: done.from })
    },

    async lead(request: Request, { articleId, bearer }: OfArticle): Promise<Response> {
      requireDuty(bearer.operator, 'compose')
      const storyId = await inTransaction(db, async (transaction) => {
        const within = { ...context, db: transaction }
        const done = await fixLead(within, articleId)
        const detail = { article: articleId }
        await note(within, bearer, { verb: 'fix lead', subject: `story ${done.storyId}`, detail })
        return done.storyId
      })
      return request.json(await getStoryView(db, storyId))
    },
  }
}

type Named = { storyId: number; bearer: Bearer }
type OfArticle = { articleId: number; bearer: Bearer }

/** @throws Refusal that shows how it is written */
function sinceOf(request: Request): Date | null {
  const text = request.req.query('since')
  if (text === undefined) return null
  const read = z.iso.datetime({ offset: true }).safeParse(text)
  if (read.success) return new Date(read.data)
  throw new Refusal('write since as 2026-11-23T07:00:00Z', { field: 'since' })
}
