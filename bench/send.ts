import { generateKeyPairSync, sign } from 'node:crypto'
import { parseArgs } from 'node:util'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { DrillHouse } from '#drill/drill-house.ts'
import { command, openBenchHouse } from './support/bench-house.ts'
import { SLOTS } from './support/made-edition.ts'
import { median, report, round, skip, tell } from './support/report.ts'
import { runBench } from './support/scope.ts'
import { type Sent, sendOnce } from './support/send-once.ts'
import { findSmtpTools, openPostfixSink, runSmtpSource } from './support/smtp-tools.ts'
import { measureTls } from './support/tls-send.ts'

// The real product against smtp-source -d, which composes nothing and keeps no ledger, in interleaved pairs.
// With --dkim the other of a pair is the product itself, unsigned; with --tls it is nodemailer's pool.

const { values } = parseArgs({
  options: {
    readers: { type: 'string', default: '50000' },
    size: { type: 'string', default: '30000' },
    connections: { type: 'string', default: '10' },
    processes: { type: 'string', default: '1' },
    pairs: { type: 'string', default: '5' },
    dkim: { type: 'boolean', default: false },
    tls: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const order = {
  readers: Number(values.readers),
  bytes: Number(values.size),
  connections: Number(values.connections),
  processes: Number(values.processes),
  pairs: Number(values.pairs),
}
const DKIM_DOMAIN = 'mail.courier.example'
const listed = z.array(z.object({ selector: z.string() }))

await runBench(async (stack) => {
  if (values.tls) return measureTls(stack, { ...order, json: values.json })
  const tools = findSmtpTools()
  if (tools === undefined) return skip('smtp-sink and smtp-source are not here (Debian: postfix)')
  const { port } = stack.use(await openPostfixSink(tools.sink))
  const ports = Array.from({ length: order.processes }, () => port)
  const connections = Math.ceil(order.connections / order.processes)
  const house = stack.use(await openBenchHouse({ ...order, ports, connections }))
  const ours = async (signed: boolean) => {
    const sent = await sendOnce(house, { ...order, ports, signed })
    tell(
      `${signed ? 'signed' : 'ours'}: ${round(sent.mailsPerSecond, 0)} mails/s, ${round(cpuOf(sent))} ms CPU a mail (PostgreSQL ${round(sent.postgresCpuMsPerMail)}), ${round(sent.rssMb, 0)} MB`,
    )
    return sent
  }
  if (values.dkim) return measureDkim(house, ours)
  return measurePlain(ours, async (bytes) => {
    const rate = await runSmtpSource(tools.source, {
      port,
      mails: order.readers,
      bytes,
      connections: order.connections,
    })
    tell(`smtp-source: ${round(rate, 0)} mails/s`)
    return rate
  })
})

type Ours = (signed: boolean) => Promise<Sent>

async function measurePlain(ours: Ours, source: (bytes: number) => Promise<number>): Promise<void> {
  const pairs: { sent: Sent; reference: number }[] = []
  for (let pair = 0; pair < order.pairs; pair += 1) {
    // Each goes first in turn: what the machine does meanwhile meets both alike.
    const early = pair % 2 === 1 ? await source(pairs[0]?.sent.messageBytes ?? order.bytes) : null
    const sent = await ours(false)
    await sleep(500)
    pairs.push({ sent, reference: early ?? (await source(sent.messageBytes)) })
  }
  const ratios = pairs.map(({ sent, reference }) => sent.mailsPerSecond / reference)
  const figures = figuresOf(pairs.map(({ sent }) => sent))
  const ratio = round(median(ratios))
  report(
    {
      name: 'send',
      figures: { ...figures, ratios: ratios.map((each) => round(each)) },
      reference: {
        name: 'smtp-source -d',
        mailsPerSecond: round(median(pairs.map(({ reference }) => reference)), 0),
      },
      ratio,
      goal: 0.9,
      met: ratio >= 0.9 && figures.cpuMsPerMail <= 0.3,
    },
    values,
  )
}

async function measureDkim(house: DrillHouse, ours: Ours): Promise<void> {
  // RSA-2048 and Ed25519 together, as the product makes them.
  await command(house, 'dkim', 'keygen', DKIM_DOMAIN)
  const keys = listed.parse(JSON.parse(await command(house, 'dkim', 'list', '--json')))
  await command(house, 'dkim', 'use', DKIM_DOMAIN, ...keys.map(({ selector }) => selector))
  const pairs: { unsigned: Sent; signed: Sent; rsa: number }[] = []
  for (let pair = 0; pair < order.pairs; pair += 1) {
    const signed = pair % 2 === 1 ? await ours(true) : null
    const unsigned = await ours(false)
    pairs.push({ unsigned, signed: signed ?? (await ours(true)), rsa: rsaSignsPerSecond() })
  }
  const reachOf = ({ unsigned, rsa }: (typeof pairs)[number]) =>
    1 / (1 / unsigned.mailsPerSecond + 1 / rsa)
  const ratios = pairs.map((pair) => pair.signed.mailsPerSecond / reachOf(pair))
  const ratio = round(median(ratios))
  report(
    {
      name: 'send --dkim',
      figures: {
        ...figuresOf(pairs.map(({ signed }) => signed)),
        unsignedMailsPerSecond: round(
          median(pairs.map(({ unsigned }) => unsigned.mailsPerSecond)),
          0,
        ),
        rsaSignsPerSecond: round(median(pairs.map(({ rsa }) => rsa)), 0),
        ratios: ratios.map((each) => round(each)),
      },
      reference: {
        name: '1 / (1 / unsigned + 1 / RSA-2048 signatures of one core)',
        mailsPerSecond: round(median(pairs.map(reachOf)), 0),
      },
      ratio,
      goal: 0.8,
      met: ratio >= 0.8,
    },
    values,
  )
}

/** By CPU time, so that what else runs does not count. */
function rsaSignsPerSecond(): number {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const data = Buffer.alloc(500, 'x')
  const before = process.cpuUsage()
  const signs = 500
  for (let at = 0; at < signs; at += 1) sign('sha256', data, privateKey)
  const { user, system } = process.cpuUsage(before)
  return (signs * 1_000_000) / (user + system)
}

function cpuOf({ senderCpuMsPerMail, postgresCpuMsPerMail }: Sent): number {
  return senderCpuMsPerMail + postgresCpuMsPerMail
}

function figuresOf(runs: Sent[]) {
  const middle = (pick: (sent: Sent) => number, digits = 3) => round(median(runs.map(pick)), digits)
  return {
    mailsPerSecond: middle((sent) => sent.mailsPerSecond, 0),
    cpuMsPerMail: middle(cpuOf),
    senderCpuMsPerMail: middle((sent) => sent.senderCpuMsPerMail),
    postgresCpuMsPerMail: middle((sent) => sent.postgresCpuMsPerMail),
    rssMb: round(Math.max(...runs.map((sent) => sent.rssMb)), 1),
    messageBytes: runs[0]?.messageBytes ?? 0,
    slots: SLOTS,
    readers: order.readers,
    accepted: runs.map((sent) => sent.accepted),
    connections: order.connections,
    processes: order.processes,
    pairs: runs.length,
  }
}
