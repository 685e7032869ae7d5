import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { sql } from 'kysely'
import { pgdataOf } from '#db/cluster.ts'
import { openEmbedded } from '#db/embedded.ts'
import { type Db, openDb } from '#db/open.ts'
import { readPostmasterFile } from '#db/postmaster-file.ts'
import { planEdition } from '#deliveries/plan.ts'
import { ensureFirstNewsletters } from '#editions/newsletter.ts'
import { releaseEdition } from '#editions/store.ts'
import { createLog } from '#log.ts'
import { addCrowd, addEdition, FOLLOWING } from './plan/crowd.ts'
import { drainOnce, type Round } from './plan/drain-rows.ts'
import { cpuMsOfTree } from './support/cpu.ts'
import { median, percentile, report, round, tell } from './support/report.ts'
import { runBench } from './support/scope.ts'

// A million readers are planned, then claimed and accepted to the last one while somebody holds a snapshot open,
// as a backup does: rows that were changed cannot be cleaned away until it ends.

const { values } = parseArgs({
  options: {
    readers: { type: 'string', default: '1000000' },
    claim: { type: 'string', default: '500' },
    'local-hour': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const readers = Number(values.readers)
const want = Number(values.claim)
const rule = values['local-hour'] ? 'local hour' : 'now'
const GOAL = { planSeconds: 10, claimP50Ms: 20, cpuMsPerMail: 0.1 }

/** The crowd's day: at the end of it all hours have come. */
const RELEASED = new Date('2026-11-22T06:30:00Z')
const LAST_HOUR = new Date('2026-11-23T12:00:00Z')

await runBench(async (stack) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'daybreak-bench-'))
  stack.defer(async () => rm(dataDir, { recursive: true, force: true }))
  const log = createLog({ level: 'error', name: 'bench' })
  const server = stack.use(
    await openEmbedded({ dataDir, command: 'bench', purpose: 'server', log }),
  )
  const { db } = await openDb({ url: server.url, max: 4, onError: () => undefined })
  stack.defer(async () => db.destroy())
  const postgres = (await readPostmasterFile(pgdataOf(dataDir)))?.pid ?? 0
  const clock = { now: () => RELEASED }
  await ensureFirstNewsletters({ db, clock })
  tell(`adding ${readers} readers`)
  await addCrowd(db, { readers, now: RELEASED })
  const editionId = await addEdition(db, { now: RELEASED })
  await sql`checkpoint`.execute(db)

  tell('planning')
  const planned = await plan(db, { editionId, postgres })
  tell(`planned in ${round(planned.seconds, 1)} s, draining`)
  const drained = await drain(db, { postgres })

  const figures = {
    readers,
    planSeconds: round(planned.seconds, 2),
    planCpuSeconds: round(planned.cpuMs / 1000, 2),
    slices: planned.slices,
    ...drained.figures,
    releaseRule: rule,
    followingPercent: FOLLOWING,
    walks: planned.walks,
    variants: planned.variants,
    postgres: await versionOf(db),
  }
  report(
    {
      name: 'plan',
      figures,
      reference: null,
      ratio: null,
      goal: GOAL.planSeconds,
      met:
        drained.mails === readers &&
        figures.planSeconds <= (GOAL.planSeconds * readers) / 1_000_000 &&
        figures.claimP50Ms <= GOAL.claimP50Ms &&
        figures.claimAndOutcomeCpuMsPerMail <= GOAL.cpuMsPerMail,
    },
    values,
  )
})

async function plan(db: Db, { editionId, postgres }: { editionId: number; postgres: number }) {
  const cpu = cpuMsOfTree(postgres)
  const began = performance.now()
  let slices = 0
  await releaseEdition(db, { id: editionId, rule, test: false, now: RELEASED })
  await planEdition(
    { db, clock: { now: () => RELEASED }, enqueue: async () => void (slices += 1) },
    { editionId },
  )
  const seconds = (performance.now() - began) / 1000
  const cpuMs = cpuMsOfTree(postgres) - cpu
  const { rows } = await sql<{ audience: number; walks: number; variants: number }>`
    select audience, (select count(*) from delivery_drain) as walks, (select count(*) from variant) as variants
      from edition where id = ${editionId}`.execute(db)
  const [found] = rows
  if (found?.audience !== readers) throw new Error(`planned ${found?.audience} of ${readers}`)
  return { seconds, cpuMs, slices, walks: found.walks, variants: found.variants }
}

async function drain(db: Db, { postgres }: { postgres: number }) {
  const snapshot = await db.startTransaction().setIsolationLevel('repeatable read').execute()
  await sql`select 1 from delivery limit 1`.execute(snapshot)
  const rounds: Round[] = []
  const cpu = cpuMsOfTree(postgres)
  const began = performance.now()
  let mails = 0
  for (;;) {
    const done = await drainOnce(db, { want, now: LAST_HOUR })
    if (done === undefined) break
    rounds.push(done)
    mails += done.mails
  }
  const seconds = (performance.now() - began) / 1000
  const cpuMs = cpuMsOfTree(postgres) - cpu
  await snapshot.rollback().execute()
  return {
    mails,
    figures: figuresOf(rounds, { mails, seconds, cpuMs, hotShare: await hotShare(db) }),
  }
}

function figuresOf(
  rounds: Round[],
  {
    mails,
    seconds,
    cpuMs,
    hotShare: hot,
  }: { mails: number; seconds: number; cpuMs: number; hotShare: number },
) {
  const full = rounds.filter((done) => done.mails === want)
  const claims = full.map((done) => done.claimMs)
  const parts = Array.from({ length: 10 }, (_, part) =>
    claims.slice((part * claims.length) / 10, ((part + 1) * claims.length) / 10),
  )
  const medians = parts.map((part) => round(median(part), 1))
  return {
    claimRows: want,
    claimP50Ms: round(median(claims), 1),
    claimP99Ms: round(percentile(claims, 0.99), 1),
    firstClaimsMs: claims.slice(0, 5).map((ms) => round(ms, 1)),
    claimP50MsByTenth: medians,
    flatness: round((medians.at(-1) ?? 0) / (medians[0] ?? 1), 2),
    outcomeP50Ms: round(median(full.map((done) => done.outcomeMs)), 1),
    claimAndOutcomeCpuMsPerMail: round(cpuMs / mails),
    rowsPerSecond: round(mails / seconds, 0),
    hotShare: round(hot),
  }
}

/** Of the changes to ledger rows, those that touched no index. */
async function hotShare(db: Db): Promise<number> {
  await sql`select pg_stat_force_next_flush()`.execute(db)
  const { rows } = await sql<{ share: number }>`
    select sum(n_tup_hot_upd)::double precision / nullif(sum(n_tup_upd), 0) as share
      from pg_stat_user_tables where relname like 'delivery\\_%' and relname <> 'delivery_drain'`.execute(
    db,
  )
  return rows[0]?.share ?? 0
}

async function versionOf(db: Db): Promise<string> {
  const { rows } = await sql<{
    version: string
  }>`select current_setting('server_version') as version`.execute(db)
  return rows[0]?.version ?? 'unknown'
}
