import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { sql } from 'kysely'
import { connect } from '#backup/make-backup.ts'
import { checkBackup } from '#backup/read-backup.ts'
import { restoreBackup } from '#backup/restore-backup.ts'
import { writeBackup } from '#backup/write-backup.ts'
import { openEmbedded } from '#db/embedded.ts'
import { type Db, openDb } from '#db/open.ts'
import { ensureFirstNewsletters } from '#editions/newsletter.ts'
import { createLog } from '#log.ts'
import { addCrowd, addEdition } from './plan/crowd.ts'
import { report, round, tell } from './support/report.ts'
import { runBench } from './support/scope.ts'

// Backup and restore of a newsroom with ten digests in its ledger, keys and all, sealed and read back. Beside it
// PostgreSQL's own COPY of the ledger to a file and back into a bare table: no other table, no index, no seal.

const { values } = parseArgs({
  options: {
    readers: { type: 'string', default: '100000' },
    json: { type: 'boolean', default: false },
  },
})
const readers = Number(values.readers)
const EDITIONS = 10
const MOST_GROWTH_MB = 200
const SAMPLE_MS = 100
const passphrase = 'four words on paper'

await runBench(async (stack) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'daybreak-bench-'))
  stack.defer(async () => rm(dataDir, { recursive: true, force: true }))
  const log = createLog({ level: 'error', name: 'bench' })
  const server = stack.use(
    await openEmbedded({ dataDir, command: 'bench', purpose: 'server', log }),
  )
  const { db } = await openDb({ url: server.url, max: 4, onError: () => undefined })
  stack.defer(async () => db.destroy())
  const now = new Date()
  await ensureFirstNewsletters({ db, clock: { now: () => now } })
  tell(`writing ${readers} readers and ${readers * EDITIONS} deliveries`)
  await addCrowd(db, { readers, now })
  const first = await addEdition(db, { now })
  for (let number = 0; number < EDITIONS; number += 1)
    await addDeliveries(db, { editionId: first + number, now })
  const reference = await copyBare(db, dataDir)
  const file = join(dataDir, 'records.daybreak')

  await using client = await connect(server.url)
  tell('backing up')
  const written = await watched(async () =>
    writeBackup(client.pg, { file, passphrase, files: [], program: 'bench', now }),
  )
  const checked = await watched(async () => checkBackup(file, { passphrase }))
  await sql`create database restored`.execute(db)
  const url = new URL(server.url)
  url.pathname = '/restored'
  await using other = await connect(url.href)
  tell('restoring')
  const restored = await watched(async () =>
    restoreBackup(other.pg, { file, passphrase, dataDir, held: 'bench', keys: null, now }),
  )
  const { rows } = await other.pg.query<{ count: number }>(
    'select count(*)::int as count from delivery',
  )
  const { size } = await stat(file)
  const grew = Math.max(written.grewMb, checked.grewMb, restored.grewMb)
  report(
    {
      name: 'backup',
      figures: {
        readers,
        deliveries: rows[0]?.count ?? 0,
        backupSeconds: round(written.seconds, 1),
        ofItReadingBack: round(checked.seconds, 1),
        restoreSeconds: round(restored.seconds, 1),
        fileMb: round(size / 1e6, 1),
        databaseMb: round(await sizeOf(db), 0),
        backupGrewMb: round(written.grewMb, 0),
        restoreGrewMb: round(restored.grewMb, 0),
      },
      reference,
      ratio: round(reference.copyOutSeconds / written.seconds),
      goal: MOST_GROWTH_MB,
      met: grew <= MOST_GROWTH_MB && rows[0]?.count === readers * EDITIONS,
    },
    values,
  )
})

/** Of a digest to everybody, all accepted. The ledger names editions and does not point to them. */
async function addDeliveries(
  db: Db,
  { editionId, now }: { editionId: number; now: Date },
): Promise<void> {
  await sql`select ensure_delivery_partition(${editionId})`.execute(db)
  await sql`
    insert into delivery (edition_id, subscriber_id, state, variant, cohort, destination, release_at, not_after
                        , version, address_version, attempt, sender_id, outcome_at, relay_id, reply)
    select ${editionId}, s.id, 'accepted', s.id % 40, 0, s.id % 6, ${now}, ${now}::timestamptz + interval '6 hours'
         , 1, 1, 1, 1, ${now}, '4F3A' || s.id, '250 2.0.0 Ok: queued as ' || upper(to_hex(s.id * 7919))
      from subscriber s order by s.id`.execute(db)
}

/** The server reads and writes the file itself. */
async function copyBare(db: Db, dataDir: string) {
  const file = join(dataDir, 'postgres', 'ledger.copy')
  const out = await timed(async () =>
    sql`copy (select * from delivery) to ${sql.lit(file)}`.execute(db),
  )
  await sql`create table bare (like delivery)`.execute(db)
  const back = await timed(async () => sql`copy bare from ${sql.lit(file)}`.execute(db))
  await sql`drop table bare`.execute(db)
  await rm(file)
  return { copyOutSeconds: round(out, 1), copyInSeconds: round(back, 1) }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return (performance.now() - began) / 1000
}

async function watched(work: () => Promise<unknown>): Promise<{ seconds: number; grewMb: number }> {
  const start = process.memoryUsage().rss
  let peak = start
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), SAMPLE_MS)
  try {
    const seconds = await timed(work)
    return { seconds, grewMb: (peak - start) / 1e6 }
  } finally {
    clearInterval(watch)
  }
}

async function sizeOf(db: Db): Promise<number> {
  const { rows } = await sql<{ bytes: number }>`
    select pg_database_size(current_database())::float8 as bytes`.execute(db)
  return (rows[0]?.bytes ?? 0) / 1e6
}
