import { setTimeout as sleep } from 'node:timers/promises'
import { corrections } from '#commands/corrections.ts'
import { digest as digestCommand } from '#commands/digest.ts'
import { edition as editionCommand } from '#commands/editions.ts'
import { readAccounts } from '#deliveries/accounts.ts'
import { composeDigest } from '#editions/compose-digest.ts'
import { listCarriers } from '#editions/corrections/correction-store.ts'
import { getEdition } from '#editions/store.ts'
import { Refusal } from '#errors.ts'
import { openOperator } from '#operators/operator.ts'
import type { Told } from '../run.ts'
import { untilSent } from '../send.ts'
import type { BreakingLine } from './breaking-line.ts'
import { findStory, listCopies } from './day-store.ts'
import { OPERATOR, openDesk, type Type, type Typed } from './desk.ts'
import type { Cut } from './line-session.ts'

const WRONG = 'Council backs 18 million flood wall by a single vote'
const RIGHT = 'Council backs 28 million flood wall by a single vote'
const WAS = 'We wrote that the flood wall costs 18 million crowns.'
const IS_NOW = 'It costs 28 million crowns.'
const SUMMARY = 'The city council approved the wall along Cooper’s Quay by 16 votes to 15.'

/** So long that a person can step in, and so short that somebody watches it. */
const SPREAD = '20s'

/** First mails that cost nothing but a second try, then those that nobody can be sure of. */
const CUTS: Cut[] = ['at DATA', 'in the body', 'at DATA', 'before the reply', 'before the reply']

/** What happened, in the words of those who did it. */
export type Day = {
  digest: number
  correction: number
  /** Where the wrong story stands in the digest. */
  position: number
  /** The version with the right words. */
  version: number
  wrong: string
  right: string
  was: string
  isNow: string
  /** Who unsubscribed between the wrong mail and the correction. */
  left: string[]
  /** What accepting the correction promised. */
  reach: { copies: number; uncertain: number; left: number }
  /** What was typed, and answered: while the line was down, and to put the story right. */
  outage: Typed
  desk: Typed[]
}

/** The digest goes out over a line that breaks; halfway an editor finds that a story of it is wrong. */
export async function playBadDay(told: Told, line: BreakingLine): Promise<Day> {
  const { app, say } = told
  const type = openDesk(app)
  const { editionId, articleId, position } = await composeWrong(told)
  await type('digest', digestCommand, ['approve', String(editionId)])
  const released = Date.now()
  const sent = await type('digest', digestCommand, ['send', String(editionId), '--spread', SPREAD])
  say(sent.answer[0] ?? '')
  const outage = await breakLine(told, { line, editionId, type })
  await untilAccepted(told, { editionId, share: 0.5 })
  const mended = await putRight(told, { editionId, articleId, position, type })
  await untilSent(told, { editionId: mended.correction, since: released })
  await untilSent(told, { editionId, since: released })
  const { version } = await getEdition(app.context.db, editionId)
  say('both editions are sent, and every row of them has its end')
  return {
    digest: editionId,
    position,
    version,
    wrong: WRONG,
    right: RIGHT,
    was: WAS,
    isNow: IS_NOW,
    outage,
    ...mended,
  }
}

async function composeWrong({ app, say }: Told) {
  const { context } = app
  const { id: operatorId } = await openOperator(context, OPERATOR)
  const { editionId, stories } = await composeDigest(context, {
    newsletterSlug: 'daily',
    operatorId,
    again: false,
  })
  const story = await findStory(context.db, { editionId, headline: WRONG })
  if (story === undefined) throw new Error(`the digest has no story “${WRONG}”`)
  say(`a digest of ${stories} stories; nobody has noticed that one of them is wrong`)
  return { editionId, ...story }
}

/** Some connections die under their mails, then nobody gets through for a while; nobody does anything about it. */
async function breakLine(
  told: Told,
  { line, editionId, type }: { line: BreakingLine; editionId: number; type: Type },
): Promise<Typed> {
  const { say } = told
  await untilAccepted(told, { editionId, share: 0.15 })
  line.cutNext(CUTS)
  await until('the line has broken', async () => line.waiting === 0)
  line.down()
  say(`the line to the relay broke under ${CUTS.length} mails, and is down now`)
  await until('a mail met the line that is down', async () => line.refused > 0)
  await sleep(1500)
  const seen = await type('edition', editionCommand, [String(editionId)])
  const { accepted } = await readAccounts(told.app.context.db, editionId)
  line.up()
  await until('the edition goes on', async () => {
    const now = await readAccounts(told.app.context.db, editionId)
    return now.accepted > accepted
  })
  say('the line is back, and the edition went on by itself')
  return seen
}

async function putRight(
  told: Told,
  {
    editionId,
    articleId,
    position,
    type,
  }: { editionId: number; articleId: number; position: number; type: Type },
): Promise<Pick<Day, 'correction' | 'left' | 'reach' | 'desk'>> {
  const { app, say } = told
  const { db } = app.context
  const opened = await type('corrections', corrections, ['open', String(articleId)])
  const id = /^correction (\d+)/.exec(opened.answer[0] ?? '')?.[1] ?? ''
  say(`an editor found that “${WRONG}” is wrong: what had not left is stopped`)
  // Copies whose body had begun are finished; a person takes longer than that to write two lines.
  await until(
    'nothing is on its way',
    async () => (await readAccounts(db, editionId)).claimed === 0,
  )
  const left = [await oneReaderLeaves(told, { editionId, position })]
  const words = ['--label', 'correction', '--was', WAS, '--now', IS_NOW, '--way', 'edition']
  const mended = ['--headline', RIGHT, '--summary', SUMMARY]
  const decided = await type('corrections', corrections, ['decide', id, ...words, ...mended])
  const hashes = decided.answer.join('\n').match(/--hash [0-9a-f]{12,}/g) ?? []
  const seen = hashes.flatMap((hash) => hash.split(' '))
  const accepted = await type('corrections', corrections, ['accept', id, ...seen])
  say('the difference was looked at and accepted: what had not left goes on as the next version')
  const [carrier] = await listCarriers(db, Number(id))
  const correction = carrier?.toldBy ?? 0
  const approved = await type('digest', digestCommand, ['approve', String(correction)])
  const released = await type('digest', digestCommand, ['send', String(correction)])
  return {
    correction,
    left,
    reach: parseReach(accepted.answer.join('\n')),
    desk: [opened, decided, accepted, approved, released],
  }
}

/** As the command says it to the editor. */
export function parseReach(answer: string): Day['reach'] {
  const number = (pattern: RegExp) => Number(pattern.exec(answer)?.[1] ?? 0)
  return {
    copies: number(/(\d+) had it wrong/),
    uncertain: number(/\((\d+) of them may\)/),
    left: number(/(\d+) not reachable any more/),
  }
}

/** With the button of the mail program, in the mail with the wrong story (RFC 8058). */
async function oneReaderLeaves(
  { app, inbox, say }: Told,
  { editionId, position }: { editionId: number; position: number },
): Promise<string> {
  const copies = await listCopies(app.context.db, { editionId, position })
  const reader = copies.find(({ state, carries }) => state === 'accepted' && carries)
  const entry = (await inbox.list({ limit: 200 })).find(({ to }) => to[0] === reader?.email)
  if (reader === undefined || entry === undefined) throw new Error('nobody has had the wrong story')
  const { headers } = await inbox.get(entry.id)
  const value = headers.find(({ name }) => name.toLowerCase() === 'list-unsubscribe')?.value
  const link = /<(https?:[^>]+)>/.exec(value ?? '')?.[1] ?? ''
  const response = await fetch(link, {
    method: 'POST',
    body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }),
  })
  if (!response.ok) throw new Refusal(`unsubscribing answered ${response.status}`)
  say('a reader who had the wrong story unsubscribed meanwhile')
  return reader.email
}

async function untilAccepted(
  { app }: Told,
  { editionId, share }: { editionId: number; share: number },
): Promise<void> {
  await until(`${share * 100} % are sent`, async () => {
    const { accepted, planned } = await readAccounts(app.context.db, editionId)
    return accepted >= planned * share
  })
}

const PATIENCE_MS = 60_000

async function until(what: string, ask: () => Promise<boolean>): Promise<void> {
  for (const began = performance.now(); performance.now() - began < PATIENCE_MS;) {
    if (await ask()) return
    await sleep(50)
  }
  throw new Refusal(`within ${PATIENCE_MS / 1000} s it did not happen that ${what}`)
}
