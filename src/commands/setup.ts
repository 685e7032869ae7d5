import { resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import { type App, openApp } from '#app.ts'
import { createFetcher } from '#articles/fetching/fetch.ts'
import { addSource } from '#articles/sources/add-source.ts'
import { lookAtAddress } from '#articles/sources/look-at-address.ts'
import { openPolling } from '#articles/sources/open-polling.ts'
import { type Call, type Command, enterAs, type Out } from '#commands/command.ts'
import { type Listed, listRecords } from '#commands/setup-records.ts'
import { readConfig } from '#config.ts'
import { changeSetting, listMissingSettings } from '#editions/publication.ts'
import { Refusal } from '#errors.ts'
import { createLog } from '#log.ts'
import { zoneLineOf } from '#mail/sender-dns/finding.ts'
import { openDns } from '#mail/sender-dns/dns.ts'
import { changeSettingsFile, SETTINGS_FILE } from '#settings-file.ts'
import {
  type Answers,
  derivedSettings,
  parseAnswer,
  type Question,
  QUESTIONS,
} from '#setup/answers.ts'
import { checkAnswer, type World } from '#setup/check-answer.ts'

export const setup: Command = {
  usage:
    'setup [--public-url URL] [--sender ADDRESS] [--publisher NAME] [--address TEXT] [--zone ZONE] [--relay URL|none] [--feed URL|none] [--resolver HOST:PORT] [--json]',
  about:
    'Asks what Daybreak must know to send real mail, checks each answer, writes the settings and prints the DNS records to publish. Can be run again; with flags it asks nothing.',
  async run(call) {
    const { values } = parseArgs({
      args: call.args,
      options: {
        ...Object.fromEntries(QUESTIONS.map(({ flag }) => [flag, { type: 'string' as const }])),
        resolver: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    })
    const given: Record<string, unknown> = values
    const json = given['json'] === true
    const resolver = typeof given['resolver'] === 'string' ? given['resolver'] : null
    const out: Out = json ? { line: () => undefined } : call.out
    const world = openWorld(resolver)
    const answers = await collect({ given, out, world, known: knownOf(call) })
    await changeSettingsFile(resolve(SETTINGS_FILE), fileLines(answers))
    const app = await openApp({ config: readConfig(), command: 'setup' })
    await using house = await enterAs(app, { name: call.config.operator, duty: 'change settings' })
    const also = await saveSettings(app, answers)
    await house.note('set up', answers.publicUrl, {})
    out.line(
      `written: ${resolve(SETTINGS_FILE)} (for its owner only), and the settings of the mails`,
    )
    if (also.length > 0)
      out.line(`  taken for granted, change with "daybreak settings set": ${also.join(', ')}`)
    out.line(await addFirstFeed(app, answers.feed))
    const records = await listRecords(app, { resolver, hasRelay: answers.relay !== null })
    if (json)
      return call.out.line(JSON.stringify({ settings: resolve(SETTINGS_FILE), also, records }))
    if (answers.relay !== null) for (const line of recordLines(records)) out.line(line)
    for (const line of nextLines(answers)) out.line(line)
  },
}

/** What an earlier run said: offered again. */
function knownOf({ config }: Call): Partial<Answers> {
  const { PUBLIC_URL: publicUrl, SMTP_URL: relay } = config.stated
  return {
    ...(publicUrl === undefined ? {} : { publicUrl }),
    ...(relay === undefined ? {} : { relay }),
  }
}

function openWorld(resolver: string | null): World {
  const fetch = createFetcher({ contact: new URL('https://localhost') })
  return {
    dns: openDns({ server: resolver }),
    log: createLog({ level: 'silent', name: 'setup' }),
    async feed(url) {
      const seen = await lookAtAddress({ fetch, now: new Date() }, url)
      return `${seen.url} is a feed with ${seen.feed.items.length} items`
    },
  }
}

type Asked = {
  given: Record<string, unknown>
  known: Partial<Answers>
  world: World
  out: Out
}

/** By flags, else at the terminal, where a wrong answer is asked again. @throws Refusal that names what is missing */
async function collect({ given, known, world, out }: Asked): Promise<Answers> {
  const open = QUESTIONS.filter(({ flag }) => given[flag] === undefined)
  if (open.length > 0 && !process.stdin.isTTY) {
    throw new Refusal(
      `nobody can be asked here, and these are missing: ${open.map(({ flag }) => `--${flag}`).join(', ')}`,
      { field: open[0]?.flag ?? '' },
    )
  }
  const answers: Partial<Record<keyof Answers, string | null>> = {}
  using terminal = openTerminal(open.length > 0)
  for (const question of QUESTIONS) {
    const flag = given[question.flag]
    const take = async (text: string) => {
      answers[question.name] = parseAnswer(question.name, text)
      const notes = await checkAnswer(answers, question.name, world)
      for (const note of notes) out.line(`  ${note}`)
    }
    if (typeof flag === 'string') await take(flag)
    else await askUntil(question, { terminal, take, known: known[question.name] ?? null, out })
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every question has its answer now
  return answers as Answers
}

type Terminal = { ask: (words: string) => Promise<string> } & Disposable

function openTerminal(wanted: boolean): Terminal {
  const lines = wanted
    ? createInterface({ input: process.stdin, output: process.stderr })
    : undefined
  return {
    ask: async (words) => (await lines?.question(words)) ?? '',
    [Symbol.dispose]: () => lines?.close(),
  }
}

async function askUntil(
  { name, asks, example }: Question,
  {
    terminal,
    take,
    known,
    out,
  }: {
    terminal: Terminal
    take: (text: string) => Promise<void>
    known: string | null
    out: Out
  },
): Promise<void> {
  // A relay's address holds a password: it is kept, and not shown.
  const shown = known !== null && name === 'relay' ? 'as it is' : known
  for (;;) {
    const hint = shown === null ? `such as ${example}` : `Enter keeps: ${shown}`
    const said = (await terminal.ask(`\n${asks} (${hint})\n> `)).trim()
    try {
      await take(said === '' && known !== null ? known : said)
      return
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      out.line(`  ${error.message}`)
    }
  }
}

function fileLines({ publicUrl, relay }: Answers): Record<string, string | null> {
  const inbox = relay === null && publicUrl.startsWith('https:') ? 'yes' : null
  return { PUBLIC_URL: publicUrl, SMTP_URL: relay, DAYBREAK_TEST_INBOX: inbox }
}

/** @returns what was not asked, with its value */
async function saveSettings({ context }: App, answers: Answers): Promise<string[]> {
  await changeSetting(context, 'name', answers.publisher)
  await changeSetting(context, 'fromAddress', answers.sender)
  await changeSetting(context, 'address', answers.address)
  await changeSetting(context, 'timeZone', answers.timeZone)
  const missing = await listMissingSettings(context)
  const also: string[] = []
  for (const [name, value] of Object.entries(derivedSettings(answers))) {
    if (!missing.some((one) => one === name)) continue
    await changeSetting(context, name, value)
    also.push(`${name} ${value}`)
  }
  return also
}

async function addFirstFeed({ context }: App, feed: string | null): Promise<string> {
  if (feed === null) return 'no feed yet: "daybreak feeds add URL" adds one'
  try {
    const { source } = await addSource(openPolling(context), { url: feed })
    return `the feed "${source.name}" is added`
  } catch (error) {
    // Run again, it is here already.
    if (error instanceof Refusal && error.status === 409) return error.message
    throw error
  }
}

function recordLines(records: Listed): string[] {
  if (records.publish.length === 0) return ['', 'DNS: everything is published']
  return [
    '',
    'Publish these records at your DNS provider:',
    ...records.publish.map((record) => `  ${zoneLineOf(record)}`),
    ...(records.useKeys === null
      ? []
      : ['When they can be seen (minutes to hours), let the keys sign:', `  ${records.useKeys}`]),
  ]
}

function nextLines({ relay }: Answers): string[] {
  const mail =
    relay === null
      ? '  http://localhost:8080/inbox                        the mails, as there is no relay'
      : '  npm run daybreak -- test-mail you@example.org      one real mail, and what came of it'
  return [
    '',
    'Next:',
    '  npm start                                          in a terminal of its own, or as a service',
    mail,
    '  npm run daybreak -- doctor                         whether the DNS is as it should be',
  ]
}
