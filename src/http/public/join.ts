import { Hono, type Context as Request } from 'hono'
import type { Context } from '#context.ts'
import { confirmJoining } from '#deliveries/service-mail.ts'
import { zoneLine } from '#editions/dates.ts'
import { listNewsletters } from '#editions/newsletter.ts'
import { readSettings } from '#editions/publication.ts'
import { scheduleInWords } from '#editions/schedule-words.ts'
import { isLatestComing, listTopicsById } from '#subscribers/joining/join-store.ts'
import { requestToJoinLater } from '#subscribers/joining/request-later.ts'
import { type Confirmation, readConfirmation } from '#subscribers/sign-up.ts'
import { refuseFurtherMail } from '#subscribers/suppression/not-me.ts'
import { sealPreferences } from '#subscribers/tokens/preferences-token.ts'
import { openToken } from '#subscribers/tokens.ts'
import {
  CONFIRM_FORM_VERSION,
  confirmedPage,
  confirmPage,
  lateLinkPage,
  notMeDonePage,
  notMePage,
} from '../html/confirm-pages.ts'
import { unknownLinkPage } from '../html/leave-pages.ts'
import type { PageFrame } from '../html/page.ts'
import { askedPage } from '../html/sign-up-pages.ts'
import { pageFrame, pathOf, wishesOf } from './frame.ts'
import { signUpRoutes } from './sign-up/routes.ts'
import { askedWords } from './sign-up/sign-up-answers.ts'
import { witnessOf } from './witness.ts'

type Known = Exclude<Confirmation, { kind: 'unknown' }>

/** Sign-up with double opt-in: the form asks, a mail is sent, its page asks again, and a press of the button counts. */
export function joinRoutes(context: Context): Hono {
  const routes = new Hono()
  const { config, secrets } = context
  routes.route('/', signUpRoutes(context))

  routes.get('/c/:token', async (request) => {
    const token = request.req.param('token')
    return answer(context, request, await readConfirmation(context, token))
  })

  routes.post('/c/:token', async (request) => {
    const token = request.req.param('token')
    const about = { form: 'confirmation page', formVersion: CONFIRM_FORM_VERSION, token }
    const witness = witnessOf(request, config, about)
    return answer(context, request, await confirmJoining(context, token, witness))
  })

  routes.post('/c/:token/again', async (request) => {
    const token = request.req.param('token')
    const confirmation = await readConfirmation(context, token)
    if (confirmation.kind !== 'expired') return answer(context, request, confirmation)
    const frame = await pageFrame(context, [confirmation.language, ...wishesOf(request)])
    const witness = witnessOf(request, config, { form: 'late confirmation', token })
    await requestToJoinLater(context, { again: confirmation, witness })
    const words = await askedWords(context, frame)
    return request.html(askedPage(frame, { ...words, retryUrl: pathOf(config, '') }))
  })

  routes.get('/n/:token', async (request) => {
    const token = request.req.param('token')
    if (openToken(secrets, 'notMe', token) === undefined) return unknown(context, request)
    const action = pathOf(config, `n/${token}`)
    return request.html(notMePage(await pageFrame(context, wishesOf(request)), { action }))
  })

  routes.post('/n/:token', async (request) => {
    const token = request.req.param('token')
    const witness = witnessOf(request, config, { form: 'not me', token })
    const done = await refuseFurtherMail(context, token, witness)
    if (!done) return unknown(context, request)
    return request.html(notMeDonePage(await pageFrame(context, wishesOf(request))))
  })
  return routes
}

/** The page of a confirmation link, the same after the button as when it is opened again. */
async function answer(
  context: Context,
  request: Request,
  confirmation: Confirmation,
): Promise<Response> {
  if (confirmation.kind === 'unknown') return unknown(context, request)
  const frame = await pageFrame(context, [confirmation.language, ...wishesOf(request)])
  const link = pathOf(context.config, `c/${request.req.param('token') ?? ''}`)
  switch (confirmation.kind) {
    case 'open': {
      const { newsletters, topics } = await namesOf(context, frame, confirmation)
      const names = newsletters.map(({ name }) => name)
      return request.html(confirmPage(frame, { action: link, newsletters: names, topics }))
    }
    case 'confirmed':
      return request.html(await welcome(context, frame, confirmation))
    case 'expired':
      return request.html(lateLinkPage(frame, { action: `${link}/again` }), 410)
  }
}

async function welcome(context: Context, frame: PageFrame, confirmation: Known) {
  const { db, clock, secrets, config } = context
  const { subscriber } = confirmation
  const now = clock.now()
  const { newsletters } = await namesOf(context, frame, confirmation)
  // As old as the link of the mail: whoever is forwarded that mail cannot choose for its reader for ever.
  const preferences = sealPreferences(secrets, { ...subscriber, now: confirmation.askedAt })
  return confirmedPage(frame, {
    newsletters,
    zone: newsletters.some(({ whoseHour }) => whoseHour === 'reader')
      ? zoneLine(subscriber.timeZone, frame.language)
      : null,
    latest: await isLatestComing(db, { subscriberId: subscriber.id, now }),
    preferencesUrl: pathOf(config, `p/${preferences}`),
  })
}

async function namesOf({ db }: Context, { language }: PageFrame, asked: Known) {
  const { newsletterIds, topicIds } = asked
  const { timeZone: houseZone } = await readSettings({ db })
  const newsletters = (await listNewsletters(db))
    .filter(({ id }) => newsletterIds.includes(id))
    .map(({ name, whoseHour, ...rhythm }) => ({
      name,
      whoseHour,
      schedule: scheduleInWords({ ...rhythm, whoseHour }, { language, houseZone }),
    }))
  const topics = (await listTopicsById(db, topicIds)).map(({ name }) => name)
  return { newsletters, topics }
}

async function unknown(context: Context, request: Request): Promise<Response> {
  const frame = await pageFrame(context, wishesOf(request))
  return request.html(unknownLinkPage(frame, { signUpUrl: pathOf(context.config, '') }), 404)
}
