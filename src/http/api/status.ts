import { Hono } from 'hono'
import { listBackups } from '#backup/backup-store.ts'
import type { Context } from '#context.ts'
import { readStatus } from '#upkeep/read-status.ts'
import { bearerOf } from './bearer.ts'

/** How the house stands, and its backups. */
export function statusRoutes(context: Context, { dataDir }: { dataDir: string }): Hono {
  const routes = new Hono()
  routes.get('/status', async (request) => {
    await bearerOf(context, request, 'status:read')
    return request.json(await readStatus({ context, dataDir }))
  })
  routes.get('/backups', async (request) => {
    await bearerOf(context, request, 'status:read')
    return request.json({ backups: await listBackups(context.db, 50) })
  })
  return routes
}
