import { spawn } from 'node:child_process'
import { reasonOf } from '#errors.ts'
import type { Violation } from '#mail/lint/subject.ts'

/** SpamAssassin calls 5 spam and rspamd's first action is at 4; a newsletter has no excuse to come near. */
const LIMITS = { spamassassin: 1, rspamd: 2 } as const
const TIMEOUT_MS = 60_000

/**
 * Symbols of rspamd about where a mail came from and when it was looked at, not about the mail: here a file is handed
 * over by a program on this machine, without a connection, without the DNS, perhaps years after its date.
 */
const ENVIRONMENT = [
  /^(?:HFILTER|RDNS|R_SPF|R_DKIM|DKIM|DMARC|ARC|SPF|MX|ASN)_/,
  /^(?:RBL|RECEIVED|RCVD|ONCE_RECEIVED|DIRECT_TO_MX|AUTH_NA|VIOLATED_DIRECT_SPF)/,
  /^(?:BAYES|NEURAL|FUZZY|REPUTATION|IP_REPUTATION|GREYLIST|RATELIMIT)/,
  /^DATE_IN_(?:PAST|FUTURE)$/,
  /_(?:FAIL|DNSFAIL|TEMPFAIL)$/,
]

type Symbols = { name: string; score: number }[]

type SpamScore = { filter: keyof typeof LIMITS; score: number; symbols: Symbols }

/** By the filters of this machine, without asking the network; each that is not there is named. */
export async function scoreSpam(
  raw: Uint8Array,
  signal?: AbortSignal,
): Promise<{ violations: Violation[]; unchecked: string[] }> {
  const told = await Promise.all([askSpamAssassin(raw, signal), askRspamd(raw, { signal })])
  return {
    violations: told.flatMap((score) =>
      typeof score !== 'string' && score.score > LIMITS[score.filter] ? [tooHigh(score)] : [],
    ),
    unchecked: told.filter((score) => typeof score === 'string'),
  }
}

function tooHigh({ filter, score, symbols }: SpamScore): Violation {
  const causes = symbols
    .filter((symbol) => symbol.score > 0)
    .toSorted((a, b) => b.score - a.score)
    .map((symbol) => `${symbol.name} ${symbol.score}`)
  return {
    rule: 'spam-score',
    severity: 'fault',
    what: `${filter} gives ${score.toFixed(1)} of at most ${LIMITS[filter]}: ${causes.join(', ')}`,
    where: 'the message',
    fix: 'Mend what the named tests find, the dearest first.',
  }
}

/** The score, or in words why there is none. */
export async function askSpamAssassin(
  raw: Uint8Array,
  signal?: AbortSignal,
): Promise<SpamScore | string> {
  // -L asks no network, -t reports on mail that is no spam too, -x writes nothing into the home of who runs it.
  const answer = await run('spamassassin', { args: ['-L', '-t', '-x'], input: raw, signal })
  if (answer.failed !== undefined)
    return `spam-score: SpamAssassin is not asked, ${answer.failed} (apt-get install spamassassin)`
  const symbols = [
    ...answer.stdout.matchAll(/^\s*(-?\d+(?:\.\d+)?)\s+([A-Z][A-Z0-9_]{3,})\s/gm),
  ].map((match) => ({ name: match[2] ?? '', score: Number(match[1]) }))
  const score = /^X-Spam-Status:[^\n]*?score=(-?[\d.]+)/m.exec(answer.stdout)?.[1]
  return score === undefined
    ? 'spam-score: SpamAssassin gave no score'
    : { filter: 'spamassassin', score: Number(score), symbols }
}

/** Its score without what it says about this machine. */
export async function askRspamd(
  raw: Uint8Array,
  {
    signal,
    controller = '127.0.0.1:11334',
  }: { signal?: AbortSignal | undefined; controller?: string } = {},
): Promise<SpamScore | string> {
  const args = ['-h', controller, '--json', 'symbols']
  const answer = await run('rspamc', { args, input: raw, signal })
  if (answer.failed !== undefined)
    return `spam-score: rspamd is not asked, ${answer.failed} (apt-get install rspamd, and start it)`
  const symbols = symbolsIn(answer.stdout)
  if (symbols === undefined) return 'spam-score: rspamd gave no score'
  const about = symbols.filter(({ name }) => !ENVIRONMENT.some((pattern) => pattern.test(name)))
  const score = about.reduce((sum, symbol) => sum + symbol.score, 0)
  return { filter: 'rspamd', score, symbols: about }
}

function symbolsIn(stdout: string): Symbols | undefined {
  try {
    const { symbols }: { symbols?: Record<string, { score?: unknown }> } = JSON.parse(stdout)
    if (symbols === undefined) return undefined
    return Object.entries(symbols).map(([name, { score }]) => ({ name, score: Number(score) || 0 }))
  } catch {
    return undefined
  }
}

type Answer = { stdout: string; failed?: string }

async function run(
  program: string,
  { args, input, signal }: { args: string[]; input: Uint8Array; signal: AbortSignal | undefined },
): Promise<Answer> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS)
  const until = signal === undefined ? timeout : AbortSignal.any([timeout, signal])
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'], signal: until })
    const parts: Buffer[] = []
    child.stdout.on('data', (part: Buffer) => parts.push(part))
    child.on('error', (error) => resolve({ stdout: '', failed: whyNot(program, error) }))
    child.on('close', (code) => {
      const stdout = Buffer.concat(parts).toString()
      resolve(code === 0 ? { stdout } : { stdout, failed: `${program} ended with ${code}` })
    })
    // A filter may stop reading before the mail ends; its exit code says more than this.
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
  })
}

function whyNot(program: string, error: Error): string {
  if ('code' in error && error.code === 'ENOENT') return `${program} is not installed`
  return error.name === 'AbortError'
    ? `${program} took longer than a minute`
    : `${program}: ${reasonOf(error)}`
}
