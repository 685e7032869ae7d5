import type { Context as Request } from 'hono'
import { z } from 'zod'
import type { Context } from '#context.ts'
import {
  examineTemplate,
  readTemplate,
  removeTemplate,
  setTemplate,
} from '#editions/newsletters/newsletter-template.ts'
import { Refusal } from '#errors.ts'
import type { Bearer } from '#operators/api-token.ts'
import { requireDuty } from '#operators/operator.ts'
import { note } from './articles.ts'
import { readJson } from './json-body.ts'

const revision = z.int('revision must be the number that you saw').optional()
const setting = z.strictObject({
  revision,
  forms: z.record(z.string(), z.unknown()),
  check: z.boolean('check must be true or false').default(false),
})

type Named = { slug: string; bearer: Bearer }

/** The forms that a newsletter's mails are made with: its own, or the house's. */
export function newsletterTemplateRoutes(context: Pick<Context, 'db' | 'clock'>) {
  return {
    async show(request: Request, slug: string): Promise<Response> {
      return request.json(await readTemplate(context, slug))
    },

    async set(request: Request, { slug, bearer }: Named): Promise<Response> {
      requireDuty(bearer.operator, 'change settings')
      const { forms, revision: seen, check } = await readJson(request, setting)
      if (check) return request.json({ fine: await examineTemplate(context, { slug, forms }) })
      const own = await setTemplate(context, { slug, forms, revision: seen })
      await note(context, bearer, { verb: 'set template', subject: slug, detail: { forms: own } })
      return request.json(await readTemplate(context, slug))
    },

    async remove(request: Request, { slug, bearer }: Named): Promise<Response> {
      requireDuty(bearer.operator, 'change settings')
      const forms = await removeTemplate(context, { slug, revision: seenIn(request) })
      await note(context, bearer, { verb: 'remove template', subject: slug, detail: { forms } })
      return request.json(await readTemplate(context, slug))
    },
  }
}

/** A DELETE has no body: `?revision=4`. @throws Refusal */
function seenIn(request: Request): number | undefined {
  const text = request.req.query('revision')
  if (text === undefined) return undefined
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new Refusal('revision must be the number that you saw', { field: 'revision' })
}
