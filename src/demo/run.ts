import type { App } from '#app.ts'
import type { Config } from '#config.ts'
import { type Accounts, readAccounts } from '#deliveries/accounts.ts'
import { type Edition, getEdition } from '#editions/store.ts'
import type { InboxReader } from '#mail/inbox-store.ts'
import { printAccounts } from '#commands/edition-account.ts'
import { bringArticles, setPublication } from './newsroom.ts'
import { correct, showReaders } from './editors.ts'
import { openDemoHouse } from './house.ts'
import { addReaders, joinByForm } from './readers.ts'
import { sendAlert, sendDigest } from './send.ts'
import { writeMails } from './write-mails.ts'

export type Demo = {
  config: Config
  files: string[]
  outDir: string | null
  json: boolean
  say: (line?: string) => void
  /** Resolves when the person has seen enough; null ends at once. */
  keepUntil: Promise<void> | null
}

export type Told = { say: (line: string) => void; app: App; inbox: InboxReader }

/** The whole job on real parts: PostgreSQL, the queue, the web server, SMTP into the built-in inbox. */
export async function runDemo({
  config,
  files,
  outDir,
  json,
  say,
  keepUntil,
}: Demo): Promise<void> {
  const began = performance.now()
  const tell = tellSince(began, say)
  await using house = await openDemoHouse(config, { logLevel: 'warn' })
  const { app, inbox } = house
  tell('PostgreSQL, the queue, the web server and the built-in inbox are up')
  const result = await tellTheStory({ say: tell, app, inbox }, files)
  report({ say, result, test: app.context.relay.test })
  if (outDir !== null) await writeOut({ say, inbox, outDir })
  await lookAround({ say, url: app.context.config.publicUrl, keepUntil })
  if (json) say(JSON.stringify(lineOf(result, performance.now() - began)))
}

/** What happens, with the time since the start. */
export function tellSince(began: number, say: Demo['say']): Told['say'] {
  return (line) => say(`${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${line}`)
}

export async function writeOut({
  say,
  inbox,
  outDir,
}: Pick<Demo, 'say'> & { inbox: InboxReader; outDir: string }): Promise<void> {
  const mails = await writeMails(inbox, outDir)
  say(`  every mail is in ${outDir}: ${mails} mails, each as .eml, .html and .txt`)
}

type Sent = { edition: Edition; accounts: Accounts; firstAcceptedMs: number }
type Result = { articles: number; stories: number; readers: number; digest: Sent; alert: Sent }

async function tellTheStory(told: Told, files: string[]): Promise<Result> {
  const { context } = told.app
  await setPublication(context)
  const { articles, breaking } = await bringArticles(told, files)
  const readers = (await addReaders(told)) + (await joinByForm(told))
  const alert = await sendAlert(told, breaking)
  const { editionId, stories, firstAcceptedMs } = await sendDigest(told)
  await showReaders(told, editionId)
  await correct(told, editionId)
  const sent = async (id: number, ms: number): Promise<Sent> => ({
    edition: await getEdition(context.db, id),
    accounts: await readAccounts(context.db, id),
    firstAcceptedMs: ms,
  })
  return {
    articles: articles + 1,
    stories,
    readers,
    digest: await sent(editionId, firstAcceptedMs),
    alert: await sent(alert.editionId, alert.firstAcceptedMs),
  }
}

function report({ say, result, test }: { say: Demo['say']; result: Result; test: boolean }): void {
  say()
  const out = { line: (line = '') => say(line) }
  for (const { edition, accounts } of [result.digest, result.alert]) {
    printAccounts(out, { edition, accounts })
    say()
  }
  if (test) say('  Nothing left this machine: the built-in inbox took the mails.')
}

async function lookAround({
  say,
  url,
  keepUntil,
}: {
  say: Demo['say']
  url: URL
  keepUntil: Promise<void> | null
}): Promise<void> {
  if (keepUntil === null) {
    say('  Look at the mails: npm run demo -- --keep, or npm run demo -- --out mails')
    return
  }
  say(`  Look at the mails: ${new URL('inbox', url).href}`)
  say(`  The sign-up page:  ${url.href}`)
  say('  Ctrl-C ends it and removes everything.')
  await keepUntil
}

/** One object for programs. `accepted`, `excluded` and `uncertain` are sums; `firstAcceptedMs` is the alert's. */
function lineOf({ articles, stories, readers, digest, alert }: Result, ms: number) {
  const sum = (pick: (accounts: Accounts) => number) => pick(digest.accounts) + pick(alert.accounts)
  return {
    articles,
    stories,
    readers,
    planned: sum((accounts) => accounts.planned),
    accepted: sum((accounts) => accounts.accepted),
    excluded: sum((accounts) => accounts.excluded),
    uncertain: sum((accounts) => accounts.uncertain),
    firstAcceptedMs: alert.firstAcceptedMs,
    testInbox: digest.edition.test,
    durationMs: Math.round(ms),
    digest: partOf(digest),
    alert: partOf(alert),
  }
}

function partOf({ edition, accounts, firstAcceptedMs }: Sent) {
  const { id, state, subject } = edition
  return { edition: id, state, subject, ...accounts, firstAcceptedMs }
}
