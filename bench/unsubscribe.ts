import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { sql } from 'kysely'
import { pgdataOf } from '#db/cluster.ts'
import { readPostmasterFile } from '#db/postmaster-file.ts'
import { planEdition } from '#deliveries/plan.ts'
import type { DrillHouse } from '#drill/drill-house.ts'
import { releaseEdition } from '#editions/store.ts'
import { leavingsPath } from '#subscribers/leavings.ts'
import { openBenchHouse } from './support/bench-house.ts'
import { openWeb } from './support/breaking.ts'
import { cpuMsOf, cpuMsOfTree } from './support/cpu.ts'
import { type Answers, flood } from './support/flood.ts'
import { Links } from './support/links.ts'
import { makeEdition } from './support/made-edition.ts'
import { percentile, report, round, tell } from './support/report.ts'
import { runBench } from './support/scope.ts'
import { freePort } from './support/smtp-tools.ts'

// Mail providers press "unsubscribe" for many readers at once: one POST a reader, at a fixed rate in the open loop,
// against a web process of the product; then the same while a digest is being planned. Each answer stands for a commit
// and a line in leavings.log that are on the disk.

const { values } = parseArgs({
  options: {
    readers: { type: 'string', default: '200000' },
    rate: { type: 'string', default: '550' },
    seconds: { type: 'string', default: '20' },
    connections: { type: 'string', default: '100' },
    plan: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const readers = values.plan ? Math.max(1_000_000, Number(values.readers)) : Number(values.readers)
const order = {
  readers,
  rate: Number(values.rate),
  seconds: Number(values.seconds),
  connections: Number(values.connections),
}
const GOAL = { postsPerSecond: 500, p99Ms: 100, p99WhilePlanningMs: 250 }
/** Presses before any are measured: the web process has just started. */
const WARMING_UP = 1000
/** Presses at most while the digest is planned. */
const PLANNING_SECONDS = 60

await runBench(async (stack) => {
  tell(`adding ${readers} readers`)
  const house = stack.use(await openBenchHouse({ readers, ports: [1], connections: 1 }))
  const { editionId } = await makeEdition(house.app.context, { bytes: 10_000 })
  const { url, pid } = await openWeb(stack, { house, port: await freePort() })
  const links = new Links(house, editionId)
  const { rate, connections } = order
  const ask = async (requests: string[]) =>
    flood(house, { port: url.port, rate, connections, requests })
  const press = async (count: number) => ask(await links.take(count))

  await press(WARMING_UP)
  const count = order.rate * order.seconds
  tell(`${count} requests of the reference`)
  const bare = await ask(Array.from({ length: count }, () => 'GET /healthz'))
  tell(`${count} presses`)
  const postgres = (await readPostmasterFile(pgdataOf(house.dataDir)))?.pid ?? 0
  const cpuMs = () => ({ postgres: cpuMsOfTree(postgres), web: cpuMsOf(pid) })
  const before = cpuMs()
  const idle = await press(count)
  const after = cpuMs()
  const busy = values.plan ? await pressWhilePlanning(house, { editionId, press }) : undefined

  const posts = links.taken
  const found = await countLeft(house, editionId)
  const times = timesOf(idle)
  const figures = {
    postsPerSecond: round(rateOf(idle), 1),
    p50Ms: round(percentile(times, 0.5), 1),
    p99Ms: round(percentile(times, 0.99), 1),
    maxMs: round(Math.max(...times), 1),
    ...busy,
    postgresCpuMsPerPost: round((after.postgres - before.postgres) / count),
    webCpuMsPerPost: round((after.web - before.web) / count),
    posts,
    ...found,
    ...order,
  }
  const reference = {
    name: 'GET /healthz of the same process',
    p50Ms: round(percentile(timesOf(bare), 0.5), 1),
    p99Ms: round(percentile(timesOf(bare), 0.99), 1),
  }
  const ratio = round(figures.p99Ms / reference.p99Ms, 2)
  const goal = GOAL.postsPerSecond
  const complete = Object.values(found).every((each) => each === posts)
  report(
    { name: 'unsubscribe', figures, reference, ratio, goal, met: complete && isMet(figures) },
    values,
  )
})

function isMet(figures: { postsPerSecond: number; p99Ms: number } & Partial<Busy>): boolean {
  const { postsPerSecond, p99Ms, p99WhilePlanningMs } = figures
  return (
    postsPerSecond >= GOAL.postsPerSecond &&
    p99Ms <= GOAL.p99Ms &&
    (p99WhilePlanningMs ?? 0) <= GOAL.p99WhilePlanningMs
  )
}

type Busy = {
  p50WhilePlanningMs: number
  p99WhilePlanningMs: number
  postsWhilePlanning: number
  planSeconds: number
}

/** Only presses that were due while readers were being planned count. */
async function pressWhilePlanning(
  { app }: DrillHouse,
  { editionId, press }: { editionId: number; press: (count: number) => Promise<Answers> },
): Promise<Busy> {
  const { db, clock } = app.context
  await sql`checkpoint`.execute(db)
  tell('planning meanwhile')
  const pressing = press(order.rate * PLANNING_SECONDS)
  await sleep(2000)
  const began = Date.now()
  await releaseEdition(db, { id: editionId, rule: 'now', test: false, now: clock.now() })
  await planEdition({ db, clock, enqueue: async () => undefined }, { editionId })
  const ended = Date.now()
  const times = timesOf((await pressing).filter(({ due }) => due >= began && due <= ended))
  return {
    p50WhilePlanningMs: round(percentile(times, 0.5), 1),
    p99WhilePlanningMs: round(percentile(times, 0.99), 1),
    postsWhilePlanning: times.length,
    planSeconds: round((ended - began) / 1000, 1),
  }
}

/** Each of these is the number of presses, or some were lost. */
async function countLeft(
  { app, dataDir }: DrillHouse,
  editionId: number,
): Promise<{ rowsOff: number; readersLeft: number; events: number; lines: number }> {
  const { rows } = await sql<{ rowsOff: number; readersLeft: number; events: number }>`
    select (select count(*) from subscription where cadence = 'off' and cadence_before = 'daily') as "rowsOff"
         , (select count(*) from subscriber where state = 'left') as "readersLeft"
         , (select count(*) from consent_event
             where kind = 'left' and form = 'one-click' and edition_id = ${editionId} and network_hash is not null) as events`.execute(
    app.context.db,
  )
  const [found] = rows
  if (found === undefined) throw new Error('a count has one row')
  const text = await readFile(leavingsPath(dataDir), 'utf8')
  // The first line names the file.
  return { ...found, lines: text.split('\n').length - 2 }
}

function timesOf(answers: Answers): number[] {
  return answers.map(({ ms }) => ms)
}

/** Answers a second, from the first request to the last answer. */
function rateOf(answers: Answers): number {
  const first = Math.min(...answers.map(({ due }) => due))
  const last = Math.max(...answers.map(({ due, ms }) => due + ms))
  return (answers.length * 1000) / (last - first)
}
