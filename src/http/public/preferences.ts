import { Hono, type Context as Request } from 'hono'
import type { Context } from '#context.ts'
import { sendFreshPreferences, sendOwnDataLink } from '#deliveries/service/own-data-link.ts'
import { Refusal } from '#errors.ts'
import { maskAddress } from '#subscribers/address.ts'
import type { Overview } from '#subscribers/choices/choice.ts'
import { findLeftAt } from '#subscribers/choices/choices-store.ts'
import { readOverview } from '#subscribers/choices/overview.ts'
import { type Saved, saveChoices } from '#subscribers/choices/save-choices.ts'
import { pauseDays } from '#subscribers/choices/snooze.ts'
import { findByPublicId } from '#subscribers/store.ts'
import { isAddressVersion, openPreferences } from '#subscribers/tokens/preferences-token.ts'
import { sealToken } from '#subscribers/tokens.ts'
import { UNDO_HOURS } from '#subscribers/unsubscribe.ts'
import { unknownLinkPage } from '../html/leave-pages.ts'
import {
  closedPage,
  DONE,
  type Done,
  freshLinkPage,
  PREFERENCES_FORM_VERSION,
  preferencesPage,
  staleLinkPage,
} from '../html/preferences-pages.ts'
import { errorsIn } from '../html/preferences/errors.ts'
import { pageFrame, pathOf, wishesOf } from './frame.ts'
import { type Body, readPause, readWanted } from './preferences-form.ts'
import { witnessOf } from './witness.ts'

/** A reader's choices, by the link in every mail: it works for 30 days, and as long as the address is the same. */
export function preferencesRoutes(context: Context): Hono {
  const routes = new Hono()

  routes.get('/p/:token', async (request) => {
    const visit = await openVisit(context, request)
    if (visit === undefined) return unknown(context, request)
    if (visit.kind === 'stale') return stale(context, request, visit)
    const done = DONE.find((each) => each === request.req.query('done'))
    return show(context, request, { ...visit, done, refusal: undefined })
  })

  routes.post('/p/:token', async (request) =>
    save(context, request, (body, overview) => readWanted(body, overview)),
  )

  routes.post('/p/:token/pause', async (request) =>
    save(context, request, (body) => ({ pause: readPause(body) })),
  )

  routes.post('/p/:token/link', async (request) => {
    const visit = await openVisit(context, request)
    if (visit === undefined) return unknown(context, request)
    if (visit.kind === 'stale') return stale(context, request, visit)
    await sendOwnDataLink(context, { subscriberId: visit.overview.subscriberId })
    return back(context, request, 'link')
  })

  routes.post('/p/:token/fresh', async (request) => {
    const visit = await openVisit(context, request)
    if (visit === undefined) return unknown(context, request)
    const { subscriberId, email, language } = visit.overview
    await sendFreshPreferences(context, { subscriberId })
    const frame = await pageFrame(context, [language])
    return request.html(freshLinkPage(frame, { address: maskAddress(email) }))
  })
  return routes
}

type Visit = { kind: 'open' | 'stale'; overview: Overview }

/** Undefined for a link that is not ours, or that went to an address which the reader no longer has. */
async function openVisit(context: Context, request: Request): Promise<Visit | undefined> {
  const { db, secrets, clock } = context
  const opened = openPreferences(secrets, request.req.param('token') ?? '', clock.now())
  const reader = opened && (await findByPublicId(db, opened.publicId))
  if (reader === undefined || opened === undefined) return undefined
  // Links from before they had a time do not name the address.
  const version = opened.addressVersion === 0 ? 1 : opened.addressVersion
  const ofThisAddress = isAddressVersion({ addressVersion: version }, reader.addressVersion)
  const overview = ofThisAddress ? await readOverview(context, reader.id) : undefined
  return overview && { kind: opened.kind, overview }
}

async function save(
  context: Context,
  request: Request,
  read: (body: Body, overview: Overview) => Parameters<typeof saveChoices>[1]['wanted'],
): Promise<Response> {
  const visit = await openVisit(context, request)
  if (visit === undefined) return unknown(context, request)
  if (visit.kind === 'stale') return stale(context, request, visit)
  const { overview } = visit
  const body: Body = await request.req.parseBody({ all: true }).catch(() => ({}))
  const witness = witnessOf(request, context.config, {
    form: 'preferences',
    formVersion: PREFERENCES_FORM_VERSION,
    token: request.req.param('token') ?? '',
  })
  try {
    const wanted = read(body, overview)
    const saved = await saveChoices(context, { publicId: overview.publicId, wanted, witness })
    if (saved === undefined) return await unknown(context, request)
    return await back(context, request, doneBy(saved, { body, pause: wanted.pause }))
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    request.status(422)
    return show(context, request, { ...visit, done: undefined, refusal: error })
  }
}

function doneBy(
  { kind, left }: Saved,
  { body, pause }: { body: Body; pause: { for: string } | undefined },
): Done | undefined {
  if (kind === 'closed') return undefined
  if (pause !== undefined) return pause.for === 'none' ? 'awake' : 'paused'
  if (left.length > 0) return 'left'
  return body['form'] === 'detail' ? 'detail' : 'saved'
}

/** To the page itself, so that a reload asks for it and sends nothing again; the fragment takes the focus along. */
async function back(context: Context, request: Request, done: Done | undefined): Promise<Response> {
  const path = pathOf(context.config, `p/${request.req.param('token') ?? ''}`)
  return request.redirect(done === undefined ? path : `${path}?done=${done}#status`, 303)
}

async function show(
  context: Context,
  request: Request,
  { overview, done, refusal }: Visit & { done: Done | undefined; refusal: Refusal | undefined },
): Promise<Response> {
  const { config, secrets, clock } = context
  const now = clock.now()
  const frame = await pageFrame(context, [overview.language])
  const path = pathOf(config, `p/${request.req.param('token') ?? ''}`)
  const { publicId, timeZone } = overview
  if (overview.closed)
    return request.html(
      closedPage(frame, {
        address: maskAddress(overview.email),
        signUpUrl: pathOf(config, ''),
        linkAction: `${path}/link`,
        sent: done === 'link',
      }),
    )
  const leave = sealToken(secrets, 'unsubscribe', { publicId, reference: 0, addressVersion: 0 })
  const days = pauseDays({ timeZone, now })
  return request.html(
    preferencesPage(frame, {
      overview,
      now,
      path,
      done,
      undoAction: done === 'left' ? await undoAction(context, { overview, now }) : undefined,
      leaveAllAction: pathOf(config, `u/${leave}/all`),
      errors: errorsIn(frame, { refusal, pauseDays: days }),
      pauseDays: days,
    }),
  )
}

/** Of the last leaving, as long as an undo works. */
async function undoAction(
  { db, config, secrets }: Context,
  { overview: { subscriberId, publicId }, now }: { overview: Overview; now: Date },
): Promise<string | undefined> {
  const leftAt = await findLeftAt(db, subscriberId)
  if (leftAt === undefined || now.getTime() - leftAt.getTime() > UNDO_HOURS * 3_600_000)
    return undefined
  const reference = leftAt.getTime()
  return pathOf(
    config,
    `undo/${sealToken(secrets, 'undo', { publicId, reference, addressVersion: 0 })}`,
  )
}

async function stale(context: Context, request: Request, { overview }: Visit): Promise<Response> {
  const { email, language } = overview
  const frame = await pageFrame(context, [language])
  const action = pathOf(context.config, `p/${request.req.param('token') ?? ''}/fresh`)
  return request.html(staleLinkPage(frame, { address: maskAddress(email), action }), 410)
}

async function unknown(context: Context, request: Request): Promise<Response> {
  const frame = await pageFrame(context, wishesOf(request))
  return request.html(unknownLinkPage(frame, { signUpUrl: pathOf(context.config, '') }), 404)
}
