import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { sql } from 'kysely'
import { SMTPServer } from 'smtp-server'
import { pgdataOf } from '#db/cluster.ts'
import { readPostmasterFile } from '#db/postmaster-file.ts'
import { openInbound } from '#deliveries/returns/inbound-mail.ts'
import type { DrillHouse } from '#drill/drill-house.ts'
import { readSettings } from '#editions/publication.ts'
import { openInboundServer } from '#mail/inbound/inbound-server.ts'
import { openReturnReader } from '#mail/returned/return-reader.ts'
import { sealLocalPart } from '#subscribers/tokens.ts'
import { openBenchHouse } from './support/bench-house.ts'
import { cpuMsOfTree } from './support/cpu.ts'
import { makeEdition, planAndHold } from './support/made-edition.ts'
import { median, report, round, tell } from './support/report.ts'
import { runBench } from './support/scope.ts'

// Bounces of real rows over SMTP into the rows, against a bare smtp-server that throws the same mails away: what is
// between the two is reading, judging and writing.

const { values } = parseArgs({
  options: {
    bounces: { type: 'string', default: '5000' },
    connections: { type: 'string', default: '10' },
    runs: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
})
const order = {
  bounces: Number(values.bounces),
  connections: Number(values.connections),
  runs: Number(values.runs),
}
const GOAL = 200
const FLOOD = join(import.meta.dirname, 'support/bounce-flood.ts')

await runBench(async (stack) => {
  const house = stack.use(
    await openBenchHouse({ readers: order.bounces, ports: [1], connections: 1 }),
  )
  const runs: { ours: Flooded & { marked: number; postgresCpuMs: number }; bare: Flooded }[] = []
  for (let run = 0; run < order.runs; run += 1) {
    const ours = await takeOurs(house)
    const bare = await throwAway(house)
    const rate = (one: Flooded) => round((order.bounces * 1000) / one.ms, 0)
    tell(`${rate(ours)} bounces/s, ${ours.marked} marked; a bare smtp-server: ${rate(bare)}`)
    runs.push({ ours, bare })
  }
  const middle = (pick: (run: (typeof runs)[number]) => number, digits = 3) =>
    round(median(runs.map(pick)), digits)
  const perSecond = middle(({ ours }) => (order.bounces * 1000) / ours.ms, 0)
  const marked = Math.min(...runs.map(({ ours }) => ours.marked))
  report(
    {
      name: 'inbound',
      figures: {
        bouncesPerSecond: perSecond,
        cpuMsPerBounce: middle(({ ours }) => ours.cpuMs / order.bounces),
        postgresCpuMsPerBounce: middle(({ ours }) => ours.postgresCpuMs / order.bounces),
        marked,
        refused: Math.max(...runs.map(({ ours }) => ours.refused)),
        ...order,
      },
      reference: {
        name: 'a bare smtp-server that throws the mail away',
        mailsPerSecond: middle(({ bare }) => (order.bounces * 1000) / bare.ms, 0),
        cpuMsPerMail: middle(({ bare }) => bare.cpuMs / order.bounces),
      },
      ratio: middle(({ ours, bare }) => bare.ms / ours.ms),
      goal: GOAL,
      met: perSecond >= GOAL && marked === order.bounces,
    },
    values,
  )
})

type Flooded = { ms: number; cpuMs: number; refused: number }

async function takeOurs(
  house: DrillHouse,
): Promise<Flooded & { marked: number; postgresCpuMs: number }> {
  const { context } = house.app
  await forgetBounces(house)
  const { editionId } = await makeEdition(context, { bytes: 10_000 })
  await planAndHold(context, { editionId, signed: false })
  const domain = await acceptAll(house, editionId)
  const { log } = context
  await using reader = openReturnReader({ log })
  await using server = await openInboundServer({
    ...openInbound(context, reader),
    host: '127.0.0.1',
    port: 0,
    name: 'mx.drill.example',
    tls: null,
    log,
  })
  const postgres = await readPostmasterFile(pgdataOf(house.dataDir))
  const postgresCpu = () => (postgres === undefined ? 0 : cpuMsOfTree(postgres.pid))
  const before = postgresCpu()
  const flooded = await flood(house, { port: server.port, domain })
  const postgresCpuMs = postgresCpu() - before
  const { rows } = await sql<{ marked: number }>`
    select count(*)::integer as marked
      from delivery where edition_id = ${editionId} and bounced_at is not null`.execute(context.db)
  return { ...flooded, postgresCpuMs, marked: rows[0]?.marked ?? 0 }
}

async function throwAway(house: DrillHouse): Promise<Flooded> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    onData: (stream, _session, callback) => void stream.resume().once('end', () => callback()),
  })
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  const address = server.server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const flooded = await flood(house, { port: address.port, domain: 'bounce.drill.example' })
  await new Promise<void>((resolve) => server.close(resolve))
  return flooded
}

/** Readers of whom nothing came back yet. */
async function forgetBounces({ app }: DrillHouse): Promise<void> {
  const { db } = app.context
  await sql`delete from suppression`.execute(db)
  await sql`update subscriber set state = 'active' where state <> 'active'`.execute(db)
  await sql`vacuum analyze subscriber`.execute(db)
}

/** The rows as a sender would have left them, and a file of who bounces. */
async function acceptAll(house: DrillHouse, editionId: number): Promise<string> {
  const { db, secrets, clock } = house.app.context
  const now = clock.now()
  await sql`
    update delivery
       set state = 'accepted', outcome_at = ${now}, reply = '250 Ok', version = 1
         , address_version = 1, sender_id = 1, attempt = 1
     where edition_id = ${editionId}`.execute(db)
  const { rows } = await sql<{ publicId: number; email: string }>`
    select s.public_id as "publicId", s.email
      from delivery d join subscriber s on s.id = d.subscriber_id
     where d.edition_id = ${editionId} and d.state = 'accepted'
     order by s.id limit ${order.bounces}`.execute(db)
  if (rows.length !== order.bounces) throw new Error(`${rows.length} rows can bounce: no figures`)
  const lines = rows.map(({ publicId, email }) => {
    const token = { publicId, reference: editionId, addressVersion: 1 }
    return `b-${sealLocalPart(secrets, 'bounce', token)} ${email}\n`
  })
  await writeFile(fileOf(house), lines.join(''))
  return (await readSettings({ db })).bounceDomain
}

function fileOf({ dataDir }: DrillHouse): string {
  return join(dataDir, 'bounces.txt')
}

async function flood(
  house: DrillHouse,
  { port, domain }: { port: number; domain: string },
): Promise<Flooded> {
  const terms = { file: fileOf(house), port, domain, connections: order.connections }
  const args = Object.entries(terms).flatMap(([name, value]) => [`--${name}`, String(value)])
  const child = spawn(process.execPath, [FLOOD, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  if ((await lines.next()).value !== 'ready') throw new Error('no connection to the server')
  const cpu = process.cpuUsage()
  const began = performance.now()
  child.stdin.write('go\n')
  const { value } = await lines.next()
  const ms = performance.now() - began
  const { user, system } = process.cpuUsage(cpu)
  if (value === undefined) throw new Error('the bounces were not sent to their end')
  return { ms, cpuMs: (user + system) / 1000, refused: Number(value) }
}
