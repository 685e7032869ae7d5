import { parseArgs } from 'node:util'
import { openBenchHouse } from './support/bench-house.ts'
import { report, round, skip, tell } from './support/report.ts'
import { runBench } from './support/scope.ts'
import { type Sent, sendOnce } from './support/send-once.ts'
import { findSmtpTools, openPostfixSink } from './support/smtp-tools.ts'

// Memory and the cost of a mail must not depend on how many readers there are.

const { values } = parseArgs({
  options: {
    readers: { type: 'string', default: '10000,100000,1000000' },
    size: { type: 'string', default: '30000' },
    connections: { type: 'string', default: '10' },
    json: { type: 'boolean', default: false },
  },
})
const sizes = values.readers.split(',').map(Number)
const connections = Number(values.connections)
const MOST_MB = 200

await runBench(async (stack) => {
  const tools = findSmtpTools()
  if (tools === undefined) return skip('smtp-sink is not here (Debian: postfix)')
  const { port } = stack.use(await openPostfixSink(tools.sink))
  const runs: Sent[] = []
  for (const readers of sizes) {
    await using house = await openBenchHouse({ readers, ports: [port], connections })
    const sent = await sendOnce(house, { bytes: Number(values.size), ports: [port] })
    runs.push(sent)
    tell(`${readers} readers: ${round(sent.rssMb, 0)} MB, ${round(cpuOf(sent))} ms CPU a mail`)
  }
  const rss = runs.map(({ rssMb }) => round(rssMb, 1))
  const cpu = runs.map((sent) => round(cpuOf(sent)))
  const rssMb = Math.max(...rss)
  const flatness = round(Math.max(...cpu) / Math.min(...cpu))
  report(
    {
      name: 'memory',
      figures: {
        rssMb,
        readers: sizes,
        rssMbAtReaders: rss,
        cpuMsPerMailAtReaders: cpu,
        mailsPerSecondAtReaders: runs.map((sent) => round(sent.mailsPerSecond, 0)),
        costFlatness: flatness,
        memoryFlatness: round(rssMb / Math.min(...rss)),
        messageBytes: runs[0]?.messageBytes ?? 0,
        connections,
      },
      reference: null,
      ratio: null,
      goal: MOST_MB,
      met: rssMb <= MOST_MB && flatness <= 1.1,
    },
    values,
  )
})

function cpuOf({ senderCpuMsPerMail, postgresCpuMsPerMail }: Sent): number {
  return senderCpuMsPerMail + postgresCpuMsPerMail
}
