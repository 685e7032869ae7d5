import type { Context as Request } from 'hono'
import { z } from 'zod'
import { addSource } from '#articles/sources/add-source.ts'
import {
  changeSource,
  dropBatch,
  dropSource,
  pollSoon,
  releaseBatch,
  switchSource,
} from '#articles/sources/change-source.ts'
import { listFailedItems } from '#articles/sources/items/item-store.ts'
import { openPolling } from '#articles/sources/open-polling.ts'
import { alertTrusts, getSource, type Source } from '#articles/sources/source.ts'
import { listSources } from '#articles/sources/source-store.ts'
import type { Context } from '#context.ts'
import { Refusal } from '#errors.ts'
import type { Bearer } from '#operators/api-token.ts'
import { audit } from '#operators/audit.ts'
import { type Duty, requireDuty } from '#operators/operator.ts'
import { readJson } from './json-body.ts'

const MOST = 1000
const MOST_ERRORS = 50

const changing = z.strictObject({
  name: z.string('must be text').exactOptional(),
  rank: z.number('must be a number from 0 to 100').exactOptional(),
  bodyFrom: z.enum(['page', 'feed'], 'must be page or feed').exactOptional(),
  alerts: z.enum(alertTrusts, 'must be off, draft or release').exactOptional(),
})
const adding = changing.extend({ url: z.string('give the address of a feed or of its page') })
const patching = changing.extend({ paused: z.boolean('must be true or false').exactOptional() })
const deciding = z.strictObject({
  decision: z.enum(['release', 'drop'], 'must be release or drop'),
})

export function feedRoutes(context: Context) {
  const { db, clock } = context
  const asked = async (request: Request) => getSource(db, numberOf(request))
  const note = async ({ operator }: Bearer, verb: string, { name }: Source) =>
    audit(context, {
      operatorId: operator.id,
      actor: operator.name,
      verb: `${verb} feed`,
      subject: name,
      detail: {},
    })

  return {
    async list(request: Request): Promise<Response> {
      const feeds = await listSources(db, { now: clock.now(), limit: MOST })
      return request.json({ feeds })
    },

    async show(request: Request): Promise<Response> {
      const source = await asked(request)
      const errors = await listFailedItems(db, { sourceId: source.id, limit: MOST_ERRORS })
      return request.json({ ...source, errors })
    },

    async add(request: Request, bearer: Bearer): Promise<Response> {
      needs(bearer, 'change settings')
      const input = await readJson(request, adding)
      if (input.alerts === 'release') needs(bearer, 'release alert')
      const polling = openPolling(context)
      const { source, found, poll } = await addSource(polling, input)
      await note(bearer, 'add', source)
      return request.json({ ...source, found, poll }, 201)
    },

    async change(request: Request, bearer: Bearer): Promise<Response> {
      needs(bearer, 'change settings')
      const { id } = await asked(request)
      const { paused, ...change } = await readJson(request, patching)
      if (change.alerts === 'release') needs(bearer, 'release alert')
      const source = await changeSource(context, { id, change })
      if (paused !== undefined && paused === (source.state !== 'paused'))
        await switchSource(context, { id, on: !paused })
      await note(bearer, 'change', source)
      return request.json(await getSource(db, id))
    },

    async remove(request: Request, bearer: Bearer): Promise<Response> {
      needs(bearer, 'change settings')
      const source = await asked(request)
      await dropSource(context, { id: source.id })
      await note(bearer, 'remove', source)
      return request.json({ removed: source.id })
    },

    /** Leaves the poll at the door: a slow server is not waited for. */
    async pollLater(request: Request, bearer: Bearer): Promise<Response> {
      needs(bearer, 'compose')
      const source = await asked(request)
      await pollSoon(context, source)
      await note(bearer, 'poll', source)
      return request.json({ polled: 'soon' }, 202)
    },

    async decide(request: Request, bearer: Bearer): Promise<Response> {
      needs(bearer, 'compose')
      const { decision } = await readJson(request, deciding)
      const source = await asked(request)
      const decide = decision === 'release' ? releaseBatch : dropBatch
      const items = await decide(context, { source, operatorId: bearer.operator.id })
      await note(bearer, `${decision} batch of`, source)
      return request.json({ decision, items })
    },
  }
}

function needs({ operator }: Bearer, duty: Duty): void {
  requireDuty(operator, duty)
}

function numberOf(request: Request): number {
  const text = request.req.param('id') ?? ''
  if (!/^\d{1,15}$/.test(text)) throw new Refusal('the id must be a number', { field: 'id' })
  return Number(text)
}
