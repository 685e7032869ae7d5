import { edition as editionCommand } from '#commands/editions.ts'
import { limits } from '#commands/limits.ts'
import { Refusal } from '#errors.ts'
import { createLog } from '#log.ts'
import { openInbox } from '#mail/inbox.ts'
import { openDemoHouse } from '../house.ts'
import { bringArticles, setPublication } from '../newsroom.ts'
import { type Demo, tellSince, writeOut } from '../run.ts'
import { BreakingLine } from './breaking-line.ts'
import { type Check, checkDay, holds } from './checks.ts'
import { addCrowd } from './crowd.ts'
import { openDesk } from './desk.ts'
import { type Evidence, gatherEvidence } from './evidence.ts'
import { playBadDay } from './play.ts'
import { administratorLines, editorLines, readerLines } from './sections.ts'

/**
 * A day on which the relay drops mails and a story is wrong, on real parts. Every figure that is told comes from the
 * ledger, the mailboxes, the journal or the line, and they are held against each other.
 * @throws Refusal when they do not say the same
 */
export async function runBadDay({
  config,
  files,
  outDir,
  json,
  say,
  keepUntil,
}: Demo): Promise<void> {
  const began = performance.now()
  const tell = tellSince(began, say)
  let line: BreakingLine | undefined
  await using house = await openDemoHouse(config, {
    // That the relay does not take mail is told in words below.
    logLevel: 'error',
    openRelay: async (dir) => {
      const relay = await openBreakingRelay(dir)
      line = relay.line
      return relay
    },
  })
  if (line === undefined) throw new Error('the relay was not opened')
  const { app, inbox } = house
  tell('PostgreSQL, the queue, the web server and a relay behind a bad line are up')
  const told = { say: tell, app, inbox }
  await setPublication(app.context)
  await bringArticles(told, files)
  const readers = await addCrowd(told)
  const day = await playBadDay(told, line)
  const evidence = await gatherEvidence(app, { inbox, day, died: line.died })
  const type = openDesk(app)
  const now = await type('edition', editionCommand, [String(day.digest)])
  const paces = await type('limits', limits, [])
  const sections = [
    editorLines(evidence),
    administratorLines(evidence, { outage: day.outage, now, limits: paces }),
    readerLines(evidence),
  ]
  for (const section of sections) for (const text of ['', ...section]) say(text)
  const checks = checkDay(evidence)
  say()
  say(
    `  ${checks.filter(holds).length} of ${checks.length} comparisons of ledger, mailboxes, journal and line agree.`,
  )
  if (outDir !== null) await writeOut({ say, inbox, outDir })
  if (keepUntil !== null) {
    say(
      `  The corrected edition: ${new URL(`n/daily/${day.digest}`, app.context.config.publicUrl).href}`,
    )
    say('  Ctrl-C ends it and removes everything.')
    await keepUntil
  }
  if (json)
    say(JSON.stringify(lineOf(evidence, { readers, checks, ms: performance.now() - began })))
  refuseContradictions(checks)
}

/** A real SMTP server that keeps every mail, and the line to it. */
async function openBreakingRelay(
  dir: string,
): Promise<AsyncDisposable & { url: string; line: BreakingLine }> {
  await using stack = new AsyncDisposableStack()
  const log = createLog({ level: 'silent', name: 'relay' })
  const relay = stack.use(await openInbox({ dir, log }))
  const line = stack.use(await BreakingLine.open({ relayPort: relay.port }))
  const opened = stack.move()
  return { url: line.url, line, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}

/** @throws Refusal that names what two sides say differently */
export function refuseContradictions(checks: readonly Check[]): void {
  const broken = checks.filter((check) => !holds(check))
  if (broken.length === 0) return
  const lines = broken.map(({ claim, one, other }) => `  ${claim}: ${one} and ${other}`)
  throw new Refusal(['the figures do not match:', ...lines].join('\n'))
}

/** One object for programs. */
function lineOf(
  evidence: Evidence,
  { readers, checks, ms }: { readers: number; checks: readonly Check[]; ms: number },
) {
  const { digest, correction, died, journal, mails, day } = evidence
  const ofVersion = (wanted: (version: number) => boolean) =>
    digest.copies.filter(
      ({ state, version }) => ['accepted', 'uncertain'].includes(state) && wanted(version ?? 0),
    ).length
  return {
    readers,
    digest: { edition: digest.editionId, ...digest.accounts },
    correction: { edition: correction.editionId, ...correction.accounts },
    versions: {
      before: ofVersion((version) => version < day.version),
      corrected: ofVersion((version) => version === day.version),
    },
    reach: day.reach,
    line: died,
    journal,
    mails: mails.length,
    checks: checks.length,
    broken: checks.filter((check) => !holds(check)).map(({ claim }) => claim),
    durationMs: Math.round(ms),
  }
}
