import { parseArgs } from 'node:util'
import type { Command } from '#commands/command.ts'
import { runDemo } from '#demo/run.ts'
import { untilToldToStop } from '#stop-signal.ts'

export const demo: Command = {
  usage: 'demo [file …] [--bad-day] [--keep] [--out DIR] [--json]',
  about:
    'Does the whole job on a temporary data directory: articles in, a digest and an alert out, accounts at the end. --bad-day: over a relay that drops mails, with a story that is wrong.',
  async run({ args, config, out }) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        'bad-day': { type: 'boolean', default: false },
        keep: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        out: { type: 'string' },
      },
    })
    using stop = untilToldToStop(config)
    const play = values['bad-day'] ? await import('#demo/bad-day/run.ts') : undefined
    await (play?.runBadDay ?? runDemo)({
      config,
      files: positionals,
      outDir: values.out ?? null,
      json: values.json,
      say: (line = '') => out.line(line),
      keepUntil: values.keep ? stop.told : null,
    })
  },
}
