import { Hono, type Context as Request } from 'hono'
import type { Context } from '#context.ts'
import { maskAddress } from '#subscribers/address.ts'
import { listRemaining } from '#subscribers/leaving/leave-store.ts'
import { MUTE_HOURS, muteStory, readMute } from '#subscribers/mute-story.ts'
import { sealPreferences } from '#subscribers/tokens/preferences-token.ts'
import { readLeaving, UNDO_HOURS, undoUnsubscribe, unsubscribe } from '#subscribers/unsubscribe.ts'
import {
  alreadyOffPage,
  LEAVE_FORM_VERSION,
  storyIsOffPage,
  storyOffPage,
  undonePage,
  undoTooLatePage,
  unknownLinkPage,
  unsubscribedPage,
  unsubscribePage,
} from '../html/leave-pages.ts'
import { pageFrame, pathOf, wishesOf } from './frame.ts'
import { witnessOf } from './witness.ts'

/**
 * Leaving. The POST of a mail program (RFC 8058) needs nothing but the address: no cookie, no redirect, and a body that
 * cannot be read leaves as well. A GET only asks.
 */
export function leaveRoutes(context: Context): Hono {
  const routes = new Hono()
  const { config } = context
  const signUpUrl = pathOf(config, '')

  routes.get('/u/:token', async (request) => {
    const token = request.req.param('token')
    const leaving = await readLeaving(context, token)
    if (leaving === undefined) return unknown(context, request)
    const { subscriber, newsletter, others, done } = leaving
    const frame = await pageFrame(context, [subscriber.language])
    const shown = {
      address: maskAddress(subscriber.email ?? ''),
      preferencesUrl: preferencesUrl(context, { ...subscriber, editionAt: leaving.editionAt }),
      signUpUrl,
    }
    if (done)
      return request.html(alreadyOffPage(frame, { ...shown, newsletter: newsletter?.name ?? null }))
    return request.html(
      unsubscribePage(frame, {
        ...shown,
        newsletter,
        others,
        action: pathOf(config, `u/${token}`),
        leaveAllAction: pathOf(config, `u/${token}/all`),
      }),
    )
  })

  const leave = async (request: Request, all: boolean) => {
    const token = request.req.param('token') ?? ''
    const oneClick = isOneClick(await request.req.text().catch(() => ''))
    const form = oneClick
      ? { form: 'one-click' }
      : { form: 'unsubscribe page', formVersion: LEAVE_FORM_VERSION }
    const witness = witnessOf(request, config, { ...form, token })
    const left = await unsubscribe(context, { token, all, witness })
    if (left === undefined) return unknown(context, request)
    // Nobody reads it: a provider only looks at the status.
    if (oneClick) return request.text('Unsubscribed.\n')
    const frame = await pageFrame(context, [left.language])
    return request.html(
      unsubscribedPage(frame, {
        newsletter: all ? null : left.newsletterName,
        address: maskAddress(left.email ?? ''),
        undoAction: pathOf(config, `undo/${left.undoToken}`),
        undoHours: UNDO_HOURS,
        remaining: await listRemaining(context.db, left.subscriberId),
        preferencesUrl: preferencesUrl(context, left),
        leaveAllAction: pathOf(config, `u/${token}/all`),
        signUpUrl,
      }),
    )
  }
  routes.post('/u/:token', async (request) => leave(request, false))
  routes.post('/u/:token/all', async (request) => leave(request, true))

  routes.post('/undo/:token', async (request) => {
    const token = request.req.param('token')
    const witness = witnessOf(request, config, { form: 'undo', token })
    const undone = await undoUnsubscribe(context, { token, witness })
    if (undone === undefined) return unknown(context, request)
    const frame = await pageFrame(context, [undone.subscriber.language])
    return undone.kind === 'returned'
      ? request.html(undonePage(frame))
      : request.html(undoTooLatePage(frame), 410)
  })

  routes.get('/s/:token', async (request) => {
    const token = request.req.param('token')
    const mute = await readMute(context, token)
    if (mute === undefined) return unknown(context, request)
    const action = pathOf(config, `s/${token}`)
    const frame = await pageFrame(context, [mute.language])
    return request.html(storyOffPage(frame, { ...mute, action, hours: MUTE_HOURS }))
  })

  routes.post('/s/:token', async (request) => {
    const mute = await muteStory(context, request.req.param('token'))
    if (mute === undefined) return unknown(context, request)
    const frame = await pageFrame(context, [mute.language])
    return request.html(storyIsOffPage(frame, { ...mute, hours: MUTE_HOURS }))
  })
  return routes
}

/** Urlencoded or multipart; a provider may write it in any case, and the person on our page sends no body. */
function isOneClick(body: string): boolean {
  return /list-unsubscribe[\s\S]{0,80}one-click/i.test(body)
}

/** As old as the link of the same mail: whoever has an old mail forwarded to them cannot choose for its reader. */
function preferencesUrl(
  { config, secrets, clock }: Context,
  reader: { publicId: number; addressVersion: number; editionAt: Date | null },
): string {
  const { publicId, addressVersion, editionAt } = reader
  const token = sealPreferences(secrets, {
    publicId,
    addressVersion,
    now: editionAt ?? clock.now(),
  })
  return pathOf(config, `p/${token}`)
}

async function unknown(context: Context, request: Request) {
  request.status(404)
  const frame = await pageFrame(context, wishesOf(request))
  return request.html(unknownLinkPage(frame, { signUpUrl: pathOf(context.config, '') }))
}
