import type { Context as Request } from 'hono'
import { z } from 'zod'
import type { Context } from '#context.ts'
import type { Bearer } from '#operators/api-token.ts'
import { audit } from '#operators/audit.ts'
import { requireDuty } from '#operators/operator.ts'
import {
  countSegment,
  getSegment,
  listSegments,
  saveSegment,
} from '#subscribers/segments/segment.ts'
import { readJson } from './json-body.ts'

/** `filter` as JSON or as the text that people type: the segment's own parser judges it. */
const saving = z.strictObject({
  name: z.string('name the segment'),
  filter: z.union([z.string(), z.looseObject({})], 'must be a filter as text or JSON'),
})

export function segmentRoutes(context: Context) {
  return {
    async list(request: Request): Promise<Response> {
      return request.json({ segments: await listSegments(context) })
    },

    async save(request: Request, { operator }: Bearer): Promise<Response> {
      requireDuty(operator, 'compose')
      const { added, ...segment } = await saveSegment(context, {
        ...(await readJson(request, saving)),
        operatorId: operator.id,
      })
      await audit(context, {
        operatorId: operator.id,
        actor: operator.name,
        verb: added ? 'add segment' : 'change segment',
        subject: segment.name,
      })
      return request.json(segment, added ? 201 : 200)
    },

    async count(request: Request): Promise<Response> {
      const { name, filter, text } = await getSegment(context, request.req.param('name') ?? '')
      return request.json({ name, text, ...(await countSegment(context, { filter })) })
    },
  }
}
