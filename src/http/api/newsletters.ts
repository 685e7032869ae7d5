import type { Context as Request } from 'hono'
import { z } from 'zod'
import type { Context } from '#context.ts'
import { listComing } from '#editions/clock/coming.ts'
import { listNewsletters, switchClicks, switchWelcome } from '#editions/newsletter.ts'
import { addNewsletter, changeNewsletter } from '#editions/newsletters/change-newsletter.ts'
import { describeNewsletter } from '#editions/newsletters/describe-newsletter.ts'
import { pauseNewsletter, resumeNewsletter } from '#editions/newsletters/pause-newsletter.ts'
import { Refusal } from '#errors.ts'
import type { Bearer } from '#operators/api-token.ts'
import { requireDuty } from '#operators/operator.ts'
import { embedOf } from '../html/embed-of.ts'
import { note } from './articles.ts'
import { readJson } from './json-body.ts'

const adding = z.strictObject({
  slug: z.string('slug must be text'),
  name: z.string('name must be text'),
  description: z.string().default(''),
  kind: z.string().default('digest'),
})
const changing = z.strictObject({
  revision: z.int('revision must be the number that you saw').optional(),
  settings: z.record(z.string(), z.unknown()),
})
const pausing = z.strictObject({
  from: z.string().optional(),
  until: z.string().optional(),
  reason: z.string().optional(),
})
const switching = z.strictObject({ on: z.boolean('must be true or false') })

type Named = { slug: string; bearer: Bearer }

/** Newsletters with all of their settings and switches, their pauses, and when they come. */
export function newsletterRoutes(context: Pick<Context, 'db' | 'clock' | 'config'>) {
  const { db } = context
  const shown = async (slug: string) => describeNewsletter(context, slug)

  return {
    async list(request: Request): Promise<Response> {
      return request.json({ newsletters: await listNewsletters(db) })
    },

    /** The sign-up form to paste into a page: `?newsletter=daily&newsletter=weekly&topics=true&language=de`. */
    async embed(request: Request): Promise<Response> {
      const { topics = 'false', language } = request.req.query()
      if (topics !== 'true' && topics !== 'false')
        throw new Refusal('topics must be true or false', { field: 'topics' })
      const slugs = request.req.queries('newsletter') ?? []
      return request.json(await embedOf(context, { slugs, topics: topics === 'true', language }))
    },

    async show(request: Request, slug: string): Promise<Response> {
      return request.json(await shown(slug))
    },

    async due(request: Request, slug: string): Promise<Response> {
      return request.json({ due: await listComing(context, { slug, past: 50, comingDays: 14 }) })
    },

    async add(request: Request, bearer: Bearer): Promise<Response> {
      requireDuty(bearer.operator, 'change settings')
      const asked = await readJson(request, adding)
      await addNewsletter(context, asked)
      const detail = { kind: asked.kind }
      await note(context, bearer, { verb: 'add newsletter', subject: asked.slug, detail })
      return request.json(await shown(asked.slug), 201)
    },

    async change(request: Request, { slug, bearer }: Named): Promise<Response> {
      requireDuty(bearer.operator, 'change settings')
      const { settings, revision } = await readJson(request, changing)
      await changeNewsletter(context, { slug, changes: settings, revision })
      const detail = { changes: Object.keys(settings) }
      await note(context, bearer, { verb: 'change newsletter', subject: slug, detail })
      return request.json(await shown(slug))
    },

    async pause(request: Request, { slug, bearer }: Named): Promise<Response> {
      requireDuty(bearer.operator, 'stop')
      const { from, until = from, reason } = await readJson(request, pausing)
      const operatorId = bearer.operator.id
      const paused = await pauseNewsletter(context, { slug, from, until, reason, operatorId })
      await note(context, bearer, { verb: 'pause newsletter', subject: slug, detail: paused })
      return request.json(await shown(slug), 201)
    },

    async resume(request: Request, { slug, bearer }: Named): Promise<Response> {
      requireDuty(bearer.operator, 'send')
      const lifted = await resumeNewsletter(context, slug)
      await note(context, bearer, { verb: 'resume newsletter', subject: slug, detail: { lifted } })
      return request.json(await shown(slug))
    },

    /** Counted from the next draft on. */
    async clicks(request: Request, { slug, bearer }: Named): Promise<Response> {
      requireDuty(bearer.operator, 'change settings')
      const { on } = await readJson(request, switching)
      await switchClicks(context, { slug, on })
      await note(context, bearer, { verb: 'count clicks', subject: slug, detail: { on } })
      return request.json(await shown(slug))
    },

    /** Whether who confirms gets the latest edition at once. */
    async welcome(request: Request, { slug, bearer }: Named): Promise<Response> {
      requireDuty(bearer.operator, 'change settings')
      const { on } = await readJson(request, switching)
      await switchWelcome(context, { slug, on })
      await note(context, bearer, {
        verb: 'welcome with the latest',
        subject: slug,
        detail: { on },
      })
      return request.json(await shown(slug))
    },
  }
}
