import type { Context as Request } from 'hono'
import { z } from 'zod'
import type { Context } from '#context.ts'
import { draftAlert } from '#editions/alerts/draft-alert.ts'
import { composeDigest } from '#editions/compose-digest.ts'
import { historySinceOf } from '#editions/selection/history-since.ts'
import { getEdition } from '#editions/store.ts'
import type { Bearer } from '#operators/api-token.ts'
import { requireDuty } from '#operators/operator.ts'
import { note } from './articles.ts'
import { readJson } from './json-body.ts'

const composing = z.strictObject({
  again: z.boolean('must be true or false').default(false),
  since: z.string('must be a time such as "24h"').optional(),
})
const alerting = z.strictObject({
  level: z.enum(['normal', 'major'], 'must be normal or major').default('normal'),
})

/** Editions that a person asks for. Nothing leaves: they are approved and sent as any other. */
export function draftingRoutes(context: Pick<Context, 'db' | 'clock' | 'config'>) {
  const drafted = async (editionId: number) => {
    const { state, subject, preheader, contentHash } = await getEdition(context.db, editionId)
    return { edition: editionId, state, subject, previewText: preheader, hash: contentHash }
  }

  return {
    /** Once more on the same day renews the draft; when that is approved or out, only `again` makes another. */
    async digest(
      request: Request,
      { slug, bearer }: { slug: string; bearer: Bearer },
    ): Promise<Response> {
      requireDuty(bearer.operator, 'compose')
      const { again, since } = await readJson(request, composing)
      const { editionId, stories, notes } = await composeDigest(context, {
        newsletterSlug: slug,
        operatorId: bearer.operator.id,
        again,
        historySince: historySinceOf(context, since),
      })
      const subject = `edition ${editionId}`
      await note(context, bearer, { verb: 'compose', subject, detail: { stories } })
      return request.json({ ...(await drafted(editionId)), stories, notes }, 201)
    },

    /** Of an article that is here; asked again, it finds the alert of before. */
    async alert(
      request: Request,
      { articleId, bearer }: { articleId: number; bearer: Bearer },
    ): Promise<Response> {
      requireDuty(bearer.operator, 'draft alert')
      const { level } = await readJson(request, alerting)
      const operatorId = bearer.operator.id
      const { editionId, made } = await draftAlert(context, { articleId, operatorId, level })
      if (made)
        await note(context, bearer, {
          verb: 'draft alert',
          subject: `edition ${editionId}`,
          detail: { article: articleId },
        })
      return request.json({ ...(await drafted(editionId)), made }, made ? 201 : 200)
    },
  }
}
