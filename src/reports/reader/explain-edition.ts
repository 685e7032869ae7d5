import type { Context } from '#context.ts'
import { messageIdOf } from '#deliveries/reader-mail.ts'
import { type Edition, getEdition } from '#editions/store.ts'
import {
  findInterest,
  getMeaning,
  type Interest,
  leavesNothing,
  type Meaning,
} from './explain-store.ts'
import { mailInWords, timeOf } from './mail-words.ts'
import { findEditionMail, type ReaderRow } from './reader-store.ts'

export type Explained = {
  edition: number
  subject: string
  /** Why, or why not. */
  words: string
  /** What to tell the support of the relay, where it took the mail. */
  quote: { relayId: string | null; reply: string | null; messageId: string; at: Date | null } | null
}

type Needs = Pick<Context, 'db' | 'clock' | 'secrets'>
type Asked = { reader: ReaderRow; editionId: number }

/** Why a reader got an edition or did not. @throws Refusal for an edition that is not there */
export async function explainEdition(
  context: Needs,
  { reader, editionId }: Asked,
): Promise<Explained> {
  const { db, clock, secrets } = context
  const edition = await getEdition(db, editionId)
  const { subject } = edition
  const mail = await findEditionMail(db, { readerId: reader.id, editionId })
  if (mail === undefined)
    return {
      edition: editionId,
      subject,
      words: await whyNot(context, { reader, edition }),
      quote: null,
    }
  const handed = ['accepted', 'rejected', 'uncertain'].includes(mail.state) && !mail.test
  const { relayId, reply, outcomeAt: at } = mail
  const messageId = `<${messageIdOf(secrets, edition, { subscriberId: reader.id })}>`
  return {
    edition: editionId,
    subject,
    words: mailInWords(mail, clock.now()),
    quote: handed ? { relayId, reply, messageId, at } : null,
  }
}

/** Readers without a row were not meant, by what they had chosen when the edition was planned. */
async function whyNot(
  { db }: Needs,
  { reader, edition }: { reader: ReaderRow; edition: Edition },
): Promise<string> {
  const meaning = await getMeaning(db, edition.id)
  const unplanned = notPlanned(edition, { reader, meaning })
  if (unplanned !== undefined) return unplanned
  const planned = meaning.plannedAt ?? meaning.createdAt
  const joined = notJoined(reader, { planned, createdAt: meaning.createdAt })
  if (joined !== undefined) return joined
  const interest = await findInterest(db, { readerId: reader.id, meaning })
  const unmeant = notMeant(interest, { planned, meaning })
  if (unmeant !== undefined) return unmeant
  if (await leavesNothing(db, { readerId: reader.id, meaning }))
    return 'the topics that this reader chose left none of its stories'
  return `this reader was not among those it was planned for at ${timeOf(planned)}; what is chosen now would mean it`
}

const BEFORE_SENDING = new Set([
  'draft',
  'in review',
  'approved',
  'scheduled',
  'skipped',
  'expired',
])

function notPlanned(
  { state, stateReason }: Edition,
  { reader, meaning }: { reader: ReaderRow; meaning: Meaning },
): string | undefined {
  const reason = stateReason === null ? '' : ` (${stateReason})`
  if (BEFORE_SENDING.has(state)) return `nobody got it: the edition is ${state}${reason}`
  if (meaning.plannedAt !== null || reader.id <= meaning.cursor) return undefined
  if (state === 'sending') return 'it is still being planned: this reader’s turn has not come'
  return `the edition is ${state}${reason}, and this reader’s turn had not come`
}

function notJoined(
  { state, confirmedAt, leftAt }: ReaderRow,
  { planned, createdAt }: { planned: Date; createdAt: Date },
): string | undefined {
  if (confirmedAt === null)
    return state === 'pending'
      ? 'this reader has not confirmed: nothing but the confirmation is sent'
      : 'this reader had not confirmed'
  if (confirmedAt > planned)
    return `joined ${timeOf(confirmedAt)}, after the edition was planned at ${timeOf(planned)}`
  if (state === 'left' && leftAt !== null && leftAt <= createdAt)
    return `unsubscribed from everything ${timeOf(leftAt)}, before the edition was made`
  return undefined
}

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

function notMeant(
  interest: Interest | undefined,
  { planned, meaning }: { planned: Date; meaning: Meaning },
): string | undefined {
  if (interest === undefined) return 'this reader never subscribed to the newsletter'
  const { cadence, changedAt, meant } = interest
  if (cadence === 'off' && changedAt <= meaning.createdAt)
    return `unsubscribed from the newsletter ${timeOf(changedAt)}, before the edition was made`
  if (changedAt > planned && cadence !== 'off')
    return `chose the newsletter (${cadence}) ${timeOf(changedAt)}, after the edition was planned at ${timeOf(planned)}`
  if (meant) return undefined
  if (meaning.kind === 'digest')
    return `wants this newsletter once a week, and gets the edition of ${DAYS[meaning.weeklyDay - 1] ?? 'one day'}`
  return cadence === 'instant'
    ? 'turned off every topic of this alert'
    : 'wants at once only alerts of topics marked so, and this one has none of them'
}
