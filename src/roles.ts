import { Resolver } from 'node:dns/promises'
import { join } from 'node:path'
import { intakeProcessors, sendingProcessors } from '../workers/processors.ts'
import { startClock } from '../workers/clock.ts'
import type { App } from '#app.ts'
import { sweepBackup } from '#backup/make-backup.ts'
import { forgetOld } from '#articles/forget-old.ts'
import { sweepLeadImages } from '#articles/images/fit-lead-image.ts'
import { summariseWaiting } from '#articles/model/summarise-by-model.ts'
import { sweepSourceNotices, sweepSources } from '#articles/sources/sweep-sources.ts'
import { renewSubscriptions } from '#articles/websub/subscribe.ts'
import { sweepClicks } from '#clicks/count-clicks.ts'
import type { Context } from '#context.ts'
import { sweepApprovals } from '#deliveries/approval/sweep-approvals.ts'
import { checkAheadLater } from '#deliveries/preflight/check-later.ts'
import { resolveDestinations } from '#deliveries/destination.ts'
import { openInboundFor } from '#deliveries/returns/inbound-mail.ts'
import { takeWaitingReturns } from '#deliveries/returns/take-waiting-returns.ts'
import { planDeskNotice } from '#deliveries/service/desk-notice.ts'
import { remindUnconfirmed } from '#deliveries/service/reminder.ts'
import { releaseDue } from '#deliveries/release-due.ts'
import { sweepDueTimes } from '#editions/clock/sweep-due-times.ts'
import { readSettings } from '#editions/publication.ts'
import { takeSignUps } from '#deliveries/service/take-sign-ups.ts'
import { countSendersAtWork, openSender } from '#deliveries/sender.ts'
import { warmTemplates } from '#deliveries/service-mail.ts'
import { sweepDeliveries } from '#deliveries/sweep.ts'
import { openDkim } from '#mail/dkim/dkim.ts'
import { openInbox } from '#mail/inbox.ts'
import { Relays } from '#mail/relays.ts'
import { openDns } from '#mail/sender-dns/dns.ts'
import { parseRelays } from '#mail/smtp-url.ts'
import { lanes, type QueueName } from '#queue/jobs.ts'
import { openWorkers } from '#queue/workers.ts'
import { sendMondayNote } from '#reports/monday-note.ts'
import type { RoleName } from '#role-names.ts'
import { clusterWaiting } from '#stories/cluster.ts'
import { sweepGate } from '#subscribers/gate/sweep-gate.ts'
import { LOOK_MS, sweepNotices } from '#upkeep/sweep-notices.ts'
import { replayLeavings } from '#subscribers/replay-leavings.ts'

/** How often lost jobs are looked for. A mail released to a reader's hour leaves at most this much later. */
const SWEEP_MS = 1000
const TIDY_MS = 30_000
const FORGET_MS = 60 * 60_000
const RESOLVE_MS = 30 * 60_000
const DOMAINS = 500

/** The queues that each role works on: together all of them. */
export const roleQueues: Record<RoleName, readonly QueueName[]> = {
  web: ['intake', 'fetching'],
  sender: ['planning', ...lanes],
}

/** What a role runs, until disposed of. MJML and extraction load only with `web`, never where mail is sent. */
export async function runRole(app: App, role: RoleName): Promise<AsyncDisposable> {
  return role === 'web' ? runWeb(app) : runSender(app)
}

async function runWeb(app: App): Promise<AsyncDisposable> {
  await using stack = new AsyncDisposableStack()
  const { context, backend, dataDir } = app
  const { serveWeb } = await import('#http/serve.ts')
  const { openPolling } = await import('#articles/sources/open-polling.ts')
  const { fetchingProcessors } = await import('../workers/fetching-processors.ts')
  const polling = {
    ...openPolling(context),
    openDns: () => openDns({ server: null }),
    dkimDir: context.config.dkimDir ?? join(dataDir, 'dkim'),
  }
  stack.use(
    await openWorkers({
      backend,
      queues: roleQueues.web,
      processors: { ...intakeProcessors(context), ...fetchingProcessors(context, polling) },
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
  stack.use(
    startClock({
      sweep: async () => sweepSources(context),
      everyMs: SWEEP_MS * 5,
      log: context.log,
    }),
  )
  stack.use(
    startClock({
      sweep: async () => tellOfCorrections(context),
      everyMs: SWEEP_MS * 2,
      log: context.log,
    }),
  )
  if (context.config.smtpUrl !== null) stack.use(startResolving(context))
  stack.use(
    startClock({
      sweep: async () => renewSubscriptions({ ...context, fetch: polling.fetch }),
      everyMs: TIDY_MS,
      log: context.log,
    }),
  )
  stack.use(
    startClock({
      sweep: async () => runDesk(app),
      everyMs: SWEEP_MS * 2,
      log: context.log,
    }),
  )
  stack.use(startClock({ sweep: async () => tidy(context), everyMs: TIDY_MS, log: context.log }))
  stack.use(
    startClock({
      sweep: async () => sweepNotices({ context, dataDir, fetch }),
      everyMs: LOOK_MS,
      log: context.log,
    }),
  )
  stack.use(startClock({ sweep: async () => backUp(app), everyMs: TIDY_MS, log: context.log }))
  stack.use(
    startClock({ sweep: async () => forgetOld(context), everyMs: FORGET_MS, log: context.log }),
  )
  const inbound = await openInboundFor(context, context.config)
  if (inbound !== undefined) stack.use(inbound)
  stack.use(
    await serveWeb({
      context,
      queues: app.queues,
      dataDir,
      asked: polling,
      pool: app.pool,
    }),
  )
  const warm = warmTemplates(context).catch((err: unknown) =>
    context.log.error({ err }, 'the templates do not compile'),
  )
  stack.defer(async () => warm)
  const { tellOfBrokenForms } = await import('#deliveries/service/tell-of-broken-forms.ts')
  const tried = tellOfBrokenForms(context).catch((err: unknown) =>
    context.log.error({ err }, 'the forms of newsletters could not be tried'),
  )
  stack.defer(async () => tried)
  return stack.move()
}

/**
 * What is no hurry: what came back or was asked for and lost its job, who has not confirmed yet, the state of the sign-up
 * gate, feeds that somebody should look at, clicks whose neighbours are known by now, articles that no model was asked about, images that nobody
 * looked at, the note of the week.
 */
async function tidy(context: Context): Promise<void> {
  await takeWaitingReturns(context)
  await takeSignUps(context)
  await remindUnconfirmed(context)
  await sweepGate(context, async (notice) => planDeskNotice(context, notice))
  await sweepSourceNotices(context, async (notice) => planDeskNotice(context, notice))
  await sweepClicks(context)
  await summariseWaiting(context)
  await sweepLeadImages(context)
  await sendMondayNote(context)
}

async function backUp({ context, dataDir, url }: App): Promise<void> {
  const { timeZone: zone } = await readSettings(context)
  await sweepBackup(context, { dataDir, url, zone })
}

/** Editions are drafted ahead of their hour, people are called to them, and what they said yes to leaves at its time. */
async function runDesk({ context, dataDir }: App): Promise<void> {
  const { draftDigest } = await import('#editions/compose-digest.ts')
  await sweepDueTimes(context, async ({ newsletterSlug, run }) =>
    draftDigest(context, { newsletterSlug, operatorId: null, again: false, run }),
  )
  await checkAheadLater(context)
  const { sweepFlagged } = await import('#deliveries/alerts/sweep-flagged.ts')
  const keys = { dkimDir: context.config.dkimDir ?? join(dataDir, 'dkim') }
  await sweepFlagged(context, keys)
  await sweepApprovals(context)
  await releaseDue(context, keys)
}

/** What was sent and turns out wrong stops at once; the desk is told. */
async function tellOfCorrections(context: Context): Promise<void> {
  const { sweepCorrections } = await import('#editions/corrections/open-correction.ts')
  for (const { correctionId, carriers } of await sweepCorrections(context)) {
    const paused = carriers.filter((carrier) => carrier.paused).length
    await planDeskNotice(context, {
      key: `correction ${correctionId}`,
      subject: 'A story that was sent has been corrected',
      lines: [
        `${carriers.length === 1 ? 'One edition' : `${carriers.length} editions`} carried it${paused === 0 ? '' : `; what had not left of ${paused} is stopped`}.`,
        `Decide what readers are told: daybreak corrections ${correctionId}`,
      ],
    })
  }
}

/** Which provider takes a domain's mail changes rarely, and the look reads all readers: not at once, and seldom. */
function startResolving({ db, log }: Context): AsyncDisposable {
  const resolver = new Resolver({ timeout: 3000, tries: 2 })
  const resolveMx = async (domain: string) =>
    (await resolver.resolveMx(domain)).map(({ exchange }) => exchange)
  let first = true
  const sweep = async () => {
    if (!first) await resolveDestinations({ db, resolveMx, limit: DOMAINS })
    first = false
  }
  return startClock({ sweep, everyMs: RESOLVE_MS, log })
}

async function runSender(app: App): Promise<AsyncDisposable> {
  await using stack = new AsyncDisposableStack()
  const { context, backend, dataDir } = app
  const { config, log } = context
  const url = config.smtpUrl ?? stack.use(await openInbox({ dir: join(dataDir, 'inbox'), log })).url
  const relays = stack.use(
    new Relays({
      relays: parseRelays(url),
      name: config.publicUrl.hostname,
      connections: config.smtpConnections,
      log,
    }),
  )
  const dkim = await openDkim({ dir: config.dkimDir ?? join(dataDir, 'dkim'), log })
  // A restored database is told who left since, before anything is sent.
  await replayLeavings(context, { dataDir })
  const sender = stack.use(
    await openSender(context, { dataDir, relays, dkim, leaseMs: config.leaseMs }),
  )
  const sweep = async () => {
    await dkim.reload()
    relays.share(await countSendersAtWork(context.db, context.clock.now()))
    await sweepDeliveries(context, sender)
  }
  // Rows of a process that was killed come first: then it is known what may be sent.
  await sweep()
  stack.use(
    await openWorkers({
      backend,
      queues: roleQueues.sender,
      processors: sendingProcessors({ ...context, sender }),
      log,
    }),
  )
  stack.use(startClock({ sweep, everyMs: SWEEP_MS, log }))
  return stack.move()
}
