import type { Context as Request } from 'hono'
import { z } from 'zod'
import { findTopic } from '#articles/topics/topic-store.ts'
import { correctTopic } from '#articles/topics/topics.ts'
import type { Context } from '#context.ts'
import { inTransaction } from '#db/transaction.ts'
import { Refusal } from '#errors.ts'
import type { Bearer } from '#operators/api-token.ts'
import { audit } from '#operators/audit.ts'
import { requireDuty } from '#operators/operator.ts'
import { readJson } from './json-body.ts'

const correction = z.strictObject({
  topic: z.string('name the topic by its short name').max(80),
  belongs: z.boolean('must be true or false'),
})

/** POST /api/v1/articles/:id/topics: an editor's word on one topic of an article. */
export function postTopic(context: Pick<Context, 'db' | 'clock'>) {
  return async (
    request: Request,
    { articleId, bearer }: { articleId: number; bearer: Bearer },
  ): Promise<Response> => {
    const { operator, tokenId } = bearer
    requireDuty(operator, 'compose')
    const { topic: slug, belongs } = await readJson(request, correction)
    await inTransaction(context.db, async (db) => {
      const topic = await findTopic(db, slug)
      if (topic === undefined)
        throw new Refusal(`there is no topic "${slug}"`, { field: 'topic', status: 404 })
      const within = { ...context, db }
      await correctTopic(within, { articleId, topicId: topic.id, belongs, operatorId: operator.id })
      await audit(within, {
        operatorId: operator.id,
        actor: `${operator.name} (token ${tokenId})`,
        verb: 'correct topic',
        subject: `article ${articleId}`,
        detail: { topic: slug, belongs },
      })
    })
    return request.json({ article: articleId, topic: slug, belongs })
  }
}
