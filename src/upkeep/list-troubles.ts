import { readdir, readFile, stat } from 'node:fs/promises'
import { X509Certificate } from 'node:crypto'
import { join, resolve } from 'node:path'
import { backupDirOf } from '#backup/kept-backups.ts'
import { findLastBackup } from '#backup/backup-store.ts'
import type { Context } from '#context.ts'
import { openDiskFloor } from '#deliveries/disk-floor.ts'
import { describeHold } from '#deliveries/restore-mark.ts'
import { findSenderAtWork } from '#deliveries/sender.ts'
import { listBreakers } from '#deliveries/trouble/breaker-store.ts'
import { reasonOf } from '#errors.ts'
import { verifyRelay } from '#mail/relay/relay-pool.ts'
import { parseRelays } from '#mail/smtp-url.ts'
import { readSenderHealth, warningsOf } from '#reports/sender-health.ts'
import { openToOthers, SETTINGS_FILE } from '#settings-file.ts'
import { countWaiting, listHeldEditions } from './trouble-store.ts'
import type { Trouble } from './trouble.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const WEEK_MS = 7 * DAY_MS
/** A day and a half: one night may fail, and be made up for by day. */
const OLD_BACKUP_MS = 1.5 * DAY_MS
const CERTIFICATE_MS = 14 * DAY_MS
/** Providers advise to change the keys that sign once a year. */
const DKIM_MS = 400 * DAY_MS

export type House = {
  context: Pick<Context, 'config' | 'db' | 'clock' | 'log'>
  dataDir: string
}

/** All that is wrong now, worst first. What cannot be looked at is a trouble too. */
export async function listTroubles(house: House): Promise<Trouble[]> {
  const looks = [holds, editions, senders, relays, disk, breakers, rates, backups, keys, settings]
  const found = await Promise.all(
    looks.map(async (look) =>
      look(house).catch((error: unknown): Trouble[] => [
        {
          cause: `cannot look at ${look.name}`,
          words: `it cannot be told how it stands with ${look.name}: ${reasonOf(error)}`,
          fix: 'daybreak status',
        },
      ]),
    ),
  )
  return found.flat()
}

async function holds({ context: { db } }: House): Promise<Trouble[]> {
  const held = await describeHold(db)
  if (held === undefined) return []
  const words = `everything is held, no mail leaves: ${held.reason}`
  return [{ cause: 'everything held', words, fix: 'daybreak hold' }]
}

async function editions({ context: { db } }: House): Promise<Trouble[]> {
  return (await listHeldEditions(db)).map(({ id, reason }) => ({
    cause: `edition ${id} held`,
    words: `edition ${id} is held: ${reason}`,
    fix: `daybreak edition ${id}`,
  }))
}

/** Nobody sends, and somebody waits for it. */
async function senders({ context: { db, clock } }: House): Promise<Trouble[]> {
  const now = clock.now()
  if ((await findSenderAtWork(db, now)) !== undefined) return []
  const waiting = await countWaiting(db, now)
  if (waiting === 0) return []
  const words = `no sender is running, and ${waiting.toLocaleString('en-GB')} mails wait`
  return [{ cause: 'no sender', words, fix: 'daybreak start', grace: MINUTE_MS }]
}

async function relays({ context: { config, log } }: House): Promise<Trouble[]> {
  if (config.smtpUrl === null) return []
  const name = config.publicUrl.hostname
  const asked = parseRelays(config.smtpUrl).map(async (relay): Promise<Trouble[]> => {
    const trouble = await verifyRelay({ relay, name, connections: 1, log })
    if (trouble === undefined) return []
    const words = `the relay ${relay.name} does not work: ${trouble}`
    return [{ cause: `relay ${relay.name}`, words, fix: 'daybreak doctor', grace: 2 * MINUTE_MS }]
  })
  return (await Promise.all(asked)).flat()
}

async function disk({ context: { config, log }, dataDir }: House): Promise<Trouble[]> {
  const reason = openDiskFloor({
    dir: dataDir,
    also: await thereOf([backupDirOf(config, dataDir)]),
    log: quiet(log),
  }).blocked()
  return reason === undefined ? [] : [{ cause: 'disk', words: reason, fix: `df -h ${dataDir}` }]
}

async function breakers({ context: { db } }: House): Promise<Trouble[]> {
  return (await listBreakers(db)).map(({ destination, reason, until }) => ({
    cause: `breaker ${destination}`,
    words: `${destination} refuses us and gets no mail until ${until.toISOString().slice(11, 16)} UTC: ${reason}`,
    fix: 'daybreak limits',
  }))
}

/** Shares of the last seven days that are near or over a line that providers draw. */
async function rates({ context: { db, clock } }: House): Promise<Trouble[]> {
  const until = clock.now()
  const from = new Date(until.getTime() - WEEK_MS)
  return warningsOf(await readSenderHealth(db, { from, until })).map((words) => ({
    cause: `rate ${words.slice(0, words.indexOf(':'))} ${words.includes('spam') ? 'complaints' : 'bounces'}`,
    words,
    fix: 'daybreak report health',
  }))
}

async function backups({ context: { config, db, clock } }: House): Promise<Trouble[]> {
  if (config.backupAt === null) return []
  const now = clock.now().getTime()
  const { madeAt, usedSince, trouble } = await findLastBackup(db)
  const since = madeAt ?? usedSince
  if (since === null || now - since.getTime() <= OLD_BACKUP_MS) return []
  const why = trouble === null ? '' : ` (${trouble})`
  const words =
    madeAt === null
      ? `no backup was ever made${why}`
      : `the last backup is ${Math.floor((now - madeAt.getTime()) / 3_600_000)} hours old${why}`
  return [{ cause: 'backup', words, fix: 'daybreak backup' }]
}

async function keys({ context: { config, clock }, dataDir }: House): Promise<Trouble[]> {
  const now = clock.now().getTime()
  return [
    ...(config.inbound?.tls == null ? [] : await certificate(config.inbound.tls.cert, now)),
    ...(await dkimKeys(config.dkimDir ?? join(dataDir, 'dkim'), now)),
  ]
}

/** It holds the relay's password. */
async function settings(): Promise<Trouble[]> {
  const path = resolve(SETTINGS_FILE)
  const mode = openToOthers(path)
  if (mode === undefined) return []
  const words = `${path} can be read by other users of this machine (mode ${mode}), and holds passwords`
  return [{ cause: 'settings file', words, fix: `chmod 600 ${path}` }]
}

async function certificate(file: string, now: number): Promise<Trouble[]> {
  const until = new X509Certificate(await readFile(file)).validToDate.getTime()
  if (until - now > CERTIFICATE_MS) return []
  const day = new Date(until).toISOString().slice(0, 10)
  const words =
    until < now
      ? `the certificate of INBOUND_TLS_CERT ended on ${day}`
      : `the certificate of INBOUND_TLS_CERT ends on ${day}`
  return [{ cause: 'certificate', words, fix: `renew ${file}, then restart` }]
}

async function dkimKeys(dir: string, now: number): Promise<Trouble[]> {
  const names = (await readdir(dir).catch((): string[] => [])).filter((name) =>
    name.endsWith('.pem'),
  )
  const aged = names.map(async (name): Promise<Trouble[]> => {
    const { mtimeMs } = await stat(join(dir, name))
    if (now - mtimeMs < DKIM_MS) return []
    const [selector = '', domain = ''] = name.replace(/\.pem$/, '').split(/\.(.*)/s)
    const words = `the DKIM key ${selector} of ${domain} is older than a year`
    return [{ cause: `dkim ${name}`, words, fix: `daybreak dkim keygen ${domain}` }]
  })
  return (await Promise.all(aged)).flat()
}

async function thereOf(dirs: string[]): Promise<string[]> {
  const there = await Promise.all(
    dirs.map(async (dir) =>
      stat(dir).then(
        () => true,
        () => false,
      ),
    ),
  )
  return dirs.filter((_, index) => there[index])
}

/** Who claims says it in the log; here it is a notice. */
function quiet(log: Context['log']): Context['log'] {
  return log.child({}, { level: 'silent' })
}
