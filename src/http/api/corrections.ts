import type { Context as Request } from 'hono'
import { z } from 'zod'
import type { Context } from '#context.ts'
import { acceptCorrection } from '#deliveries/corrections/accept-correction.ts'
import { dismissCorrection } from '#deliveries/corrections/dismiss-correction.ts'
import { listCarriers, listCorrections } from '#editions/corrections/correction-store.ts'
import { decideCorrection } from '#editions/corrections/decide-correction.ts'
import { listProposals } from '#editions/corrections/list-proposals.ts'
import { openCorrection } from '#editions/corrections/open-correction.ts'
import { parseDecision } from '#editions/corrections/parse-decision.ts'
import { Refusal } from '#errors.ts'
import type { Bearer } from '#operators/api-token.ts'
import { requireDuty } from '#operators/operator.ts'
import { note } from './articles.ts'
import { readJson } from './json-body.ts'

const LISTED = 100

const opening = z.strictObject({
  article: z.int('article must be the number of the article').positive(),
})
const accepting = z.strictObject({
  hashes: z.array(z.string().min(12), 'hashes must be those of the differences that you saw'),
})
const dismissing = z.strictObject({ reason: z.string('say why nothing is to be corrected') })

type Named = { correctionId: number; bearer: Bearer }

/** What turned out wrong after it was sent, and what is done about it. */
export function correctionRoutes(context: Context) {
  const { db } = context

  return {
    async list(request: Request): Promise<Response> {
      return request.json({ corrections: await listCorrections(db, LISTED) })
    },

    async show(request: Request, correctionId: number): Promise<Response> {
      const found = (await listCorrections(db, 500)).find(({ id }) => id === correctionId)
      if (found === undefined)
        throw new Refusal(`there is no correction ${correctionId}`, { status: 404 })
      const editions = await listCarriers(db, correctionId)
      const proposals = await listProposals(db, correctionId)
      return request.json({ ...found, editions, proposals })
    },

    /** Stops what has not left yet of every edition that carried the article. */
    async open(request: Request, bearer: Bearer): Promise<Response> {
      requireDuty(bearer.operator, 'stop')
      const { article } = await readJson(request, opening)
      const opened = await openCorrection(context, {
        articleId: article,
        foundBy: 'api',
        operatorId: bearer.operator.id,
      })
      if (opened === undefined)
        throw new Refusal(`article ${article} is being corrected already`, { status: 409 })
      const subject = `correction ${opened.correctionId}`
      await note(context, bearer, { verb: 'open correction', subject, detail: { article } })
      return request.json({ correction: opened.correctionId, editions: opened.carriers }, 201)
    },

    /** Proposes the next version of each edition; nothing leaves before it is accepted. */
    async decide(request: Request, { correctionId, bearer }: Named): Promise<Response> {
      requireDuty(bearer.operator, 'approve')
      const decision = parseDecision(await readJson(request, z.unknown()))
      const { operator } = bearer
      const proposals = await decideCorrection(context, { ...decision, correctionId, operator })
      const { label, way } = decision
      const subject = `correction ${correctionId}`
      await note(context, bearer, { verb: 'decide correction', subject, detail: { label, way } })
      return request.json({ correction: correctionId, proposals })
    },

    async accept(request: Request, { correctionId, bearer }: Named): Promise<Response> {
      requireDuty(bearer.operator, 'approve')
      const { hashes } = await readJson(request, accepting)
      const operatorId = bearer.operator.id
      const editions = await acceptCorrection(context, { correctionId, hashes, operatorId })
      const subject = `correction ${correctionId}`
      const detail = { editions: editions.map(({ editionId }) => editionId) }
      await note(context, bearer, { verb: 'accept correction', subject, detail })
      return request.json({ correction: correctionId, editions })
    },

    async dismiss(request: Request, { correctionId, bearer }: Named): Promise<Response> {
      requireDuty(bearer.operator, 'approve')
      const { reason } = await readJson(request, dismissing)
      const operatorId = bearer.operator.id
      const done = await dismissCorrection(context, { correctionId, operatorId, note: reason })
      const subject = `correction ${correctionId}`
      await note(context, bearer, { verb: 'dismiss correction', subject, detail: { reason } })
      return request.json({ correction: correctionId, ...done })
    },
  }
}
