import { randomBytes } from 'node:crypto'
import { mkdir, readFile, readlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import type { Context } from '#context.ts'
import { identityOf } from '#db/process-identity.ts'
import { hasCode } from '#errors.ts'
import type { Dkim } from '#mail/dkim/dkim.ts'
import type { Relays } from '#mail/relays.ts'
import type { Lane } from '#queue/jobs.ts'
import { type DiskFloor, openDiskFloor } from './disk-floor.ts'
import { Forms } from './drain/forms.ts'
import type { LaneFigures } from './drain/lane-figures.ts'
import { Watch } from './drain/watch.ts'
import { SendCounts } from './drain/send-counts.ts'
import { Journal } from './journal.ts'
import type { Settled } from './outcome-store.ts'
import { removeJournal } from './read-journal.ts'
import { RestoreMark } from './restore-mark.ts'
import { Troubles } from './trouble/troubles.ts'

/** What a sending process needs of its relays; a test brings its own. */
export type Outlet = Pick<
  Relays,
  'send' | 'capacity' | 'health' | 'limits' | 'credit' | 'addCredit' | 'share'
>

/** This process as one that sends: its rows in the ledger carry its id, and its journal tells what it had begun. */
export type Sender = AsyncDisposable & {
  id: number
  hostId: string
  bootId: string
  journal: Journal
  relays: Outlet
  dkim: Dkim
  /** Editions compiled for this process. */
  forms: Forms
  /** Who withdrew since a claim. */
  watch: Watch
  /** Who refuses us. */
  troubles: Troubles
  /** Tells a restored database, before anything is claimed of it. */
  mark: RestoreMark
  /** How full the disk may be that the journal is on. */
  floor: DiskFloor
  /** Far more time than a claim takes, so a lapsed lease means a stalled process. */
  leaseMs: number
  /** From 0 to 1. */
  random(): number
  /** Of the lanes that send now. */
  figures: Map<Lane, LaneFigures>
  readonly counts: SendCounts
  /** A lane whose relay does not answer rests, so that a dead relay is not knocked on for every reader. */
  rest: Map<Lane, { until: number; failures: number; reason: string }>
  /** Outcomes that the database did not take yet: the sweep writes them when it is back. */
  unwritten: Settled[]
}

/** What a verb that sends needs. */
export type Sending = Pick<Context, 'db' | 'clock' | 'log' | 'secrets' | 'config' | 'relay'> & {
  sender: Sender
}

const LEASE_MS = 300_000

export async function openSender(
  context: Pick<Context, 'db' | 'clock' | 'log' | 'secrets' | 'relay'>,
  {
    dataDir,
    relays,
    dkim,
    leaseMs = LEASE_MS,
    random = Math.random,
  }: {
    dataDir: string
    relays: Outlet
    dkim: Dkim
    leaseMs?: number
    random?: () => number
  },
): Promise<Sender> {
  const { db, clock, relay } = context
  const folder = join(dataDir, 'journal')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const hostId = await ensureHostId(dataDir)
  const { pid, processStart, bootId = 'unknown' } = identityOf(process.pid)
  const path = join(folder, `${pid}-${randomBytes(6).toString('hex')}.journal`)
  const mark = await RestoreMark.open(context, { dataDir })
  const journal = new Journal(path)
  const now = clock.now()
  const { rows } = await sql<{ id: number }>`
    insert into sender (host_id, boot_id, pid, process_start, journal, test, started_at, seen_at)
    values (${hostId}, ${bootId}, ${pid}, ${String(processStart ?? '')}, ${path}, ${relay.test}
          , ${now}, ${now})
    returning id`.execute(db)
  const id = rows[0]?.id
  if (id === undefined) throw new Error('insert returned no row')
  return {
    id,
    hostId,
    bootId,
    journal,
    relays,
    dkim,
    forms: new Forms(context, dkim),
    watch: new Watch(context),
    troubles: new Troubles(),
    mark,
    floor: openDiskFloor({ dir: folder, log: context.log }),
    leaseMs,
    random,
    figures: new Map(),
    counts: new SendCounts(),
    rest: new Map(),
    unwritten: [],
    async [Symbol.asyncDispose]() {
      journal.close()
      if (await endSender(db, { id, now: clock.now() })) removeJournal(path)
    },
  }
}

/** Says that this sender is alive, at most every ten seconds; one that was given up by mistake is taken back. */
export async function noteSeen(
  db: Context['db'],
  { id, now }: { id: number; now: Date },
): Promise<void> {
  await sql`
    update sender set seen_at = ${now}, ended_at = null
     where id = ${id} and seen_at < ${now}::timestamptz - interval '10 seconds'`.execute(db)
}

/** Processes that share the connections to relays. */
export async function countSendersAtWork(db: Context['db'], now: Date): Promise<number> {
  const { rows } = await sql<{ senders: number }>`
    select count(*) as senders from sender
     where ended_at is null and seen_at > ${now}::timestamptz - interval '30 seconds'`.execute(db)
  return rows[0]?.senders ?? 1
}

/** Whether a sender that is at work sends into the built-in inbox; undefined when none is. */
export async function findSenderAtWork(
  db: Context['db'],
  now: Date,
): Promise<{ test: boolean } | undefined> {
  const { rows } = await sql<{ test: boolean }>`
    select test from sender
     where ended_at is null and seen_at > ${now}::timestamptz - interval '30 seconds'
     order by id desc limit 1`.execute(db)
  return rows[0]
}

/** Marks a sender as gone, unless rows of it are still open: those are for recovery to settle first. */
export async function endSender(
  db: Context['db'],
  { id, now }: { id: number; now: Date },
): Promise<boolean> {
  const { rows } = await sql`
    update sender set ended_at = ${now}
     where id = ${id} and ended_at is null
       and not exists (select from service_mail where state = 'claimed' and sender_id = ${id})
       and not exists (select from edition e join delivery d on d.edition_id = e.id
                        where e.state in ('sending', 'held', 'stopped') and d.state = 'claimed' and d.sender_id = ${id})
    returning id`.execute(db)
  return rows.length > 0
}

/** One id for all processes that share a data directory and see each other's pids: containers may share only the first. */
async function ensureHostId(dataDir: string): Promise<string> {
  const file = join(dataDir, 'host-id')
  try {
    await writeFile(file, randomBytes(12).toString('hex'), { flag: 'wx', mode: 0o600, flush: true })
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
  }
  const pids = await readlink('/proc/self/ns/pid').catch(() => '')
  return `${(await readFile(file, 'utf8')).trim()} ${pids}`.trim()
}
