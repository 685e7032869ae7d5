import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { type Command, numberArgument } from '#commands/command.ts'
import { runDrill } from '#drill/run.ts'
import { linesOf, objectOf } from '#drill/verdict.ts'
import { Refusal } from '#errors.ts'
import { untilToldToStop } from '#stop-signal.ts'

/** Far longer than a mail takes, and short enough to wait for. */
const LEASE_SECONDS = 6

export const drill: Command = {
  usage: 'drill [--readers 100000] [--kills 20] [--connections 10] [--seed N] [--json]',
  about:
    'For staging: kills senders, loses databases and journals while a made-up edition goes to a sink, and proves that no mail was lost or doubled.',
  async run({ args, config, out }) {
    const { values } = parseArgs({
      args,
      options: {
        readers: { type: 'string', default: '100000' },
        kills: { type: 'string', default: '20' },
        connections: { type: 'string', default: '10' },
        seed: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    })
    const order = {
      readers: within(values.readers, { name: 'readers', least: 500, most: 10_000_000 }),
      kills: within(values.kills, { name: 'kills', least: 0, most: 1000 }),
      connections: within(values.connections, { name: 'connections', least: 1, most: 100 }),
      seed:
        values.seed === undefined ? randomInt(1_000_000_000) : numberArgument(values.seed, 'seed'),
    }
    using stop = untilToldToStop(config)
    const drilled = await runDrill({
      ...order,
      config,
      processes: 2,
      leaseSeconds: LEASE_SECONDS,
      say: (line) => {
        if (!values.json) out.line(line)
      },
      stop: stop.signal,
    })
    if (values.json) out.line(JSON.stringify(objectOf(drilled)))
    else for (const line of linesOf(drilled)) out.line(line)
    if (drilled.broken.length > 0) process.exitCode = 1
  },
}

function within(
  text: string,
  { name, least, most }: { name: string; least: number; most: number },
): number {
  const number = numberArgument(text, name)
  if (number >= least && number <= most) return number
  throw new Refusal(`--${name} is ${number}: give it a number from ${least} to ${most}`, {
    field: name,
  })
}
