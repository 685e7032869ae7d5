import { type Command, tableOf } from '#commands/command.ts'
import { readAccounts } from '#deliveries/accounts.ts'
import { listEditions } from '#editions/store.ts'
import { listMissingSettings } from '#editions/publication.ts'
import { verifyRelay } from '#mail/transport.ts'
import { countSubscribers } from '#subscribers/store.ts'

export const status: Command = {
  usage: 'status',
  about: 'Says in a few lines what works, what waits and why.',
  async run({ config, out, enter }) {
    await using house = await enter('read')
    const { db, log, relay } = house.app.context
    const readers = (await countSubscribers(db)).find((row) => row.state === 'active')?.count ?? 0
    out.line(`readers: ${readers} active`)
    out.line(`queues: ${house.app.backend.kind === 'postgres' ? 'in PostgreSQL' : 'in Redis'}`)
    for (const [name, counts] of Object.entries(await house.app.queues.counts())) {
      const failed = counts['failed'] ?? 0
      if (failed > 0) out.line(`  ${name}: ${failed} failed jobs, see the log`)
    }
    if (config.smtpUrl === null) out.line('mail: into the built-in inbox, nothing leaves this machine (SMTP_URL is not set)')
    else {
      const trouble = await verifyRelay({ url: config.smtpUrl, name: config.publicUrl.hostname, maxConnections: 1, log })
      out.line(`mail: the relay ${trouble === undefined ? 'answers' : `does not work: ${trouble}`}`)
      const missing = relay.test ? [] : await listMissingSettings({ db })
      if (missing.length > 0) out.line(`  set before the first send: ${missing.join(', ')}`)
    }
    const open = (await listEditions(db, 50)).filter((edition) => ['sending', 'held', 'in review'].includes(edition.state))
    for (const edition of open) {
      const { planned, accepted, waitingBecause } = await readAccounts(db, edition.id)
      const why = edition.stateReason ?? waitingBecause[0]
      const rows = [{ edition: edition.id, state: edition.state, done: `${accepted} of ${planned}`, why: why ?? '' }]
      for (const line of tableOf(rows).slice(1)) out.line(`edition ${line}`)
    }
  },
}
