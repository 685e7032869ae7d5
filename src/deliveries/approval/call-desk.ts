import type { Context } from '#context.ts'
import { inTransaction } from '#db/transaction.ts'
import { dateLine, momentLine } from '#editions/dates.ts'
import { listShownStories } from '#editions/draft/shown-stories.ts'
import { publicationOf, readSettings, type Settings } from '#editions/publication.ts'
import type { Edition } from '#editions/store.ts'
import { compileDeskNote } from '#mail/templates.ts'
import { hashAddress } from '#secrets.ts'
import { ensureForm } from '../service/form.ts'
import { insertCallMail, noteCall } from './call-store.ts'
import { insertDeskLink } from './desk-link-store.ts'
import type { Person } from './on-call-store.ts'

type Needs = Pick<Context, 'db' | 'clock' | 'secrets' | 'relay' | 'enqueue'>

/** Why people are mailed about an edition; each of an edition once. */
export type Call = {
  what: string
  /** Calls that this one stands for. */
  passed?: readonly string[]
  /** What is asked or told, as a subject line. */
  asks: string
  /** What there is to say about it, before the edition. */
  lines?: readonly string[]
  button?: string
}

const DAY_MS = 86_400_000
const AFTER_RELEASE_MS = 6 * 3_600_000

/**
 * A mail to each of these people, with a link of their own to the edition's page. The call is noted with its mails in
 * one transaction: a crash loses neither, and of two schedulers one calls.
 * @returns how many are mailed; 0 where this call was made before
 */
export async function callDesk(
  context: Needs,
  edition: Edition,
  { call, people }: { call: Call; people: readonly Person[] },
): Promise<number> {
  const { db, clock, enqueue } = context
  const form = people.length === 0 ? null : await callForm(context, { edition, call })
  const now = clock.now()
  const first = await inTransaction(db, async (transaction) => {
    const editionId = edition.id
    if (!(await noteCall(transaction, { editionId, what: call.what, now }))) return false
    for (const what of call.passed ?? []) await noteCall(transaction, { editionId, what, now })
    if (form === null) return true
    for (const person of people)
      await planCall({ ...context, db: transaction }, { edition, person, form })
    return true
  })
  if (!first || people.length === 0) return 0
  await enqueue('drain-lane', { lane: 'confirmation' })
  return people.length
}

async function planCall(
  { db, clock, secrets, relay }: Needs,
  { edition, person, form }: { edition: Edition; person: Person; form: string },
): Promise<void> {
  const { id: editionId, contentHash } = edition
  const { operatorId, address } = person
  const now = clock.now()
  const expiresAt = expiryOf(edition, now)
  const link = await insertDeskLink(db, { editionId, operatorId, contentHash, now, expiresAt })
  await insertCallMail(db, {
    operatorId,
    recipient: address,
    addressHash: hashAddress(secrets, address),
    form,
    payload: { link, edition: editionId },
    test: relay.test,
    now,
    expiresAt,
  })
}

/** Six hours behind its hour, so that a late one can still be stopped; a day where it has none. */
function expiryOf({ dueAt }: Edition, now: Date): Date {
  if (dueAt === null) return new Date(now.getTime() + DAY_MS)
  return new Date(Math.max(dueAt.getTime(), now.getTime()) + AFTER_RELEASE_MS)
}

async function callForm(
  { db, clock }: Pick<Needs, 'db' | 'clock'>,
  { edition, call }: { edition: Edition; call: Call },
): Promise<string> {
  const set = await readSettings({ db })
  const now = clock.now()
  const { language, timeZone } = set
  const { asks, lines = [], button = 'Look at it and decide' } = call
  const subject = `${set.name}: ${asks}`
  const stories = (await listShownStories(db, edition)).filter(({ followers }) => !followers)
  const headlines = stories.slice(0, 5).map(({ shownHeadline }) => shownHeadline)
  const mail = await compileDeskNote({
    publication: publicationOf(set),
    subject,
    preheader: edition.subject,
    title: asks,
    dateLine: dateLine({ language, timeZone, now }),
    passages: [
      ...(lines.length === 0 ? [] : [{ title: '', lines: [...lines] }]),
      { title: edition.newsletterName, lines: [edition.subject, deadlineLine(edition, set)] },
      ...(headlines.length === 0 ? [] : [{ title: 'In it', lines: headlines }]),
    ],
    link: {
      button,
      valid: 'The link is yours alone: whoever has it decides in your name. It works once.',
    },
    foot: `You are a team member of ${set.name}, and on call or an author of this edition.`,
  })
  return ensureForm(db, { subject, ...mail })
}

function deadlineLine(
  { deadlineAt, kind, state, leavesAt }: Edition,
  { timeZone }: Settings,
): string {
  if (['sending', 'sent'].includes(state) || leavesAt !== null) return 'It is on its way.'
  if (deadlineAt !== null)
    return `It is to leave at ${momentLine({ language: 'en', timeZone, now: deadlineAt })}.`
  return kind === 'alert' ? 'It leaves as soon as somebody says yes.' : 'It has no hour: it waits.'
}
