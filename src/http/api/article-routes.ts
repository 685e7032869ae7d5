import type { Context as Request } from 'hono'
import { z } from 'zod'
import { differenceOf } from '#articles/revisions/difference.ts'
import { listRevisions } from '#articles/revisions/revision-store.ts'
import { retractArticle, whyWithheld } from '#articles/revisions/withhold.ts'
import { findIdentity, getArticle } from '#articles/store.ts'
import type { Context } from '#context.ts'
import { inTransaction } from '#db/transaction.ts'
import type { Bearer } from '#operators/api-token.ts'
import { requireDuty } from '#operators/operator.ts'
import { note } from './articles.ts'
import { readJson } from './json-body.ts'

const MOST_REVISIONS = 20

const retracting = z.strictObject({
  reason: z.string('say why it is withdrawn').trim().min(1, 'say why it is withdrawn').max(500),
})

/** One article as it stands, what became of it, and the end of it. */
export function articleRoutes(context: Pick<Context, 'db' | 'clock'>) {
  const { db, clock } = context

  return {
    async show(request: Request, articleId: number): Promise<Response> {
      const article = await getArticle(db, articleId)
      const identity = await findIdentity(db, articleId)
      const withheld = whyWithheld({ ...article, articleId }, clock.now())
      return request.json({ ...article, ...identity, withheld })
    },

    /** The newest, each with what is different from the one before it. */
    async revisions(request: Request, articleId: number): Promise<Response> {
      await getArticle(db, articleId)
      const rows = await listRevisions(db, { articleId, limit: MOST_REVISIONS })
      const revisions = rows.map(({ revision, headline, receivedAt, change, note: why }, index) => {
        const [before, after] = [rows[index - 1], rows[index]]
        const difference = before && after ? differenceOf(before, after) : null
        return { revision, headline, receivedAt, change, note: why, difference }
      })
      return request.json({ article: articleId, revisions })
    },

    async retract(
      request: Request,
      { articleId, bearer }: { articleId: number; bearer: Bearer },
    ): Promise<Response> {
      requireDuty(bearer.operator, 'stop')
      const { reason } = await readJson(request, retracting)
      await inTransaction(db, async (transaction) => {
        const within = { ...context, db: transaction }
        const done = await retractArticle(within, { articleId, reason })
        if (!done) return
        await note(within, bearer, {
          verb: 'retract article',
          subject: `article ${articleId}`,
          detail: { reason },
        })
      })
      const { retractedAt, retraction } = await getArticle(db, articleId)
      return request.json({ article: articleId, retractedAt, reason: retraction })
    },
  }
}
