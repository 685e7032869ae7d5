import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openSink } from '#drill/sink-control.ts'
import { openBenchHouse } from './support/bench-house.ts'
import { runNodemailerPool } from './support/nodemailer-pool.ts'
import { median, report, round, skip, tell } from './support/report.ts'
import { runBench } from './support/scope.ts'
import { sendOnce } from './support/send-once.ts'
import { findSmtpTools, runSmtpSource } from './support/smtp-tools.ts'

// A relay 20 ms away in each direction: what counts is how often a mail waits for the line.

const { values } = parseArgs({
  options: {
    readers: { type: 'string', default: '5000' },
    mails: { type: 'string', default: '1000' },
    size: { type: 'string', default: '30000' },
    delay: { type: 'string', default: '20' },
    connections: { type: 'string', default: '10' },
    pairs: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
})
const readers = Number(values.readers)
const bytes = Number(values.size)
const connections = Number(values.connections)

await runBench(async (stack) => {
  const source = findSmtpTools()?.source
  if (source === undefined) return skip('smtp-source is not here (Debian: postfix)')
  const sink = stack.use(await openSink({ ports: 1, seed: 1, remembers: false, tls: null }))
  const port = await openProxy(stack, sink.ports[0] ?? 0)
  const house = stack.use(await openBenchHouse({ readers, ports: [port], connections }))
  const pairs: { ours: number; reference: number; nodemailer: number }[] = []
  for (let pair = 0; pair < Number(values.pairs); pair += 1) {
    const { mailsPerSecond: ours, messageBytes } = await sendOnce(house, { bytes, ports: [port] })
    const mails = Number(values.mails)
    const order = { port, mails, bytes: messageBytes, connections }
    const reference = await runSmtpSource(source, order)
    const nodemailer = await runNodemailerPool(order)
    tell(
      `ours ${round(ours, 0)}, smtp-source ${round(reference, 0)}, nodemailer's pool ${round(nodemailer, 0)} mails/s`,
    )
    pairs.push({ ours, reference, nodemailer })
  }
  const ratio = round(median(pairs.map(({ ours, reference }) => ours / reference)))
  report(
    {
      name: 'far',
      figures: {
        mailsPerSecond: round(median(pairs.map(({ ours }) => ours)), 0),
        delayMsEachWay: Number(values.delay),
        readers,
        connections,
        pairs: pairs.length,
      },
      reference: {
        name: 'smtp-source -d, four round trips a mail',
        mailsPerSecond: round(median(pairs.map(({ reference }) => reference)), 0),
        // It sends MAIL, RCPT and DATA together: two round trips a mail.
        nodemailerPoolMailsPerSecond: round(median(pairs.map(({ nodemailer }) => nodemailer)), 0),
      },
      ratio,
      goal: 3,
      met: ratio >= 3,
    },
    values,
  )
})

async function openProxy(stack: AsyncDisposableStack, port: number): Promise<number> {
  const program = join(import.meta.dirname, 'support/delay-proxy-process.ts')
  const child = fork(program, [String(port), values.delay], { detached: true })
  stack.defer(() => child.disconnect())
  const [opened]: unknown[] = await once(child, 'message')
  return Number(opened)
}
