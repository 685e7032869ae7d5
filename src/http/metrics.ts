import { getConnInfo } from '@hono/node-server/conninfo'
import { Hono, type Context as Request } from 'hono'
import type { Context } from '#context.ts'
import { isLoopback } from '#mail/smtp-url.ts'
import type { Queues } from '#queue/queues.ts'
import { type Pools, readMetrics } from '#upkeep/read-metrics.ts'
import { bearerOf } from './api/bearer.ts'

/** For Prometheus: to who asks on the machine itself, and to a token with the scope `status:read`. */
export function metricsRoutes({
  context,
  queues,
  dataDir,
  pool,
}: {
  context: Context
  queues: Pick<Queues, 'counts'>
  dataDir: string
  pool: Pools
}): Hono {
  const routes = new Hono()
  routes.get('/', async (request) => {
    if (!isNear(request)) await bearerOf(context, request, 'status:read')
    const text = await readMetrics({ context, dataDir, queues, pool })
    return request.body(text, 200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' })
  })
  return routes
}

/** Asked on the machine, and not by a proxy for somebody else. */
function isNear(request: Request): boolean {
  const forwarded = ['forwarded', 'x-forwarded-for', 'x-real-ip'].some(
    (name) => request.req.header(name) !== undefined,
  )
  if (forwarded || request.env === undefined) return false
  const { address = '' } = getConnInfo(request).remote
  return isLoopback(address.replace(/^::ffff:/, ''))
}
