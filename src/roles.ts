import { join } from 'node:path'
import { intakeProcessors, sendingProcessors } from '../workers/processors.ts'
import { startClock } from '../workers/clock.ts'
import type { App } from '#app.ts'
import { openSender } from '#deliveries/sender.ts'
import { sweepDeliveries } from '#deliveries/sweep.ts'
import { openInbox } from '#mail/inbox.ts'
import { createRelayTransport } from '#mail/transport.ts'
import { lanes } from '#queue/jobs.ts'
import { openWorkers } from '#queue/workers.ts'
import type { RoleName } from '#role-names.ts'
import { clusterWaiting } from '#stories/cluster.ts'

/** How often lost jobs are looked for. A mail released to a reader's hour leaves at most this much later. */
const SWEEP_MS = 1000

/** What a role runs, until disposed of. MJML and extraction load only with `web`, never where mail is sent. */
export async function runRole(app: App, role: RoleName): Promise<AsyncDisposable> {
  return role === 'web' ? runWeb(app) : runSender(app)
}

async function runWeb(app: App): Promise<AsyncDisposable> {
  await using stack = new AsyncDisposableStack()
  const { context, backend, dataDir } = app
  const { serveWeb } = await import('#http/serve.ts')
  stack.use(
    await openWorkers({
      backend,
      queues: ['intake'],
      processors: intakeProcessors(context),
      log: context.log,
    }),
  )
  stack.use(
    startClock({
      sweep: async () => void (await clusterWaiting(context)),
      everyMs: SWEEP_MS * 5,
      log: context.log,
    }),
  )
  stack.use(await serveWeb({ context, queues: app.queues, inboxDir: join(dataDir, 'inbox') }))
  return stack.move()
}

async function runSender(app: App): Promise<AsyncDisposable> {
  await using stack = new AsyncDisposableStack()
  const { context, backend, dataDir } = app
  const { config, log } = context
  const url = config.smtpUrl ?? stack.use(await openInbox({ dir: join(dataDir, 'inbox'), log })).url
  const transport = stack.use(
    createRelayTransport({
      url,
      name: config.publicUrl.hostname,
      maxConnections: config.smtpConnections,
      log,
    }),
  )
  const sender = stack.use(await openSender(context, { dataDir, transport }))
  // Rows of a process that was killed come first: then it is known what may be sent.
  await sweepDeliveries(context, sender)
  stack.use(
    await openWorkers({
      backend,
      queues: ['planning', ...lanes],
      processors: sendingProcessors({ ...context, sender }),
      log,
    }),
  )
  stack.use(
    startClock({ sweep: async () => sweepDeliveries(context, sender), everyMs: SWEEP_MS, log }),
  )
  return stack.move()
}
