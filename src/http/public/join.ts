import { Hono, type Context as Request } from 'hono'
import { z } from 'zod'
import type { Context } from '#context.ts'
import { confirmJoining, requestToJoin } from '#deliveries/service-mail.ts'
import { listNewsletters, type Newsletter, scheduleInWords } from '#editions/newsletter.ts'
import { readSettings } from '#editions/publication.ts'
import { Refusal } from '#errors.ts'
import { refuseFurtherMail } from '#subscribers/not-me.ts'
import { readConfirmation } from '#subscribers/sign-up.ts'
import { openToken, sealToken } from '#subscribers/tokens.ts'
import {
  checkMailPage,
  confirmedPage,
  confirmPage,
  linkInvalidPage,
  notMeDonePage,
  notMePage,
  signUpPage,
} from '../html/sign-up-pages.ts'
import { pageFrame, pathOf } from './frame.ts'

const form = z.object({
  email: z.string().max(400).default(''),
  newsletter: z
    .array(z.string().regex(/^[a-z0-9-]{1,80}$/))
    .max(50)
    .default([]),
  timeZone: z.string().max(80).default(''),
  /** A field that people do not see: who fills it in is a program. */
  website: z.string().default(''),
})

/** Sign-up with double opt-in: the form asks, a mail is sent, its page asks again, and a press of the button counts. */
export function joinRoutes(context: Context): Hono {
  const routes = new Hono()
  const { config } = context

  routes.get('/', async (request) =>
    request.html(await signUp(context, { email: '', errors: {}, chosen: null })),
  )

  routes.post('/sign-up', async (request) => {
    const asked = await readForm(request)
    const answer = async () =>
      checkMailPage(await pageFrame(context), { retryUrl: pathOf(config, '') })
    if (asked.website !== '') return request.html(await answer())
    const set = await readSettings(context)
    try {
      await requestToJoin(context, {
        email: asked.email,
        newsletters: asked.newsletter,
        timeZone: asked.timeZone === '' ? set.timeZone : asked.timeZone,
        language: set.language,
        form: 'sign-up page',
      })
    } catch (error) {
      const errors = errorsOf(error)
      return request.html(
        await signUp(context, { email: asked.email, errors, chosen: asked.newsletter }),
        422,
      )
    }
    return request.html(await answer())
  })

  routes.get('/c/:token', async (request) => {
    const token = request.req.param('token')
    const confirmation = await readConfirmation(context, token)
    if (confirmation.kind !== 'open') return invalid(context, request, confirmation.kind)
    const newsletters = (await chosenOf(context, confirmation)).map((newsletter) => newsletter.name)
    return request.html(
      confirmPage(await pageFrame(context), { action: pathOf(config, `c/${token}`), newsletters }),
    )
  })

  routes.post('/c/:token', async (request) => {
    const confirmation = await confirmJoining(context, request.req.param('token'))
    if (confirmation.kind !== 'confirmed') return invalid(context, request, confirmation.kind)
    const { publicId } = confirmation.subscriber
    const preferences = sealToken(context.secrets, 'preferences', {
      publicId,
      reference: 0,
      addressVersion: 0,
    })
    const newsletters = (await chosenOf(context, confirmation)).map((newsletter) => ({
      name: newsletter.name,
      schedule: scheduleInWords(newsletter),
    }))
    return request.html(
      confirmedPage(await pageFrame(context), {
        newsletters,
        preferencesUrl: pathOf(config, `p/${preferences}`),
      }),
    )
  })

  routes.get('/n/:token', async (request) => {
    const token = request.req.param('token')
    if (openToken(context.secrets, 'notMe', token) === undefined)
      return invalid(context, request, 'unknown')
    return request.html(
      notMePage(await pageFrame(context), { action: pathOf(config, `n/${token}`) }),
    )
  })

  routes.post('/n/:token', async (request) => {
    const done = await refuseFurtherMail(context, request.req.param('token'))
    return done
      ? request.html(notMeDonePage(await pageFrame(context)))
      : invalid(context, request, 'unknown')
  })
  return routes
}

async function signUp(
  context: Context,
  {
    email,
    errors,
    chosen,
  }: { email: string; errors: { email?: string; newsletters?: string }; chosen: string[] | null },
) {
  const newsletters = (await listNewsletters(context.db)).map((newsletter) => ({
    slug: newsletter.slug,
    name: newsletter.name,
    description: newsletter.description,
    schedule: scheduleInWords(newsletter),
    chosen: chosen === null || chosen.includes(newsletter.slug),
  }))
  return signUpPage(await pageFrame(context), {
    action: pathOf(context.config, 'sign-up'),
    newsletters,
    email,
    errors,
  })
}

async function readForm(request: Request): Promise<z.infer<typeof form>> {
  const body = await request.req.parseBody({ all: true }).catch(() => ({}))
  const newsletter = (body as Record<string, unknown>)['newsletter']
  const parsed = form.safeParse({
    ...body,
    newsletter: newsletter === undefined ? [] : [newsletter].flat(),
  })
  if (!parsed.success)
    throw new Refusal('the form is damaged: load the page again and fill it in once more')
  return parsed.data
}

/** What the person at the form can mend stands beside its field; everything else rises. */
function errorsOf(error: unknown): { email?: string; newsletters?: string } {
  if (!(error instanceof Refusal)) throw error
  const message = `${error.message.slice(0, 1).toUpperCase()}${error.message.slice(1)}.`
  if (error.field === 'email') return { email: message }
  if (error.field === 'newsletters') return { newsletters: message }
  throw error
}

async function chosenOf(
  context: Context,
  { newsletterIds }: { newsletterIds: number[] },
): Promise<Newsletter[]> {
  return (await listNewsletters(context.db)).filter((newsletter) =>
    newsletterIds.includes(newsletter.id),
  )
}

async function invalid(
  context: Context,
  request: Request,
  reason: 'expired' | 'unknown' | 'open' | 'confirmed',
) {
  request.status(reason === 'expired' ? 410 : 404)
  return request.html(
    linkInvalidPage(await pageFrame(context), {
      reason: reason === 'expired' ? 'expired' : 'unknown',
      signUpUrl: pathOf(context.config, ''),
    }),
  )
}
