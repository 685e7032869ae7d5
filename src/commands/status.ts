import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { App } from '#app.ts'
import { type Command, type Entered, tableOf } from '#commands/command.ts'
import { readAccounts } from '#deliveries/accounts.ts'
import type { Db } from '#db/open.ts'
import { findSenderAtWork } from '#deliveries/sender.ts'
import { listEditions } from '#editions/list-editions.ts'
import { listMissingSettings, readSettings } from '#editions/publication.ts'
import { reasonOf } from '#errors.ts'
import { openDkim, readPin } from '#mail/dkim/dkim.ts'
import { profiles } from '#mail/profiles.ts'
import { verifyRelay } from '#mail/relay/relay-pool.ts'
import { parseRelays, type RelayConfig } from '#mail/smtp-url.ts'
import { countSubscribers } from '#subscribers/store.ts'
import { lasted } from '#upkeep/notice-words.ts'
import { readStatus, type Status } from '#upkeep/read-status.ts'
import { sizeInWords } from './backup-words.ts'

export const status: Command = {
  usage: 'status [--json]',
  about:
    'Says in a few lines what works, what waits and why, and what is wrong, each with the command that mends it. Ends with 2 when something is wrong.',
  async run({ args, out, enter }) {
    const { values } = parseArgs({ args, options: { json: { type: 'boolean', default: false } } })
    await using house = await enter('read')
    const { context, dataDir } = house.app
    const told = await readStatus({ context, dataDir })
    if (told.troubles.length > 0) process.exitCode = EXIT_WRONG
    if (values.json) {
      const queues = await house.app.queues.counts()
      return out.line(JSON.stringify({ ...told, queues }))
    }
    for (const line of describeHouse(told, context.clock.now())) out.line(line)
    for (const line of await describeWork(house)) out.line(line)
    for (const line of await describeRelays(house)) out.line(line)
    for (const line of await describeEditions(context.db)) out.line(line)
    for (const { words, fix } of told.troubles) {
      out.line(`! ${words}`)
      out.line(`    ${fix}`)
    }
  },
}

/** Something is wrong, and a monitor should say so. */
const EXIT_WRONG = 2

function describeHouse(told: Status, now: Date): string[] {
  const { version, schema, database, disk, lastEdition, nextEdition, lastBackup } = told
  return [
    `Daybreak ${version} (schema ${schema})`,
    `database: ${database.embedded ? 'embedded PostgreSQL' : 'PostgreSQL'} ${database.version}, ${sizeInWords(database.bytes)}`,
    `disk: ${sizeInWords(disk.freeBytes)} free, claiming stops below ${sizeInWords(disk.floorBytes)}`,
    `backup: ${lastBackup === null ? 'none yet ("daybreak backup")' : `${lasted(lastBackup, now)} old`}`,
    ...(lastEdition === null
      ? []
      : [
          `last edition: ${lastEdition.id} of ${lastEdition.newsletter}, ${lastEdition.state}, ${minuteOf(lastEdition.at)}`,
        ]),
    `next edition: ${nextEdition === null ? 'none, the clock makes none' : `of ${nextEdition.newsletter}, ${minuteOf(nextEdition.at)}`}`,
  ]
}

function minuteOf(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

async function describeWork({ app }: Entered): Promise<string[]> {
  const { db, clock } = app.context
  const readers = (await countSubscribers(db)).find((row) => row.state === 'active')?.count ?? 0
  const counts = await app.queues.counts()
  const failed = counts.filter((queue) => queue.failed > 0)
  const sender = await findSenderAtWork(db, clock.now())
  return [
    `readers: ${readers} active`,
    `queues: ${app.backend.kind === 'postgres' ? 'in PostgreSQL' : 'in Redis'}`,
    ...failed.map((queue) => `  ${queue.queue}: ${queue.failed} failed jobs, see the log`),
    ...(sender === undefined
      ? ['sender: none is running, so no mail leaves: run "daybreak start"']
      : []),
  ]
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
