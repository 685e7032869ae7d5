import type { Context as Request } from 'hono'
import { z } from 'zod'
import type { Context } from '#context.ts'
import { describeStanding } from '#deliveries/approval/describe-standing.ts'
import { countResend, keepsMessageIds, readResend, resend } from '#deliveries/resend.ts'
import { listRefusals } from '#deliveries/resend-store.ts'
import { sendByHand } from '#deliveries/send-by-hand.ts'
import { pauseEdition, resumeEdition } from '#deliveries/send-edition.ts'
import { durationInWords } from '#duration.ts'
import { getEdition } from '#editions/store.ts'
import { Refusal } from '#errors.ts'
import type { Bearer } from '#operators/api-token.ts'
import { requireDuty } from '#operators/operator.ts'
import { note } from './articles.ts'
import { readJson } from './json-body.ts'

type OfEdition = { editionId: number; bearer: Bearer }

const line = (why: string) => z.string(why).trim().min(1, why).max(500, `${why}, in 500 characters`)
const nothing = z.strictObject({})
const sending = z.strictObject({
  rule: z.enum(['now', 'local hour'], 'must be "now" or "local hour"').default('now'),
  spread: z.string('must be a time such as "10m"').optional(),
  overLimit: line('say why it leaves anyway').optional(),
})
const resending = z.strictObject({
  what: z.string('say which mails go again'),
  for: z.string('must be a time such as "2h"').optional(),
  reply: z.string('must be words of the reply').optional(),
  yes: z.int('must be the number of mails that go again').min(0).optional(),
})

/** What sends an edition, halts it, and sends mails of it again. Each verb answers with what the edition is then. */
export function sendingRoutes(context: Context, dkimDir: string | null) {
  const { db } = context

  return {
    /** By hand, without a countdown: an alert that is to be taken back is released instead. */
    async send(request: Request, { editionId, bearer }: OfEdition): Promise<Response> {
      requireDuty(bearer.operator, 'send')
      const asked = await readJson(request, sending)
      const wish = { ...asked, editionId, dkimDir: dkimDir ?? undefined }
      const { edition, audience, estimate, warmUp } = await sendByHand(context, wish)
      const { rule, overLimit } = asked
      const spread = durationInWords(estimate.spreadMs)
      await note(context, bearer, {
        verb: 'send',
        subject: `edition ${editionId}`,
        detail: {
          rule,
          spread,
          audience,
          hash: edition.contentHash,
          ...(overLimit && { overLimit }),
        },
      })
      const { finishAt, limitedBy, spreadMs } = estimate
      const standing = await describeStanding(context, editionId)
      return request.json({ ...standing, audience, rule, spreadMs, finishAt, limitedBy, warmUp })
    },

    async pause(request: Request, { editionId, bearer }: OfEdition): Promise<Response> {
      requireDuty(bearer.operator, 'stop')
      await readJson(request, nothing)
      await pauseEdition(context, { editionId, by: bearer.operator.name })
      await note(context, bearer, { verb: 'pause', subject: `edition ${editionId}`, detail: {} })
      return request.json(await describeStanding(context, editionId))
    },

    async resume(request: Request, { editionId, bearer }: OfEdition): Promise<Response> {
      requireDuty(bearer.operator, 'send')
      await readJson(request, nothing)
      await resumeEdition(context, editionId)
      await note(context, bearer, { verb: 'resume', subject: `edition ${editionId}`, detail: {} })
      return request.json(await describeStanding(context, editionId))
    },

    /** How many mails would go again, and what that means. Of refused mails without words of a reply: the replies. */
    async count(request: Request, editionId: number): Promise<Response> {
      const { what, for: worth, reply } = request.req.query()
      const wish = readResend(context, { editionId, what, for: worth, reply })
      const answer = { edition: editionId, what: wish.what }
      if (wish.what === 'rejected' && reply === undefined) {
        await getEdition(db, editionId)
        return request.json({ ...answer, refusals: await listRefusals(db, editionId) })
      }
      const counted = await countResend(context, wish)
      const samePerMail = keepsMessageIds(context.config)
      return request.json({ ...answer, ...counted, keepsMessageIds: samePerMail })
    },

    /** Sends again only what a person said yes to by its number. */
    async resend(request: Request, { editionId, bearer }: OfEdition): Promise<Response> {
      requireDuty(bearer.operator, 'send')
      const { yes, ...asked } = await readJson(request, resending)
      const wish = readResend(context, { ...asked, editionId })
      const { count } = await countResend(context, wish)
      if (count === 0)
        throw new Refusal(
          `no mail of edition ${editionId} is in that state and in time: nothing to send`,
          { field: 'what', status: 409 },
        )
      if (yes !== count)
        throw new Refusal(`nothing was sent: say yes to the count with "yes": ${count}`, {
          field: 'yes',
          status: 409,
        })
      await resend(context, { ...wish, count })
      const subject = `edition ${editionId}`
      await note(context, bearer, { verb: 'resend', subject, detail: { ...asked, count } })
      return request.json({ ...(await describeStanding(context, editionId)), resent: count })
    },
  }
}
