import { Hono, type Context as Request } from 'hono'
import type { Context } from '#context.ts'
import { pingDb } from '#db/open.ts'
import { Refusal } from '#errors.ts'
import type { InboxReader } from '#mail/inbox-store.ts'
import type { Queues } from '#queue/queues.ts'
import type { Pools } from '#upkeep/read-metrics.ts'
import type { Asked } from '#deliveries/preflight/run-preflight.ts'
import { apiRoutes } from './api/routes.ts'
import { inboxRoutes } from './console/inbox.ts'
import { errorPage } from './html/page.ts'
import { metricsRoutes } from './metrics.ts'
import { hookRoutes } from './hooks/routes.ts'
import { assetRoutes } from './public/assets.ts'
import { pageFrame } from './public/frame.ts'
import { publicRoutes } from './public/routes.ts'

/** Pages may load our stylesheet and scripts, post to us and frame us; nothing else. */
const POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; frame-src 'self'; frame-ancestors 'self'; base-uri 'none'"

/** Everything that answers HTTP. Tests ask it without a socket: `createWeb(…).request('/healthz')`. */
export function createWeb({
  context,
  queues,
  inbox,
  asked,
  dataDir,
  pool = () => ({ total: 0, idle: 0, waiting: 0 }),
}: {
  context: Context
  queues: Pick<Queues, 'counts'>
  inbox: InboxReader
  /** Whom the checks before sending ask. */
  asked: Asked
  dataDir: string
  /** Of this process's connections to the database. */
  pool?: Pools
}): Hono {
  const web = new Hono()
  web.use(async (request, next) => {
    await next()
    const set = (name: string, value: string) =>
      request.res.headers.has(name) || request.res.headers.set(name, value)
    set('Content-Security-Policy', POLICY)
    set('X-Content-Type-Options', 'nosniff')
    set('Referrer-Policy', 'no-referrer')
    set('Cache-Control', 'no-store')
    set('X-Robots-Tag', 'noindex')
  })

  web.get('/healthz', (request) => request.text('ok\n'))
  web.get('/readyz', async (request) => readiness({ context, queues, request }))

  web.route('/metrics', metricsRoutes({ context, queues, dataDir, pool }))

  web.route('/api/v1', apiRoutes(context, { asked, dataDir }))
  web.route('/hooks', hookRoutes(context))
  web.route('/assets', assetRoutes())
  web.route('/inbox', inboxRoutes({ context, inbox }))
  web.route('/', publicRoutes(context))

  web.notFound(async (request) =>
    sayError(context, request, new Refusal('there is no such page', { status: 404 })),
  )
  web.onError(async (error, request) => sayError(context, request, error))
  return web
}

async function readiness({
  context,
  queues,
  request,
}: {
  context: Context
  queues: Pick<Queues, 'counts'>
  request: Request
}): Promise<Response> {
  const database = await pingDb(context.db)
  const queue = await queues.counts().then(
    () => true,
    () => false,
  )
  return request.json(
    { database: database ? 'ok' : 'down', queue: queue ? 'ok' : 'down' },
    database && queue ? 200 : 503,
  )
}

async function sayError(context: Context, request: Request, error: Error): Promise<Response> {
  const refusal = error instanceof Refusal ? error : undefined
  if (refusal === undefined)
    context.log.error({ err: error, path: pathPattern(request) }, 'a request failed')
  const status = refusal?.status ?? 500
  const message = refusal?.message ?? 'something went wrong on our side, it is in the log'
  if (request.req.path.startsWith('/api/')) {
    const field = refusal?.field
    return Response.json(
      { error: { message, ...(field === undefined ? {} : { field }), ...refusal?.detail } },
      { status },
    )
  }
  const said = sentence(message)
  try {
    const markup = errorPage(await pageFrame(context), { message: said })
    return new Response(String(await markup), {
      status,
      headers: { 'Content-Type': 'text/html; charset=UTF-8' },
    })
  } catch {
    return new Response(`${said}\n`, { status })
  }
}

/** The path without what stands for a person: tokens do not belong in a log. */
function pathPattern(request: Request): string {
  return request.req.path.replace(/[\w-]{40,}/g, '…')
}

function sentence(message: string): string {
  return `${message.slice(0, 1).toUpperCase()}${message.slice(1)}${/[.!?]$/.test(message) ? '' : '.'}`
}
