import type { Context as Request } from 'hono'
import { z } from 'zod'
import type { Context } from '#context.ts'
import { inTransaction } from '#db/transaction.ts'
import { readAccounts } from '#deliveries/accounts.ts'
import { cancelCountdown, startCountdown } from '#deliveries/alerts/countdown.ts'
import { callByHand } from '#deliveries/approval/call-by-hand.ts'
import { describeStanding } from '#deliveries/approval/describe-standing.ts'
import { stopEdition } from '#deliveries/send-edition.ts'
import { type Saying, sayYes, sendBack } from '#editions/approval/approve.ts'
import { Refusal } from '#errors.ts'
import type { Bearer } from '#operators/api-token.ts'
import { requireDuty } from '#operators/operator.ts'
import { note } from './articles.ts'
import { readJson } from './json-body.ts'

type OfEdition = { editionId: number; bearer: Bearer }

const hash = z
  .string('name the content that you looked at by its hash')
  .regex(/^[0-9a-f]{64}$/, 'must be the 64 digits of the content that you looked at')
const line = (why: string) => z.string(why).trim().min(1, why).max(500, `${why}, in 500 characters`)

const approving = z.strictObject({ hash })
const sendingBack = z.strictObject({ hash, note: line('say what should be different') })
const overriding = z.strictObject({ hash, reason: line('an override needs its reason') })
const stopping = z.strictObject({
  reason: line('say why it is not to be sent'),
  yes: z
    .union([z.int().min(0), z.literal('all')], 'must be a number of mails, or "all"')
    .optional(),
})
const releasing = z.strictObject({ overLimit: line('say why it leaves anyway').optional() })
const cancelling = z.strictObject({})
const calling = z.strictObject({ name: z.string('name a team member').optional() })

/** What people say of an edition before it leaves. Each verb answers with what the edition is then. */
export function approvalRoutes(context: Context) {
  const { db } = context

  /** What was said, its line in the audit log, and the answer. */
  const said = async (
    request: Request,
    { editionId, bearer }: OfEdition,
    {
      verb,
      detail,
      work,
    }: { verb: string; detail: object; work: (db: Context['db']) => Promise<void> },
  ): Promise<Response> => {
    await inTransaction(db, async (transaction) => {
      await work(transaction)
      const subject = `edition ${editionId}`
      await note({ ...context, db: transaction }, bearer, { verb, subject, detail: { ...detail } })
    })
    return request.json(await describeStanding(context, editionId))
  }

  return {
    async show(request: Request, editionId: number): Promise<Response> {
      return request.json(await describeStanding(context, editionId))
    },

    async approve(request: Request, of: OfEdition): Promise<Response> {
      requireDuty(of.bearer.operator, 'approve')
      const asked = await readJson(request, approving)
      return said(request, of, {
        verb: 'approve',
        detail: asked,
        work: async (transaction) =>
          void (await sayYes({ ...context, db: transaction }, sayingOf(of, asked.hash))),
      })
    },

    async 'send-back'(request: Request, of: OfEdition): Promise<Response> {
      requireDuty(of.bearer.operator, 'approve')
      const asked = await readJson(request, sendingBack)
      const saying = { ...sayingOf(of, asked.hash), note: asked.note }
      return said(request, of, {
        verb: 'send back',
        detail: asked,
        work: async (transaction) => sendBack({ ...context, db: transaction }, saying),
      })
    },

    async override(request: Request, of: OfEdition): Promise<Response> {
      requireDuty(of.bearer.operator, 'send')
      const asked = await readJson(request, overriding)
      const saying = { ...sayingOf(of, asked.hash), note: asked.reason, override: true }
      return said(request, of, {
        verb: 'override approval',
        detail: asked,
        work: async (transaction) => void (await sayYes({ ...context, db: transaction }, saying)),
      })
    },

    /** For good: what has left cannot be called back, and a yes to the number that does not leave is asked for. */
    async stop(request: Request, of: OfEdition): Promise<Response> {
      requireDuty(of.bearer.operator, 'stop')
      const { reason, yes = 0 } = await readJson(request, stopping)
      const { editionId, bearer } = of
      const { waiting, tryingAgain, claimed } = await readAccounts(db, editionId)
      const open = waiting + tryingAgain + claimed
      if (yes !== 'all' && open > yes)
        throw new Refusal(
          `nothing was stopped: ${open} mails would be left out for good, say so with "yes": ${open} or "all"`,
          { field: 'yes', status: 409 },
        )
      const by = { operator: bearer.operator, via: 'api' } as const
      const left = await stopEdition(context, { editionId, reason, by })
      const subject = `edition ${editionId}`
      await note(context, bearer, { verb: 'stop', subject, detail: { reason, left } })
      return request.json({ ...(await describeStanding(context, editionId)), leftOut: left })
    },

    async release(request: Request, of: OfEdition): Promise<Response> {
      requireDuty(of.bearer.operator, 'release alert')
      const { overLimit = null } = await readJson(request, releasing)
      const { editionId } = of
      return said(request, of, {
        verb: 'release alert',
        detail: { overLimit },
        work: async (transaction) =>
          void (await startCountdown({ ...context, db: transaction }, { editionId, overLimit })),
      })
    },

    async cancel(request: Request, of: OfEdition): Promise<Response> {
      requireDuty(of.bearer.operator, 'approve')
      await readJson(request, cancelling)
      const by = { operator: of.bearer.operator, via: 'api' } as const
      return said(request, of, {
        verb: 'cancel countdown',
        detail: {},
        work: async (transaction) =>
          cancelCountdown({ ...context, db: transaction }, { editionId: of.editionId, ...by }),
      })
    },

    async call(request: Request, of: OfEdition): Promise<Response> {
      requireDuty(of.bearer.operator, 'compose')
      const { name } = await readJson(request, calling)
      const { editionId, bearer } = of
      const people = await callByHand(context, { editionId, name, by: bearer.operator.name })
      const subject = `edition ${editionId}`
      await note(context, bearer, { verb: 'call the desk', subject, detail: { people } })
      return request.json({ called: people })
    },
  }
}

function sayingOf({ editionId, bearer }: OfEdition, contentHash: string): Saying {
  return { editionId, contentHash, operator: bearer.operator, via: 'api' }
}
