import { readFile } from 'node:fs/promises'
import { Hono, type Context as Request } from 'hono'
import type { Context } from '#context.ts'
import { makeChallenge } from '#subscribers/gate/proof.ts'
import { answerInline, offerFor } from './inline.ts'
import { answerForm, frameFor, freshForm } from './sign-up-answers.ts'
import { chosenBy, readSignUpForm } from './sign-up-form.ts'
import { takeForm } from './take-form.ts'

/** Any site may ask: no cookie is read or set. */
const ANY_SITE = { 'Access-Control-Allow-Origin': '*' }

const EMBED_SCRIPT = new URL('../../../../templates/pages/embed.js', import.meta.url)

/** The sign-up page, and what the snippet on other sites needs. A form becomes one row, whatever its address. */
export function signUpRoutes(context: Context): Hono {
  const routes = new Hono()

  routes.get('/', async (request) =>
    request.html(await freshForm(context, request, chosenBy(request))),
  )

  const take = async (request: Request, form: string) => {
    const asked = await readSignUpForm(request)
    const frame = await frameFor(context, request, asked.language)
    const taken = await takeForm(context, request, { asked, form, language: frame.language })
    return { frame, asked, taken }
  }
  routes.post('/sign-up', async (request) =>
    answerForm(context, request, await take(request, 'sign-up page')),
  )

  routes.post('/sign-up/inline', async (request) => {
    const answer = await answerInline(context, await take(request, 'snippet'))
    return request.json(answer, 200, ANY_SITE)
  })

  routes.get('/sign-up/offer', async (request) =>
    request.json(await offerFor(context, request, chosenBy(request)), 200, ANY_SITE),
  )

  routes.get('/sign-up/challenge', async (request) => request.json(await makeChallenge(context)))

  routes.get('/embed.js', async (request) =>
    request.body(await readFile(EMBED_SCRIPT), 200, {
      ...ANY_SITE,
      'Content-Type': 'text/javascript; charset=utf-8',
      'Cache-Control': 'public, max-age=3600',
    }),
  )
  return routes
}
