import { statfs } from 'node:fs/promises'
import { findLastBackup } from '#backup/backup-store.ts'
import type { Context } from '#context.ts'
import { BOUNDS } from '#deliveries/drain/send-counts.ts'
import { knownVersion } from '#db/migrate.ts'
import { VERSION } from '#version.ts'
import { expose, type Family, histogramSamples, type Sample } from './exposition.ts'
import {
  listOpenCauses,
  listReleased,
  listSendTotals,
  nameDestinations,
  readAges,
  type Totals,
} from './metrics-store.ts'

export type Pools = () => { total: number; idle: number; waiting: number }

type House = {
  context: Pick<Context, 'db' | 'clock'>
  dataDir: string
  queues: { counts(): Promise<{ queue: string; failed: number; waiting: number }[]> }
  pool: Pools
}

/** What Prometheus scrapes. Everything comes from counters that are kept anyway: a scrape reads no ledger. */
export async function readMetrics(house: House): Promise<string> {
  const { db, clock } = house.context
  const now = clock.now()
  return expose([
    ...(await aboutHouse(house, now)),
    ...mailFamilies(await listSendTotals(db), await nameDestinations(db)),
    ...(await queueFamilies(house)),
    ...(await editionFamilies(house, now)),
  ])
}

const gauge = (name: string, help: string, samples: Sample[]): Family => ({
  name: `daybreak_${name}`,
  help,
  type: 'gauge',
  samples,
})

const one = (value: number): Sample[] => [{ value }]

async function aboutHouse({ context: { db }, dataDir }: House, now: Date): Promise<Family[]> {
  const { bavail, bsize } = await statfs(dataDir)
  const { madeAt } = await findLastBackup(db)
  const causes = await listOpenCauses(db)
  return [
    gauge('build_info', 'The version, always 1.', [
      { labels: { version: VERSION, schema: String(await knownVersion()) }, value: 1 },
    ]),
    gauge('disk_free_bytes', 'Free on the disk of the data directory.', one(bavail * bsize)),
    gauge(
      'backup_age_seconds',
      'Since the last backup was finished; missing before the first.',
      madeAt === null ? [] : one((now.getTime() - madeAt.getTime()) / 1000),
    ),
    gauge('troubles', 'What is wrong now.', one(causes.length)),
    gauge(
      'trouble',
      'One for each cause of trouble there is now.',
      causes.map((cause) => ({ labels: { cause }, value: 1 })),
    ),
  ]
}

function mailFamilies(totals: Totals[], names: Map<number, string>): Family[] {
  const mails = Map.groupBy(
    totals.flatMap((total) => total.mails),
    ({ lane, destination, outcome }) => `${lane}\0${destination}\0${outcome}`,
  )
  return [
    {
      name: 'daybreak_mails_total',
      help: 'What became of mails that were handed to a relay, by lane and mail provider.',
      type: 'counter',
      samples: [...mails.values()].flatMap((all) => {
        const [first] = all
        if (first === undefined) return []
        const { lane, destination, outcome } = first
        const labels = { lane, destination: names.get(destination) ?? 'other', outcome }
        return [{ labels, value: all.reduce((sum, { count }) => sum + count, 0) }]
      }),
    },
    {
      name: 'daybreak_claim_seconds',
      help: 'How long it took to claim mails in the database.',
      type: 'histogram',
      samples: histogramSamples(BOUNDS, sumOf(totals.map(({ claims }) => claims))),
    },
    {
      name: 'daybreak_smtp_seconds',
      help: 'From the hand-over of a mail to the reply of the relay.',
      type: 'histogram',
      samples: histogramSamples(BOUNDS, sumOf(totals.map(({ replies }) => replies))),
    },
  ]
}

function sumOf(all: Totals['claims'][]): Totals['claims'] {
  const counts = Array.from({ length: BOUNDS.length + 1 }, (_, index) =>
    all.reduce((sum, each) => sum + (each.counts[index] ?? 0), 0),
  )
  return { counts, seconds: all.reduce((sum, each) => sum + each.seconds, 0) }
}

async function queueFamilies({ queues, pool }: House): Promise<Family[]> {
  const counts = await queues.counts().catch(() => [])
  const { total, idle, waiting } = pool()
  return [
    gauge(
      'queue_jobs',
      'Jobs in each queue.',
      counts.flatMap(({ queue, waiting: waits, failed }) => [
        { labels: { queue, state: 'waiting' }, value: waits },
        { labels: { queue, state: 'failed' }, value: failed },
      ]),
    ),
    gauge('database_connections', 'Of this process.', [
      { labels: { state: 'used' }, value: total - idle },
      { labels: { state: 'idle' }, value: idle },
    ]),
    gauge('database_waiting', 'Who waits for a connection of this process.', one(waiting)),
  ]
}

async function editionFamilies({ context: { db } }: House, now: Date): Promise<Family[]> {
  const { unfinished, waiting, held, senders, readers } = await readAges(db, now)
  const released = await listReleased(db, now)
  const seconds = (pick: 'firstSeconds' | 'lastSeconds') =>
    released.flatMap((edition) => {
      const value = edition[pick]
      const labels = {
        edition: String(edition.id),
        newsletter: edition.newsletter,
        kind: edition.kind,
      }
      return value === null ? [] : [{ labels, value }]
    })
  return [
    gauge(
      'oldest_unfinished_seconds',
      'How long the oldest mail waits that could leave.',
      one(unfinished),
    ),
    gauge('mails_waiting', 'Mails that could leave now.', one(waiting)),
    gauge('editions_held', 'Editions that wait for a person.', one(held)),
    gauge('senders', 'Sending processes at work.', one(senders)),
    gauge('readers', 'Active readers.', one(readers)),
    gauge(
      'edition_first_accepted_seconds',
      'From the release to the first mail accepted, of the last day’s editions.',
      seconds('firstSeconds'),
    ),
    gauge(
      'edition_last_accepted_seconds',
      'From the release to the last mail accepted so far, of the last day’s editions.',
      seconds('lastSeconds'),
    ),
  ]
}
