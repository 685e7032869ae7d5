import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSink } from '#drill/sink-control.ts'
import { openBenchHouse } from './bench-house.ts'
import { runNodemailerPool } from './nodemailer-pool.ts'
import { median, report, round, skip, tell } from './report.ts'
import { sendOnce } from './send-once.ts'

type Order = {
  readers: number
  bytes: number
  connections: number
  processes: number
  pairs: number
  json: boolean
}

/** smtp-sink and smtp-source have no TLS here: with STARTTLS the sink is ours, and the reference is nodemailer's pool. */
export async function measureTls(stack: AsyncDisposableStack, order: Order): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'daybreak-tls-'))
  stack.defer(() => rmSync(dir, { recursive: true, force: true }))
  const tls = makeCertificate(dir)
  if (tls === undefined) return skip('openssl is not here to make a certificate')
  const sink = stack.use(await openSink({ ports: 1, seed: 1, remembers: false, tls }))
  const [port = 0] = sink.ports
  const ports = Array.from({ length: order.processes }, () => port)
  const connections = Math.ceil(order.connections / order.processes)
  const house = stack.use(await openBenchHouse({ ...order, ports, connections }))
  const env = { SMTP_URL: `smtp://localhost:${port}?starttls=on`, NODE_EXTRA_CA_CERTS: tls.cert }
  const trusted = readFileSync(tls.cert, 'utf8')
  const rates: { ours: number; reference: number; cpuMs: number; rssMb: number }[] = []
  for (let pair = 0; pair < order.pairs; pair += 1) {
    const sent = await sendOnce(house, { ...order, ports, env })
    const reference = await runNodemailerPool({
      ...order,
      port,
      mails: order.readers,
      bytes: sent.messageBytes,
      trusted,
    })
    const cpuMs = sent.senderCpuMsPerMail + sent.postgresCpuMsPerMail
    rates.push({ ours: sent.mailsPerSecond, reference, cpuMs, rssMb: sent.rssMb })
    tell(`ours ${round(sent.mailsPerSecond, 0)}, nodemailer's pool ${round(reference, 0)} mails/s`)
  }
  const ratio = round(median(rates.map(({ ours, reference }) => ours / reference)))
  report(
    {
      name: 'send --tls',
      figures: {
        mailsPerSecond: round(median(rates.map(({ ours }) => ours)), 0),
        cpuMsPerMail: round(median(rates.map(({ cpuMs }) => cpuMs))),
        rssMb: round(Math.max(...rates.map(({ rssMb }) => rssMb)), 1),
        readers: order.readers,
        connections: order.connections,
        processes: order.processes,
      },
      reference: {
        name: 'nodemailer pool, STARTTLS, the same sink',
        mailsPerSecond: round(median(rates.map(({ reference }) => reference)), 0),
      },
      ratio,
      goal: 1,
      met: ratio >= 1,
    },
    order,
  )
}

function makeCertificate(dir: string): { key: string; cert: string } | undefined {
  const [key, cert] = [join(dir, 'key.pem'), join(dir, 'cert.pem')]
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  const made = ['-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert]
  try {
    execFileSync('openssl', ['req', '-x509', ...made, ...subject], { stdio: 'ignore' })
    return { key, cert }
  } catch {
    return undefined
  }
}
