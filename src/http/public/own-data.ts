import { type Context as Request, Hono } from 'hono'
import type { Context } from '#context.ts'
import {
  type AddressChange,
  askAddressChange,
  confirmAddressChange,
  readAddressChange,
} from '#deliveries/service/address-change.ts'
import { OWN_DATA_HOURS, sendOwnDataLink } from '#deliveries/service/own-data-link.ts'
import { Refusal } from '#errors.ts'
import { gatherOwnData } from '#reports/own-data/gather-own-data.ts'
import { type Address, maskAddress, normaliseAddress } from '#subscribers/address.ts'
import { eraseSubscriber } from '#subscribers/erasure/erase.ts'
import { type KnownReader, readOwnDataLink } from '#subscribers/own-data/own-data-link.ts'
import { unknownLinkPage } from '../html/leave-pages.ts'
import {
  addressAskedPage,
  changeExpiredPage,
  erasedPage,
  erasePage,
  expiredOwnDataPage,
  freshLinkPage,
  movedPage,
  moveHerePage,
  newAddressPage,
  OWN_DATA_FORM_VERSION,
  ownDataPage,
  takenPage,
} from '../html/own-data-pages.ts'
import { pageFrame, pathOf, wishesOf } from './frame.ts'
import { ownDataFile } from './own-data-file.ts'
import { witnessOf } from './witness.ts'

/** What an open link gives its handler: whose it is, and the token. */
type Opened = { reader: KnownReader; token: string }
type Answer = (request: Request, opened: Opened) => Promise<Response>

/**
 * All that is held about a reader, by a link that was mailed within the hour: a link to the preferences is in every mail,
 * and mails are forwarded.
 */
export function ownDataRoutes(context: Context): Hono {
  const routes = new Hono()
  const open = (answer: Answer) => async (request: Request) => {
    const token = request.req.param('token') ?? ''
    const link = await readOwnDataLink(context, { token, hours: OWN_DATA_HOURS })
    if (link === undefined) return unknown(context, request)
    const { kind, subscriber: reader } = link
    return kind === 'open'
      ? answer(request, { reader, token })
      : expired(context, request, { reader, token })
  }

  routes.get(
    '/me/:token',
    open(async (request, opened) => show(context, request, opened)),
  )
  routes.post(
    '/me/:token/download',
    open(async (request, opened) => download(context, request, opened)),
  )
  routes.get(
    '/me/:token/address',
    open(async (request, opened) => {
      const shown = { ...pathsOf(context, opened), typed: '', problem: null }
      return request.html(newAddressPage(await frameOf(context, opened), shown))
    }),
  )
  routes.post(
    '/me/:token/address',
    open(async (request, opened) => changeAddress(context, request, opened)),
  )
  routes.get(
    '/me/:token/erase',
    open(async (request, opened) => {
      const address = maskAddress(opened.reader.email)
      const { erase: action, back } = pathsOf(context, opened)
      return request.html(erasePage(await frameOf(context, opened), { address, action, back }))
    }),
  )
  routes.post(
    '/me/:token/erase',
    open(async (request, opened) => erase(context, request, opened)),
  )
  routes.post('/me/:token/fresh', async (request) => fresh(context, request))
  addressChangeRoutes(context, routes)
  return routes
}

/** The new address says yes. */
function addressChangeRoutes(context: Context, routes: Hono): void {
  routes.get('/a/:token', async (request) => {
    const token = request.req.param('token')
    const change = await readAddressChange(context, token)
    return sayChange(context, request, { change, token })
  })
  routes.post('/a/:token', async (request) => {
    const token = request.req.param('token')
    const witness = witnessFor(context, request, { form: 'address change', token })
    const change = await confirmAddressChange(context, token, witness)
    return sayChange(context, request, { change, token })
  })
}

async function show(context: Context, request: Request, opened: Opened): Promise<Response> {
  const { download: file, address, erase: gone } = pathsOf(context, opened)
  return request.html(
    ownDataPage(await frameOf(context, opened), {
      address: maskAddress(opened.reader.email),
      paths: { download: file, address, erase: gone },
    }),
  )
}

async function download(context: Context, request: Request, opened: Opened): Promise<Response> {
  const data = await gatherOwnData(context, opened.reader.id)
  if (data === undefined) return unknown(context, request)
  const now = context.clock.now()
  const name = `my-data-${now.toISOString().slice(0, 10)}.json`
  return request.body(ownDataFile(await frameOf(context, opened), { data, now }), 200, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Disposition': `attachment; filename="${name}"`,
  })
}

async function changeAddress(
  context: Context,
  request: Request,
  opened: Opened,
): Promise<Response> {
  const body: Record<string, unknown> = await request.req.parseBody().catch(() => ({}))
  const typed = typeof body['email'] === 'string' ? body['email'].slice(0, 400) : ''
  const frame = await frameOf(context, opened)
  const address = readAddress(typed)
  const isSame = address?.email.toLowerCase() === opened.reader.email.toLowerCase()
  if (address === undefined || isSame) {
    const problem = address === undefined ? ('wrong' as const) : ('same' as const)
    const shown = { ...pathsOf(context, opened), typed, problem }
    return request.html(newAddressPage(frame, shown), 422)
  }
  const { reader, token } = opened
  const witness = witnessFor(context, request, { form: 'own data', token })
  await askAddressChange(context, { subscriberId: reader.id, address, witness })
  return request.html(addressAskedPage(frame))
}

/** Undefined for what is no address: the page says what to do in the reader's language. */
function readAddress(typed: string): Address | undefined {
  try {
    return normaliseAddress(typed)
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}

async function erase(context: Context, request: Request, opened: Opened): Promise<Response> {
  const { reader, token } = opened
  const frame = await frameOf(context, opened)
  const witness = witnessFor(context, request, { form: 'own data', token })
  await eraseSubscriber(context, { subscriberId: reader.id, witness })
  return request.html(erasedPage(frame))
}

/** The answer is the same whether a mail was due or not. */
async function fresh(context: Context, request: Request): Promise<Response> {
  const token = request.req.param('token') ?? ''
  const link = await readOwnDataLink(context, { token, hours: OWN_DATA_HOURS })
  if (link === undefined) return unknown(context, request)
  const { id, email, language } = link.subscriber
  await sendOwnDataLink(context, { subscriberId: id })
  const frame = await pageFrame(context, [language])
  return request.html(freshLinkPage(frame, { address: maskAddress(email) }))
}

async function expired(
  context: Context,
  request: Request,
  { reader, token }: Opened,
): Promise<Response> {
  request.status(410)
  return request.html(
    expiredOwnDataPage(await pageFrame(context, [reader.language]), {
      address: maskAddress(reader.email),
      action: pathOf(context.config, `me/${token}/fresh`),
    }),
  )
}

async function sayChange(
  context: Context,
  request: Request,
  { change, token }: { change: AddressChange; token: string },
): Promise<Response> {
  if (change.kind === 'unknown') return unknown(context, request)
  const frame = await pageFrame(context, [change.language])
  if (change.kind === 'expired') return request.html(changeExpiredPage(frame), 410)
  const address = maskAddress(change.email)
  switch (change.kind) {
    case 'open':
      return request.html(
        moveHerePage(frame, { address, action: pathOf(context.config, `a/${token}`) }),
      )
    case 'done':
      return request.html(movedPage(frame, { address }))
    case 'taken':
      return request.html(takenPage(frame, { address }), 409)
  }
}

function witnessFor(
  { config }: Context,
  request: Request,
  { form, token }: { form: string; token: string },
) {
  return witnessOf(request, config, { form, formVersion: OWN_DATA_FORM_VERSION, token })
}

async function frameOf(context: Context, { reader }: Opened) {
  return pageFrame(context, [reader.language])
}

function pathsOf({ config }: Context, { token }: Opened) {
  const address = pathOf(config, `me/${token}/address`)
  return {
    back: pathOf(config, `me/${token}`),
    download: pathOf(config, `me/${token}/download`),
    address,
    action: address,
    erase: pathOf(config, `me/${token}/erase`),
  }
}

async function unknown(context: Context, request: Request): Promise<Response> {
  request.status(404)
  const frame = await pageFrame(context, wishesOf(request))
  return request.html(unknownLinkPage(frame, { signUpUrl: pathOf(context.config, '') }))
}
