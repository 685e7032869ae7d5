import { createWriteStream } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { once } from 'node:events'
import { finished } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { sql } from 'kysely'
import { pgdataOf } from '#db/cluster.ts'
import { openEmbedded } from '#db/embedded.ts'
import { type Db, openDb } from '#db/open.ts'
import { readPostmasterFile } from '#db/postmaster-file.ts'
import { ensureFirstNewsletters } from '#editions/newsletter.ts'
import { createLog } from '#log.ts'
import { importReaders } from '#subscribers/import/import-readers.ts'
import { openSources } from '#subscribers/import/reading/source.ts'
import { openLeavings } from '#subscribers/leavings.ts'
import { cpuMsOfTree } from './support/cpu.ts'
import { report, round, tell } from './support/report.ts'
import { runBench } from './support/scope.ts'

// A list of new readers with stated consent: each becomes a reader with a newsletter and a line in the consent ledger.
// Beside it the same file goes into a bare table by COPY, which checks nothing and knows nobody.

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    json: { type: 'boolean', default: false },
  },
})
const rows = Number(values.rows)
const GOAL_SECONDS = 60
const MOST_GROWTH_MB = 150
const SAMPLE_MS = 100

await runBench(async (stack) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'daybreak-bench-'))
  stack.defer(async () => rm(dataDir, { recursive: true, force: true }))
  const files = await mkdtemp(join(tmpdir(), 'daybreak-bench-'))
  stack.defer(async () => rm(files, { recursive: true, force: true }))
  const log = createLog({ level: 'error', name: 'bench' })
  const server = stack.use(
    await openEmbedded({ dataDir, command: 'bench', purpose: 'server', log }),
  )
  const { db } = await openDb({ url: server.url, max: 4, onError: () => undefined })
  stack.defer(async () => db.destroy())
  const clock = { now: () => new Date() }
  await ensureFirstNewsletters({ db, clock })
  const postgres = (await readPostmasterFile(pgdataOf(dataDir)))?.pid ?? 0
  tell(`writing a list of ${rows} readers`)
  const file = join(files, 'readers.csv')
  await writeList(file)

  const copySeconds = await copyBare(db, { file, folder: files })
  tell(`COPY into a bare table took ${round(copySeconds, 1)} s, importing`)
  const cpu = cpuMsOfTree(postgres)
  const imported = await importList(db, file)
  const postgresCpuSeconds = round((cpuMsOfTree(postgres) - cpu) / 1000, 1)
  const counts = await countAll(db)
  const seconds = round(imported.seconds, 2)
  report(
    {
      name: 'import',
      figures: {
        rows,
        seconds,
        rowsPerSecond: round(rows / imported.seconds, 0),
        secondsAtEndOf: imported.steps,
        importCpuSeconds: round(imported.cpuSeconds, 1),
        postgresCpuSeconds,
        rssMbStart: round(imported.rssStart, 1),
        rssMbPeak: round(imported.rssPeak, 1),
        ...counts,
      },
      reference: {
        copySeconds: round(copySeconds, 2),
        rowsPerSecond: round(rows / copySeconds, 0),
      },
      ratio: round(copySeconds / imported.seconds),
      goal: GOAL_SECONDS,
      met:
        Object.values(counts).every((count) => count === rows) &&
        seconds <= (GOAL_SECONDS * rows) / 1_000_000 &&
        imported.rssPeak - imported.rssStart <= MOST_GROWTH_MB,
    },
    values,
  )
})

/** Names in quotes, zones and a column that becomes an attribute, as lists have them. */
async function writeList(file: string): Promise<void> {
  const out = createWriteStream(file, { highWaterMark: 1 << 20 })
  out.write('Email,Name,Timezone,Language,City\n')
  const zones = ['Europe/London', 'Europe/Berlin', 'America/New_York', 'Asia/Tokyo', '']
  for (let number = 0; number < rows; number += 1) {
    const domain = number % 3 === 0 ? 'gmail.com' : `mail${number % 331}.example.org`
    const name = number % 10 === 0 ? `"Reader, ""No."" ${number}"` : `Reader ${number}`
    const line = `Reader.${number}@${domain},${name},${zones[number % 5]},en,Town ${number % 97}\n`
    if (!out.write(line)) await once(out, 'drain')
  }
  await finished(out.end())
}

/** The server reads the file itself, as the user it runs as. */
async function copyBare(
  db: Db,
  { file, folder }: { file: string; folder: string },
): Promise<number> {
  await chmod(folder, 0o755)
  await chmod(file, 0o644)
  await sql`create table bare (email text, name text, zone text, language text, city text)`.execute(
    db,
  )
  const began = performance.now()
  await sql`copy bare from ${sql.lit(file)} with (format csv, header)`.execute(db)
  const seconds = (performance.now() - began) / 1000
  await sql`drop table bare`.execute(db)
  return seconds
}

async function importList(db: Db, file: string) {
  const rssStart = megabytes()
  let rssPeak = rssStart
  const watch = setInterval(() => (rssPeak = Math.max(rssPeak, megabytes())), SAMPLE_MS)
  const ends: Record<string, number> = {}
  const cpu = process.cpuUsage()
  const began = performance.now()
  const log = createLog({ level: 'error', name: 'bench' })
  try {
    await using sources = await openSources([file])
    await using leavings = openLeavings({ dataDir: dirname(file), log })
    await importReaders(
      { db, clock: { now: () => new Date() }, secrets: secretsOf(), leavings },
      {
        sources: sources.all,
        wishes: { map: [], topicColumn: null, suppress: null, newsletters: ['daily'] },
        topics: [],
        consent: { source: 'the sign-up box', date: new Date('2024-05-01T00:00:00Z') },
        timeZone: 'Europe/London',
        language: 'en',
        operatorId: null,
        dryRun: false,
        errors: null,
        onPreview: () => (ends['preview'] = performance.now() - began),
        onProgress: ({ step }) => (ends[step] = performance.now() - began),
      },
    )
  } finally {
    clearInterval(watch)
  }
  const seconds = (performance.now() - began) / 1000
  const { user, system } = process.cpuUsage(cpu)
  const steps = Object.fromEntries(
    Object.entries(ends).map(([step, end]) => [step, round(end / 1000, 1)]),
  )
  return {
    seconds,
    steps,
    cpuSeconds: (user + system) / 1e6,
    rssStart,
    rssPeak: Math.max(rssPeak, megabytes()),
  }
}

function megabytes(): number {
  return process.memoryUsage.rss() / 2 ** 20
}

function secretsOf() {
  return { tokenKey: Buffer.alloc(32, 1), suppressionKey: Buffer.alloc(32, 2) }
}

async function countAll(db: Db): Promise<Record<string, number>> {
  const { rows: found } = await sql<Record<string, number>>`
    select (select count(*) from subscriber where state = 'active') as readers
         , (select count(distinct public_id) from subscriber) as "publicIds"
         , (select count(*) from subscription where cadence = 'daily') as subscriptions
         , (select count(*) from consent_event where kind = 'imported' and stated_at is not null) as "consentEvents"`.execute(
    db,
  )
  return found[0] ?? {}
}
