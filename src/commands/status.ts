import { join } from 'node:path'
import type { App } from '#app.ts'
import { type Command, type Entered, tableOf } from '#commands/command.ts'
import { readAccounts } from '#deliveries/accounts.ts'
import type { Db } from '#db/open.ts'
import { describeHold } from '#deliveries/restore-mark.ts'
import { listBreakers } from '#deliveries/trouble/breaker-store.ts'
import { findSenderAtWork } from '#deliveries/sender.ts'
import { listEditions } from '#editions/list-editions.ts'
import { listMissingSettings, readSettings } from '#editions/publication.ts'
import { reasonOf } from '#errors.ts'
import { openDkim, readPin } from '#mail/dkim/dkim.ts'
import { profiles } from '#mail/profiles.ts'
import { verifyRelay } from '#mail/relay/relay-pool.ts'
import { parseRelays, type RelayConfig } from '#mail/smtp-url.ts'
import { readSenderHealth, warningsOf } from '#reports/sender-health.ts'
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
    const held = await describeHold(db)
    if (held !== undefined)
      out.line(`everything is held: ${held.reason} ("daybreak hold" says more)`)
    for (const line of await describeRelays(house)) out.line(line)
    for (const line of await describeTrouble(house)) out.line(line)
    for (const line of await describeEditions(db)) out.line(line)
  },
}

const WEEK_MS = 7 * 86_400_000

/** What providers hold against us: refusals now, and shares of the last seven days that are near or over a line. */
async function describeTrouble({ app }: Entered): Promise<string[]> {
  const { db, clock } = app.context
  const until = clock.now()
  const health = await readSenderHealth(db, { from: new Date(until.getTime() - WEEK_MS), until })
  const breakers = await listBreakers(db)
  return [
    ...breakers.map(
      ({ destination, reason, until: end }) =>
        `${destination} refuses us and gets no mail until ${end.toISOString().slice(11, 16)} UTC: ${reason}`,
    ),
    ...warningsOf(health),
  ].map((line) => `! ${line}`)
}

async function describeRelays({ app }: Entered): Promise<string[]> {
  const { config, db, log } = app.context
  if (config.smtpUrl === null) {
    return ['mail: into the built-in inbox, nothing leaves this machine (SMTP_URL is not set)']
  }
  const relays = parseRelays(config.smtpUrl)
  const name = config.publicUrl.hostname
  const lines = await Promise.all(
    relays.map(async (relay) => {
      const trouble = await verifyRelay({ relay, name, connections: 1, log })
      const answers = trouble === undefined ? 'answers' : `does not work: ${trouble}`
      return `mail: the relay ${titleOf(relay)} ${answers}${limitsOf(relay)}`
    }),
  )
  const missing = await listMissingSettings({ db })
  if (missing.length > 0) lines.push(`  set before the first send: ${missing.join(', ')}`)
  return [...lines, ...(await describeSigning(app, relays))]
}

function titleOf({ name, host, profile }: RelayConfig): string {
  return name === host ? `${host} (${profile})` : `${name} (${host}, ${profile})`
}

function limitsOf({ rate, hourly, daily }: RelayConfig): string {
  const limits = [
    rate === null ? [] : `${figure(rate)} a second`,
    hourly === null ? [] : `${figure(hourly)} an hour`,
    daily === null ? [] : `${figure(daily)} a day`,
  ].flat()
  return limits.length === 0 ? '' : `, at most ${limits.join(', ')}`
}

function figure(number: number): string {
  return number.toLocaleString('en-GB')
}

/** Who puts the DKIM signature of the sender's domain on a mail: keys here, or the relay. */
async function describeSigning(
  { context, dataDir }: App,
  relays: RelayConfig[],
): Promise<string[]> {
  const { fromAddress } = await readSettings(context)
  const domain = fromAddress.slice(fromAddress.lastIndexOf('@') + 1)
  const dir = context.config.dkimDir ?? join(dataDir, 'dkim')
  const trouble = await openDkim({ dir, log: context.log }).then(() => undefined, reasonOf)
  if (trouble !== undefined) return [`signing: ${trouble}`]
  const pin = await readPin(dir, fromAddress)
  if (pin === null) {
    return [
      `signing: mail of ${domain} is not signed here: the relay must, or make keys with "daybreak dkim keygen ${domain}"`,
    ]
  }
  const lines = [
    `signing: mail of ${domain} is signed with ${pin.selectors.join(' and ')} of ${pin.domain}`,
  ]
  const others = relays.filter(({ profile }) => !profiles[profile].sign)
  if (others.length > 0) {
    const names = new Intl.ListFormat('en').format(others.map((relay) => relay.name))
    lines.push(
      `  but not what goes over ${names}: ${others.length === 1 ? 'it signs itself' : 'they sign themselves'}`,
    )
  }
  return lines
}

async function describeEditions(db: Db): Promise<string[]> {
  const open = (await listEditions({ db }, { limit: 50 })).filter((edition) =>
    ['sending', 'held', 'in review'].includes(edition.state),
  )
  return Promise.all(
    open.map(async ({ id, state, stateReason }) => {
      const { planned, accepted, waitingBecause } = await readAccounts(db, id)
      const why = stateReason ?? waitingBecause[0] ?? ''
      const row = { edition: id, state, done: `${accepted} of ${planned}`, why }
      return `edition ${tableOf([row])[1] ?? ''}`
    }),
  )
}
