import type { Context } from '#context.ts'
import { hashAddress } from '#secrets.ts'
import { maskAddress, normaliseAddress } from '#subscribers/address.ts'
import { readOverview } from '#subscribers/choices/overview.ts'
import {
  findSuppression,
  type SuppressionReason,
} from '#subscribers/suppression/suppression-store.ts'
import { explainEdition, type Explained } from './explain-edition.ts'
import { mailInWords, type MailRow } from './mail-words.ts'
import {
  type ChoiceRow,
  findReaderRow,
  listChoices,
  listConsent,
  listEditionMails,
  listServiceMails,
  type ReaderRow,
} from './reader-store.ts'
import { choiceInWords, consentInWords, stateInWords } from './reader-words.ts'

export type Suppression = { reason: SuppressionReason; why: string; since: Date }

export type ReaderReport = {
  /** Null where no reader has the address. */
  reader: number | null
  /** Masked, unless whoever asks may see it. */
  address: string
  state: ReaderRow['state'] | 'unknown'
  /** Whether mail goes there, why, and since when. */
  words: string
  suppression: Suppression | null
  timeZone: string | null
  language: string | null
  ownHour: string | null
  choices: (Pick<ChoiceRow, 'what' | 'name' | 'cadence' | 'snoozedUntil'> & { words: string })[]
  /** When a digest is due next, if the newsroom has one by then. */
  nextMailAt: Date | null
  consent: { at: Date; kind: string; words: string }[]
  mails: (Pick<MailRow, 'edition' | 'kind' | 'subject' | 'state' | 'relayId' | 'reply'> & {
    at: Date
    words: string
  })[]
  /** Of the edition that was asked about. */
  why: Explained | null
}

const SHOWN = { mails: 30, consent: 50 }

type Needs = Pick<Context, 'db' | 'clock' | 'secrets'>

/**
 * Everything that answers "I did not get it", in words.
 * @throws Refusal for what is no address, and for an edition that is not there
 */
export async function readReader(
  context: Needs,
  { address, editionId, whole }: { address: string; editionId: number | null; whole: boolean },
): Promise<ReaderReport> {
  const { db, clock, secrets } = context
  const { email } = normaliseAddress(address)
  const addressHash = hashAddress(secrets, email)
  const suppression = suppressionOf(await findSuppression(db, addressHash))
  const reader = await findReaderRow(db, addressHash)
  const shown = whole ? email : maskAddress(email)
  if (reader === undefined) return unknownReader(shown, suppression)
  const now = clock.now()
  const readerId = reader.id
  const choices = await listChoices(db, readerId)
  const mails = await listMails(context, readerId)
  return {
    reader: readerId,
    address: shown,
    state: reader.state,
    words: stateInWords(reader, { suppression, choices }),
    suppression: suppression ?? null,
    timeZone: reader.timeZone,
    language: reader.language,
    ownHour: reader.ownHour,
    choices: choices.map((choice) => ({
      what: choice.what,
      name: choice.name,
      cadence: choice.cadence,
      snoozedUntil: choice.snoozedUntil,
      words: choiceInWords(choice, now),
    })),
    nextMailAt: (await readOverview(context, readerId))?.next ?? null,
    consent: (await listConsent(db, { readerId, limit: SHOWN.consent })).map((row) => ({
      at: row.at,
      kind: row.kind,
      words: consentInWords(row),
    })),
    mails,
    why: editionId === null ? null : await explainEdition(context, { reader, editionId }),
  }
}

async function listMails({ db, clock }: Needs, readerId: number): Promise<ReaderReport['mails']> {
  const limit = SHOWN.mails
  const rows = [
    ...(await listEditionMails(db, { readerId, limit })),
    ...(await listServiceMails(db, { readerId, limit })),
  ]
  return rows
    .toSorted((one, other) => timeOfMail(other).getTime() - timeOfMail(one).getTime())
    .slice(0, limit)
    .map((row) => ({
      at: timeOfMail(row),
      edition: row.edition,
      kind: row.kind,
      subject: row.subject,
      state: row.state,
      relayId: row.relayId,
      reply: row.reply,
      words: mailInWords(row, clock.now()),
    }))
}

function timeOfMail({ outcomeAt, releaseAt }: MailRow): Date {
  return outcomeAt ?? releaseAt
}

const WHY: Record<string, string> = {
  left: 'unsubscribed at a former sender',
  bounced: 'mail to it came back for good',
  complained: 'its reader reported a mail as spam',
  asked: 'its owner said "this was not me"',
  erased: 'its reader had all data erased',
  blocked: 'somebody of the team put it there',
}

function suppressionOf(
  found: { reason: SuppressionReason; at: Date } | undefined,
): Suppression | undefined {
  return found && { reason: found.reason, why: WHY[found.reason] ?? found.reason, since: found.at }
}

function unknownReader(address: string, suppression: Suppression | undefined): ReaderReport {
  return {
    reader: null,
    address,
    state: 'unknown',
    words:
      suppression === undefined
        ? 'no reader has this address: look for another spelling, or another address of the same person'
        : `no reader has this address, and it is on the do-not-mail list: ${suppression.why}`,
    suppression: suppression ?? null,
    timeZone: null,
    language: null,
    ownHour: null,
    choices: [],
    nextMailAt: null,
    consent: [],
    mails: [],
    why: null,
  }
}
