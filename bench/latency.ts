import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { sendEdition, stopEdition } from '#deliveries/send-edition.ts'
import type { DrillHouse } from '#drill/drill-house.ts'
import { Senders } from '#drill/senders.ts'
import { openSink, type SinkControl } from '#drill/sink-control.ts'
import { getEdition } from '#editions/store.ts'
import { openBenchHouse } from './support/bench-house.ts'
import { breakNews, openWeb } from './support/breaking.ts'
import { makeEdition } from './support/made-edition.ts'
import { percentile, report, round, tell } from './support/report.ts'
import { runBench } from './support/scope.ts'
import { freePort } from './support/smtp-tools.ts'

// From the POST of a breaking article to the first mail at the sink, planning included: alone, and under a digest.

const { values } = parseArgs({
  options: {
    readers: { type: 'string', default: '1000000' },
    runs: { type: 'string', default: '20' },
    size: { type: 'string', default: '30000' },
    connections: { type: 'string', default: '10' },
    json: { type: 'boolean', default: false },
  },
})
const readers = Number(values.readers)
const runs = Number(values.runs)
const connections = Number(values.connections)
const GOALS = { idle: 500, busy: 1500 }

await runBench(async (stack) => {
  const sink = stack.use(await openSink({ ports: 1, seed: 1, remembers: false, tls: null }))
  const { ports } = sink
  const newsletters = ['daily', 'breaking']
  const house = stack.use(await openBenchHouse({ readers, newsletters, ports, connections }))
  tell(`${readers} readers are in`)
  const web = await openWeb(stack, { house, port: await freePort() })
  const senders = stack.use(
    new Senders({
      environments: ports.map((port) => house.environmentOf(port)),
      logFile: join(house.dataDir, 'senders.log'),
    }),
  )
  senders.start()
  await sleep(5000)
  const idle: number[] = []
  for (let run = 0; run < runs; run += 1) {
    idle.push(await breakNews({ house, sink }, { ...web, number: run }))
    tell(`idle: ${round(idle.at(-1) ?? 0, 0)} ms`)
    await sleep(1500)
  }
  const digest = await sendDigest(house, sink)
  const busy: number[] = []
  for (let run = 0; run < runs; run += 1) {
    busy.push(await breakNews({ house, sink }, { ...web, number: runs + run }))
    tell(`under a digest: ${round(busy.at(-1) ?? 0, 0)} ms`)
    await sleep(1500)
  }
  const { state } = await getEdition(house.app.context.db, digest)
  if (state !== 'sending') throw new Error(`the digest was ${state} before the last alert`)
  const digestMails = await mailsOf(sink, digest)
  await stopEdition(house.app.context, { editionId: digest, reason: 'bench' })
  const p99 = { idle: percentile(idle, 0.99), busy: percentile(busy, 0.99) }
  report(
    {
      name: 'latency',
      figures: {
        p99Ms: round(p99.idle, 0),
        p50Ms: round(percentile(idle, 0.5), 0),
        p99MsUnderDigest: round(p99.busy, 0),
        p50MsUnderDigest: round(percentile(busy, 0.5), 0),
        goalMsUnderDigest: GOALS.busy,
        idleMs: idle.map((ms) => round(ms, 0)),
        underDigestMs: busy.map((ms) => round(ms, 0)),
        digestMails,
        readers,
        runs,
        connections,
      },
      reference: null,
      ratio: null,
      goal: GOALS.idle,
      met: p99.idle <= GOALS.idle && p99.busy <= GOALS.busy,
    },
    values,
  )
})

/** Out to everybody, and well on its way. */
async function sendDigest(house: DrillHouse, sink: SinkControl): Promise<number> {
  const { editionId } = await makeEdition(house.app.context, { bytes: Number(values.size) })
  await sendEdition(house.app.context, { editionId, rule: 'now' })
  for (let tries = 0; (await mailsOf(sink, editionId)) < 1000; tries += 1) {
    if (tries > 600) throw new Error('the digest does not go out')
    await sleep(100)
  }
  tell('the digest is on its way')
  return editionId
}

async function mailsOf(sink: SinkControl, edition: number): Promise<number> {
  return (await sink.counts()).editions.find((each) => each.edition === edition)?.mails ?? 0
}
