import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { readReturn } from '#mail/returned/read-return.ts'
import { seededBytes } from './support/seeded-bytes.ts'

// How well returned mails are understood: labelled messages of many mail systems, whole, truncated, and random bytes.
// The rules are written by hand and nothing is trained, so leaving a family out changes no verdict: what a family
// that is unknown may expect is shown by the figures of each family, their average, and the worst.

const Labels = z.array(z.object({ file: z.string(), reason: z.string(), hard: z.boolean() }))

const actions = ['hard', 'soft', 'ours', 'complaint', 'ignore'] as const
type Action = (typeof actions)[number]

const ABOUT_US = new Set([
  'rejected',
  'blocked',
  'requireptr',
  'authfailure',
  'spamdetected',
  'policyviolation',
  'badreputation',
  'securityerror',
  'norelaying',
  'notcompliantrfc',
  'toomanyconn',
  'contenterror',
  'virusdetected',
  'failedstarttls',
  'speeding',
])
const CHANGES_NOTHING = new Set(['vacation', 'delivered'])
const measures = ['suppressPrecision', 'hardRecall', 'actionAccuracy'] as const
const RANDOM_MAILS = 300
const GOALS = { suppressPrecision: 0.98, hardRecall: 0.85, perSecond: 200 }

type Read = { file: string; family: string; wanted: Action[]; got: Action }

const { values } = parseArgs({
  options: { data: { type: 'string', default: '' }, json: { type: 'boolean', default: false } },
})
const labelFile = join(values.data, 'labels.json')
if (values.data === '' || !existsSync(labelFile)) {
  process.stdout.write(
    'No mails to measure on: name a folder with messages/*.eml and labels.json, as in --data DIR.\n',
  )
} else {
  await measure(values.data)
}

async function measure(data: string): Promise<void> {
  const labels = Labels.parse(JSON.parse(await readFile(labelFile, 'utf8')))
  const mails = await Promise.all(
    [...Map.groupBy(labels, ({ file }) => file)].map(async ([file, rows]) => ({
      file,
      wanted: rows.map(wantedOf),
      bytes: await readFile(join(data, 'messages', file)),
    })),
  )
  const began = process.cpuUsage()
  const reads: Read[] = []
  for (const { file, wanted, bytes } of mails) {
    const family = file.replace(/-\d+\.eml$/, '')
    reads.push({ file, family, wanted, got: await actionOf(bytes) })
  }
  const { user, system } = process.cpuUsage(began)
  const cpuMs = (user + system) / 1000 / mails.length
  const broken = await countErrors(mails.map(({ bytes }) => bytes))
  report(reads, cpuMs, broken)
}

function wantedOf({ reason, hard }: z.infer<typeof Labels>[number]): Action {
  if (hard) return 'hard'
  if (reason === 'feedback') return 'complaint'
  if (CHANGES_NOTHING.has(reason)) return 'ignore'
  return ABOUT_US.has(reason) ? 'ours' : 'soft'
}

async function actionOf(bytes: Uint8Array): Promise<Action> {
  const { returned } = await readReturn(bytes)
  if (returned.kind === 'bounce') return returned.verdict
  return returned.kind === 'complaint' ? 'complaint' : 'ignore'
}

/** Mails cut off at every tenth, and bytes that are no mail at all. */
async function countErrors(mails: Uint8Array[]) {
  const cut = mails.flatMap((bytes) =>
    Array.from({ length: 10 }, (_, tenth) => bytes.subarray(0, (bytes.length * tenth) / 10)),
  )
  const random = Array.from({ length: RANDOM_MAILS }, (_, seed) =>
    seededBytes(seed, (seed * 97) % 20_000),
  )
  return { truncated: await errorsOf(cut), random: await errorsOf(random) }
}

async function errorsOf(mails: Uint8Array[]): Promise<number> {
  const results = await Promise.allSettled(mails.map((bytes) => readReturn(bytes)))
  return results.filter(({ status }) => status === 'rejected').length
}

/** Undefined where there is nothing to divide by: no mail of the kind. */
type Share = number | undefined

function share(part: number, whole: number): Share {
  return whole === 0 ? undefined : Math.round((part / whole) * 1000) / 1000
}

function scoresOf(reads: Read[]) {
  const isHard = ({ wanted }: Read) => wanted.includes('hard')
  const toldHard = reads.filter(({ got }) => got === 'hard')
  const suppressed = reads.filter(({ got }) => got === 'hard' || got === 'complaint')
  const complaints = reads.filter(({ wanted }) => wanted.includes('complaint'))
  const count = (of: Read[], test: (read: Read) => boolean) =>
    share(of.filter(test).length, of.length)
  return {
    mails: reads.length,
    suppressPrecision: count(
      suppressed,
      ({ wanted }) => wanted.includes('hard') || wanted.includes('complaint'),
    ),
    hardPrecision: count(toldHard, isHard),
    hardRecall: count(reads.filter(isHard), ({ got }) => got === 'hard'),
    actionAccuracy: count(reads, ({ wanted, got }) => wanted.includes(got)),
    complaintsFound: count(complaints, ({ got }) => got === 'complaint'),
  }
}

type Scores = ReturnType<typeof scoresOf>
function report(reads: Read[], cpuMs: number, errors: { truncated: number; random: number }): void {
  const families = [...Map.groupBy(reads, ({ family }) => family)]
    .map(([family, own]) => ({ family, ...scoresOf(own) }))
    .toSorted((a, b) => (a.actionAccuracy ?? 0) - (b.actionAccuracy ?? 0))
  const all = scoresOf(reads)
  const figures = {
    ...all,
    byFamily: Object.fromEntries(
      measures.map((name) => [name, spread(families.flatMap((each) => each[name] ?? []))]),
    ),
    errors,
    perSecond: Math.round(1000 / cpuMs),
    cpuMs: Math.round(cpuMs * 100) / 100,
    node: process.version,
  }
  const met = [
    (all.suppressPrecision ?? 0) >= GOALS.suppressPrecision,
    (all.hardRecall ?? 0) >= GOALS.hardRecall,
    (all.complaintsFound ?? 1) === 1,
    errors.truncated + errors.random === 0,
    figures.perSecond >= GOALS.perSecond,
  ].every(Boolean)
  const answer = { name: 'bounces', figures, goal: GOALS, met }
  process.stdout.write(values.json ? `${JSON.stringify(answer)}\n` : table(families, figures))
}

function spread(shares: number[]) {
  const sum = shares.reduce((total, each) => total + each, 0)
  return { families: shares.length, mean: share(sum, shares.length), worst: Math.min(...shares) }
}

function table(families: (Scores & { family: string })[], figures: object): string {
  return [
    row('family', ['mails', 'suppress', 'hard', 'action']),
    ...families.map((each) =>
      row(each.family, [each.mails, ...measures.map((name) => each[name])]),
    ),
    `${JSON.stringify(figures, undefined, 2)}\n`,
  ].join('')
}

function row(family: string, cells: readonly (string | Share)[]): string {
  return `${family.padEnd(26)}${cells.map((cell) => `${cell ?? '-'}`.padStart(10)).join('')}\n`
}
