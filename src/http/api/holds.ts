import type { Context as Request } from 'hono'
import { z } from 'zod'
import type { Context } from '#context.ts'
import { describeHold, holdEverything, releaseHold } from '#deliveries/restore-mark.ts'
import { Refusal } from '#errors.ts'
import type { Bearer } from '#operators/api-token.ts'
import { requireDuty } from '#operators/operator.ts'
import { note } from './articles.ts'
import { readJson } from './json-body.ts'

const WHY = 'say why, for those who find it'
const holding = z.strictObject({
  reason: z.string(WHY).trim().min(1, WHY).max(500, `${WHY}, in 500 characters`),
})
const releasing = z.strictObject({
  withoutLeavings: z.boolean('must be true or false').default(false),
})

/** The switch that stops all mail. */
export function holdRoutes(context: Context, dataDir: string) {
  const { db } = context
  const shown = async () => {
    const held = await describeHold(db)
    return { held: held !== undefined, ...held }
  }

  return {
    async show(request: Request): Promise<Response> {
      return request.json(await shown())
    },

    async hold(request: Request, bearer: Bearer): Promise<Response> {
      requireDuty(bearer.operator, 'stop')
      const { reason } = await readJson(request, holding)
      const before = await holdEverything(context, {
        reason: `${reason} (${bearer.operator.name})`,
      })
      if (before !== null)
        throw new Refusal(`everything is held already: ${before}`, { status: 409 })
      await note(context, bearer, { verb: 'hold', subject: 'everything', detail: { reason } })
      return request.json(await shown(), 201)
    },

    /** On the machine whose data directory knows who left since the backup. */
    async release(request: Request, bearer: Bearer): Promise<Response> {
      requireDuty(bearer.operator, 'send')
      const { withoutLeavings } = await readJson(request, releasing)
      const held = await describeHold(db)
      const operator = bearer.operator.name
      const replayed = await releaseHold(context, { dataDir, operator, withoutLeavings })
      await note(context, bearer, {
        verb: 'release hold',
        subject: 'everything',
        detail: {
          reason: held?.reason,
          doubts: held?.lost === true ? held.doubts.map((doubt) => doubt.edition) : [],
          ...(withoutLeavings ? { withoutLeavings } : {}),
        },
      })
      return request.json({ ...(await shown()), replayed: replayed ?? null })
    },
  }
}
