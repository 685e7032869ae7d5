import type { Context as Request } from 'hono'
import { z } from 'zod'
import type { Context } from '#context.ts'
import { findKept, keptInOneLine } from '#deliveries/preflight/kept-findings.ts'
import { overrideCheck } from '#deliveries/preflight/override-check.ts'
import { type Asked, runPreflight } from '#deliveries/preflight/run-preflight.ts'
import { getEdition } from '#editions/store.ts'
import type { Bearer } from '#operators/api-token.ts'
import { requireDuty } from '#operators/operator.ts'
import { note } from './articles.ts'
import { readJson } from './json-body.ts'

type OfEdition = { editionId: number; bearer: Bearer }

const line = (why: string) => z.string(why).trim().min(1, why).max(500, `${why}, in 500 characters`)
const passing = z.strictObject({
  check: line('name the check that is to pass'),
  reason: line('say why it may pass'),
})

/** What the checks before sending found of an edition, and what a publisher lets pass. */
export function checkRoutes(context: Context, asked: Asked) {
  const { db } = context

  const keptOf = async (editionId: number) => {
    const edition = await getEdition(db, editionId)
    const kept = await findKept(context, edition)
    return {
      id: editionId,
      hash: edition.contentHash,
      summary: keptInOneLine(kept),
      present: kept?.present ?? false,
      fit: kept?.present === true ? kept.fit : null,
      checkedAt: kept?.checkedAt ?? null,
      findings: kept?.findings ?? [],
    }
  }

  return {
    async show(request: Request, editionId: number): Promise<Response> {
      return request.json(await keptOf(editionId))
    },

    async run(request: Request, { editionId, bearer }: OfEdition): Promise<Response> {
      requireDuty(bearer.operator, 'compose')
      await runPreflight(context, { editionId, asked })
      return request.json(await keptOf(editionId))
    },

    /** Of exactly the content that is there: an edit makes it void. */
    async override(request: Request, { editionId, bearer }: OfEdition): Promise<Response> {
      requireDuty(bearer.operator, 'send')
      const detail = await readJson(request, passing)
      const operatorId = bearer.operator.id
      const { contentHash } = await overrideCheck(context, { editionId, operatorId, ...detail })
      await note(context, bearer, {
        verb: 'override check',
        subject: `edition ${editionId}`,
        detail: { ...detail, hash: contentHash },
      })
      return request.json(await keptOf(editionId))
    },
  }
}
