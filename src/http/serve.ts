import { join } from 'node:path'
import { serve } from '@hono/node-server'
import type { Context } from '#context.ts'
import type { Asked } from '#deliveries/preflight/run-preflight.ts'
import { Refusal } from '#errors.ts'
import { readInbox } from '#mail/inbox-store.ts'
import type { Queues } from '#queue/queues.ts'
import type { Pools } from '#upkeep/read-metrics.ts'
import { createWeb } from './web.ts'

/** Serves the pages and the API until disposed of; requests that run are finished first, for two seconds at most. */
export async function serveWeb({
  context,
  queues,
  dataDir,
  asked,
  pool,
}: {
  context: Context
  queues: Queues
  dataDir: string
  asked: Asked
  pool: Pools
}): Promise<AsyncDisposable & { port: number }> {
  const { host, port } = context.config
  const web = createWeb({
    context,
    queues,
    inbox: readInbox(join(dataDir, 'inbox')),
    asked,
    dataDir,
    pool,
  })
  const listening = Promise.withResolvers<number>()
  const server = serve({ fetch: web.fetch, hostname: host, port }, (info) =>
    listening.resolve(info.port),
  )
  server.on('error', (cause: NodeJS.ErrnoException) => {
    const refused = ['EADDRINUSE', 'EACCES', 'EADDRNOTAVAIL'].includes(cause.code ?? '')
    listening.reject(
      refused
        ? new Refusal(
            `cannot listen on ${host}:${port} (${cause.code}): set PORT or HOST to one that is free`,
            { field: 'PORT', status: 78, cause },
          )
        : cause,
    )
  })
  const bound = await listening.promise
  context.log.info({ url: context.config.publicUrl.href, host, port: bound }, 'Daybreak is up')
  return {
    port: bound,
    async [Symbol.asyncDispose]() {
      const closed = Promise.withResolvers<void>()
      server.close(() => closed.resolve())
      const patience = setTimeout(() => {
        if ('closeAllConnections' in server) server.closeAllConnections()
      }, 2000)
      await closed.promise
      clearTimeout(patience)
    },
  }
}
