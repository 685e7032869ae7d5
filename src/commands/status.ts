import type { Context } from '#context.ts'
import { type Command, tableOf } from '#commands/command.ts'
import { readAccounts } from '#deliveries/accounts.ts'
import { findSenderAtWork } from '#deliveries/sender.ts'
import { listEditions } from '#editions/store.ts'
import { listMissingSettings } from '#editions/publication.ts'
import { verifyRelay } from '#mail/transport.ts'
import { countSubscribers } from '#subscribers/store.ts'

export const status: Command = {
  usage: 'status',
  about: 'Says in a few lines what works, what waits and why.',
  async run({ out, enter }) {
    await using house = await enter('read')
    const { db } = house.app.context
    const readers = (await countSubscribers(db)).find((row) => row.state === 'active')?.count ?? 0
    out.line(`readers: ${readers} active`)
    out.line(`queues: ${house.app.backend.kind === 'postgres' ? 'in PostgreSQL' : 'in Redis'}`)
    for (const { queue, failed } of await house.app.queues.counts()) {
      if (failed > 0) out.line(`  ${queue}: ${failed} failed jobs, see the log`)
    }
    if ((await findSenderAtWork(db, house.app.context.clock.now())) === undefined) {
      out.line('sender: none is running, so no mail leaves: run "daybreak start"')
    }
    for (const line of await describeRelay(house.app.context)) out.line(line)
    const open = (await listEditions(db, 50)).filter((edition) =>
      ['sending', 'held', 'in review'].includes(edition.state),
    )
    for (const edition of open) {
      const { planned, accepted, waitingBecause } = await readAccounts(db, edition.id)
      const why = edition.stateReason ?? waitingBecause[0]
      const rows = [
        {
          edition: edition.id,
          state: edition.state,
          done: `${accepted} of ${planned}`,
          why: why ?? '',
        },
      ]
      for (const line of tableOf(rows).slice(1)) out.line(`edition ${line}`)
    }
  },
}

async function describeRelay({
  db,
  log,
  config,
}: Pick<Context, 'db' | 'log' | 'config'>): Promise<string[]> {
  if (config.smtpUrl === null) {
    return ['mail: into the built-in inbox, nothing leaves this machine (SMTP_URL is not set)']
  }
  const relay = { url: config.smtpUrl, name: config.publicUrl.hostname, maxConnections: 1, log }
  const trouble = await verifyRelay(relay)
  const missing = await listMissingSettings({ db })
  return [
    `mail: the relay ${trouble === undefined ? 'answers' : `does not work: ${trouble}`}`,
    ...(missing.length === 0 ? [] : [`  set before the first send: ${missing.join(', ')}`]),
  ]
}
