import type { Context as Request } from 'hono'
import { z } from 'zod'
import { createFetcher } from '#articles/fetching/fetch.ts'
import type { Context } from '#context.ts'
import { inTransaction } from '#db/transaction.ts'
import { findFindings } from '#deliveries/approval/desk-page-store.ts'
import { listOverridden } from '#deliveries/preflight/preflight-store.ts'
import { overrideCheck, runPreflight } from '#deliveries/preflight/run-preflight.ts'
import { getEdition } from '#editions/store.ts'
import type { Bearer } from '#operators/api-token.ts'
import { requireDuty } from '#operators/operator.ts'
import { note } from './articles.ts'
import { readJson } from './json-body.ts'

const letting = z.strictObject({
  check: z.string('name the check that is let pass'),
  reason: z.string('say why it may pass: a reason is missing').max(500, 'must be 500 characters'),
})

/** What is looked at before an edition leaves, and what a publisher lets pass. */
export function preflightRoutes(context: Context) {
  const { db } = context

  /** Of the content as it is now; `findings` is null where it was not looked at since it changed. */
  const standing = async (editionId: number) => {
    const { contentHash: hash } = await getEdition(db, editionId)
    const of = { editionId, contentHash: hash }
    const findings = await findFindings(db, of)
    const letPass = await listOverridden(db, of)
    const fit =
      findings?.every(({ outcome, check }) => outcome !== 'stops' || letPass.includes(check)) ??
      null
    return { edition: editionId, hash, fit, letPass, findings }
  }

  return {
    async show(request: Request, editionId: number): Promise<Response> {
      return request.json(await standing(editionId))
    },

    async check(request: Request, editionId: number): Promise<Response> {
      const fetch = createFetcher({ contact: context.config.publicUrl })
      await runPreflight(context, { editionId, fetch, random: Math.random })
      return request.json(await standing(editionId))
    },

    async letPass(
      request: Request,
      { editionId, bearer }: { editionId: number; bearer: Bearer },
    ): Promise<Response> {
      requireDuty(bearer.operator, 'send')
      const { check, reason } = await readJson(request, letting)
      await inTransaction(db, async (transaction) => {
        const within = { ...context, db: transaction }
        const operatorId = bearer.operator.id
        await overrideCheck(within, { editionId, check, reason, operatorId })
        const detail = { check, reason }
        await note(within, bearer, {
          verb: 'override check',
          subject: `edition ${editionId}`,
          detail,
        })
      })
      return request.json(await standing(editionId), 201)
    },
  }
}
