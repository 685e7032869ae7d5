import { Hono, type Context as Request } from 'hono'
import type { Context } from '#context.ts'
import { listNewsletters, scheduleInWords } from '#editions/newsletter.ts'
import { maskAddress } from '#subscribers/address.ts'
import { type Preferences, readPreferences, savePreferences } from '#subscribers/preferences.ts'
import { muteStory, readMute } from '#subscribers/mute-story.ts'
import { listChoices } from '#subscribers/store.ts'
import { sealToken } from '#subscribers/tokens.ts'
import { readLeaving, UNDO_HOURS, undoUnsubscribe, unsubscribe } from '#subscribers/unsubscribe.ts'
import {
  alertsOffPage,
  preferencesPage,
  storyOffPage,
  undonePage,
  unsubscribedPage,
  unsubscribePage,
} from '../html/choice-pages.ts'
import { errorPage, saidPage } from '../html/page.ts'
import { linkInvalidPage } from '../html/sign-up-pages.ts'
import { pageFrame, pathOf } from './frame.ts'

const EVERYTHING = 'all mails'

/**
 * Leaving, and choosing. The POST of a mail program (RFC 8058) needs nothing but the address: no cookie, no redirect,
 * and the body does not matter. A GET only asks.
 */
export function leaveRoutes(context: Context): Hono {
  const routes = new Hono()
  const { config, secrets } = context

  routes.get('/u/:token', async (request) => {
    const token = request.req.param('token')
    const leaving = await readLeaving(context, token)
    if (leaving === undefined) return unknown(context, request)
    const frame = await pageFrame(context)
    const action = pathOf(config, `u/${token}`)
    if (leaving.newsletter?.kind === 'alerts') return request.html(alertsOffPage(frame, { action }))
    const { publicId } = leaving.subscriber
    const preferences = sealToken(secrets, 'preferences', {
      publicId,
      reference: 0,
      addressVersion: 0,
    })
    const other = {
      preferencesUrl: pathOf(config, `p/${preferences}`),
      leaveAllAction: `${action}/all`,
    }
    return request.html(
      unsubscribePage(frame, {
        action,
        newsletter: leaving.newsletter?.name ?? EVERYTHING,
        other: leaving.newsletter === null ? null : other,
      }),
    )
  })

  const leave = async (request: Request, all: boolean) => {
    const form = await formOf(request)
    const left = await unsubscribe(context, { token: request.req.param('token') ?? '', all, form })
    if (left === undefined) return unknown(context, request)
    const { publicId } = left.subscriber
    const preferences = sealToken(secrets, 'preferences', {
      publicId,
      reference: 0,
      addressVersion: 0,
    })
    const remaining = (await listChoices(context.db, left.subscriber.id)).filter(
      (choice) => choice.on,
    )
    return request.html(
      unsubscribedPage(await pageFrame(context), {
        newsletter: all ? EVERYTHING : (left.newsletter?.name ?? EVERYTHING),
        undoAction: pathOf(config, `undo/${left.undoToken}`),
        undoHours: UNDO_HOURS,
        remaining: remaining.map((choice) => choice.name),
        preferencesUrl: pathOf(config, `p/${preferences}`),
      }),
    )
  }
  routes.post('/u/:token', async (request) => leave(request, false))
  routes.post('/u/:token/all', async (request) => leave(request, true))

  routes.post('/undo/:token', async (request) => {
    const frame = await pageFrame(context)
    switch (await undoUnsubscribe(context, request.req.param('token'))) {
      case 'returned':
        return request.html(undonePage(frame, { newsletter: 'What you had' }))
      case 'too late':
        return request.html(
          errorPage(frame, { message: 'The day for taking it back is over: sign up again.' }),
          410,
        )
      case 'unknown':
        return unknown(context, request)
    }
  })

  routes.get('/s/:token', async (request) => {
    const token = request.req.param('token')
    const mute = await readMute(context, token)
    if (mute === undefined) return unknown(context, request)
    const action = pathOf(config, `s/${token}`)
    return request.html(storyOffPage(await pageFrame(context), { action, headline: mute.headline }))
  })

  routes.post('/s/:token', async (request) => {
    const mute = await muteStory(context, request.req.param('token'))
    if (mute === undefined) return unknown(context, request)
    return request.html(
      saidPage(await pageFrame(context), {
        title: 'This story is off',
        sentence: `For 24 hours no alert comes about “${mute.headline}”.`,
      }),
    )
  })

  routes.get('/p/:token', async (request) => {
    const token = request.req.param('token')
    const preferences = await readPreferences(context, token)
    if (preferences === undefined) return unknown(context, request)
    return request.html(await choices(context, { token, preferences, saved: false }))
  })

  routes.post('/p/:token', async (request) => {
    const token = request.req.param('token')
    const body: Record<string, unknown> = await request.req
      .parseBody({ all: true })
      .catch(() => ({}))
    const slugs = [body['newsletter']].flat().filter((slug) => typeof slug === 'string')
    const preferences = await savePreferences(context, { token, slugs })
    if (preferences === undefined) return unknown(context, request)
    return request.html(await choices(context, { token, preferences, saved: true }))
  })
  return routes
}

async function choices(
  context: Context,
  { token, preferences, saved }: { token: string; preferences: Preferences; saved: boolean },
) {
  const { subscriber } = preferences
  const newsletters = await listNewsletters(context.db)
  const unsubscribeToken = sealToken(context.secrets, 'unsubscribe', {
    publicId: subscriber.publicId,
    reference: 0,
    addressVersion: 0,
  })
  return preferencesPage(await pageFrame(context), {
    action: pathOf(context.config, `p/${token}`),
    address: maskAddress(subscriber.email ?? ''),
    newsletters: newsletters.map((newsletter) => ({
      slug: newsletter.slug,
      name: newsletter.name,
      description: newsletter.description,
      schedule: scheduleInWords(newsletter),
      chosen: preferences.choices.some((choice) => choice.slug === newsletter.slug && choice.on),
    })),
    saved,
    leaveAllAction: pathOf(context.config, `u/${unsubscribeToken}/all`),
  })
}

/** Whether the mail program asked, or the person on our page. */
async function formOf(request: Request): Promise<string> {
  const body = await request.req.parseBody().catch(() => ({}))
  return 'List-Unsubscribe' in body ? 'one-click' : 'unsubscribe page'
}

async function unknown(context: Context, request: Request) {
  request.status(404)
  return request.html(
    linkInvalidPage(await pageFrame(context), {
      reason: 'unknown',
      signUpUrl: pathOf(context.config, ''),
    }),
  )
}
