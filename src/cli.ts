import { openApp } from '#app.ts'
import { type Command, enterAs, type Out } from '#commands/command.ts'
import { type Config, readConfig } from '#config.ts'
import { hasCode, Refusal } from '#errors.ts'

// Whoever reads us may have seen enough: `daybreak editions | head`.
process.stdout.on('error', (error: Error) => {
  if (!hasCode(error, 'EPIPE')) throw error
})

const out: Out = { line: (text = '') => process.stdout.write(`${text}\n`) }

/** Each loads when it is called: most verbs need neither MJML nor the web server. */
export const commands: Record<string, () => Promise<Command>> = {
  start: async () => (await import('#commands/start.ts')).start,
  demo: async () => (await import('#commands/demo.ts')).demo,
  feeds: async () => (await import('#commands/feeds.ts')).feeds,
  ingest: async () => (await import('#commands/ingest.ts')).ingestCommand,
  articles: async () => (await import('#commands/articles.ts')).articles,
  digest: async () => (await import('#commands/digest.ts')).digest,
  alert: async () => (await import('#commands/alert.ts')).alert,
  note: async () => (await import('#commands/note.ts')).note,
  editions: async () => (await import('#commands/list-editions.ts')).editions,
  edition: async () => (await import('#commands/editions.ts')).edition,
  corrections: async () => (await import('#commands/corrections.ts')).corrections,
  report: async () => (await import('#commands/report.ts')).report,
  clicks: async () => (await import('#commands/clicks.ts')).clicks,
  returns: async () => (await import('#commands/returns.ts')).returns,
  donotmail: async () => (await import('#commands/donotmail.ts')).donotmail,
  consent: async () => (await import('#commands/consent.ts')).consent,
  erase: async () => (await import('#commands/erase.ts')).erase,
  signups: async () => (await import('#commands/signups.ts')).signups,
  subscribers: async () => (await import('#commands/subscribers.ts')).subscribers,
  reader: async () => (await import('#commands/reader.ts')).reader,
  import: async () => (await import('#commands/import.ts')).importCommand,
  export: async () => (await import('#commands/export.ts')).exportCommand,
  segments: async () => (await import('#commands/segments.ts')).segments,
  topics: async () => (await import('#commands/topics.ts')).topics,
  newsletters: async () => (await import('#commands/newsletters.ts')).newsletters,
  settings: async () => (await import('#commands/settings.ts')).settings,
  limits: async () => (await import('#commands/limits.ts')).limits,
  dkim: async () => (await import('#commands/dkim.ts')).dkim,
  setup: async () => (await import('#commands/setup.ts')).setup,
  'test-mail': async () => (await import('#commands/test-mail.ts')).testMail,
  doctor: async () => (await import('#commands/doctor.ts')).doctor,
  lint: async () => (await import('#commands/lint.ts')).lint,
  backup: async () => (await import('#commands/backup.ts')).backup,
  restore: async () => (await import('#commands/restore.ts')).restore,
  hold: async () => (await import('#commands/hold.ts')).hold,
  drill: async () => (await import('#commands/drill.ts')).drill,
  oncall: async () => (await import('#commands/oncall.ts')).oncall,
  operators: async () => (await import('#commands/operators.ts')).operators,
  tokens: async () => (await import('#commands/operators.ts')).tokens,
  keys: async () => (await import('#commands/keys.ts')).keys,
  audit: async () => (await import('#commands/operators.ts')).auditLog,
  status: async () => (await import('#commands/status.ts')).status,
  stories: async () => (await import('#commands/stories.ts')).stories,
}

/** Runs one command line and returns its exit code: 0 done, 1 refused or failed, 78 refused for the configuration. */
export async function run(argv: string[]): Promise<number> {
  const [name, ...rest] = argv
  if (name === undefined || ['help', '--help', '-h'].includes(name)) {
    await printHelp()
    return 0
  }
  try {
    const load = Object.hasOwn(commands, name) ? commands[name] : undefined
    if (load === undefined)
      throw new Refusal(`there is no command "${name}": "daybreak help" lists them`)
    const command = await load()
    if (rest.includes('--help')) {
      out.line(`daybreak ${command.usage}\n  ${command.about}`)
      return 0
    }
    const { as, args } = takeAs(rest)
    const config = readConfig()
    await command.run({
      args,
      config,
      out,
      enter: async (duty) => enter({ config, command: name, as, duty }),
    })
    return process.exitCode === undefined ? 0 : Number(process.exitCode)
  } catch (error) {
    return explain(error)
  }
}

async function enter({
  config,
  command,
  as,
  duty,
}: {
  config: Config
  command: string
  as: string | null
  duty: Parameters<typeof enterAs>[1]['duty']
}) {
  // A command's own log would drown its answer; trouble is still told.
  const quiet = { ...config, logLevel: config.logLevel === 'info' ? 'error' : config.logLevel }
  const app = await openApp({ config: quiet, command })
  try {
    return await enterAs(app, { name: as ?? config.operator, duty })
  } catch (error) {
    await app[Symbol.asyncDispose]()
    throw error
  }
}

/** `--as NAME` belongs to every command. */
function takeAs(rest: string[]): { as: string | null; args: string[] } {
  const at = rest.findIndex((argument) => /^--as(=|$)/.test(argument))
  const option = rest[at]
  if (option === undefined) return { as: null, args: rest }
  const joined = option.startsWith('--as=')
  const as = joined ? option.slice('--as='.length) : rest[at + 1]
  if (as === undefined || as === '' || as.startsWith('-'))
    throw new Refusal('--as takes the name of a team member', { field: 'as' })
  return { as, args: rest.toSpliced(at, joined ? 1 : 2) }
}

function explain(error: unknown): number {
  if (error instanceof Refusal) {
    process.stderr.write(`daybreak: ${error.message}\n`)
    return error.status === 78 ? 78 : 1
  }
  if (
    error instanceof TypeError &&
    'code' in error &&
    String(error.code).startsWith('ERR_PARSE_ARGS')
  ) {
    process.stderr.write(`daybreak: ${error.message}\n`)
    return 1
  }
  process.stderr.write(
    `daybreak: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  )
  return 1
}

async function printHelp(): Promise<void> {
  out.line('Daybreak: daily digests and breaking alerts for newsrooms.\n')
  for (const load of Object.values(commands)) {
    const { usage, about } = await load()
    out.line(`  daybreak ${usage}\n      ${about}`)
  }
  out.line(
    '\nEvery command acts as the system user, or as --as NAME. Settings come from the environment: see .env.example.',
  )
}
