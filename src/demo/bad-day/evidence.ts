import type { App } from '#app.ts'
import { type Accounts, readAccounts } from '#deliveries/accounts.ts'
import { readJournal } from '#deliveries/read-journal.ts'
import { messageIdOf } from '#deliveries/reader-mail.ts'
import { getEdition } from '#editions/store.ts'
import type { InboxMail, InboxReader } from '#mail/inbox-store.ts'
import { type Copy, listCopies, listJournals } from './day-store.ts'
import type { Cut } from './line-session.ts'
import type { Day } from './play.ts'

/** A row of the ledger, and the Message-ID that its mail has. */
export type KnownCopy = Copy & { messageId: string }

/** A mail as it lies in the mailbox of its reader. */
export type ArrivedMail = {
  edition: number
  to: string
  subject: string
  messageId: string
  inReplyTo: string | null
  /** The text part, with single blanks. */
  text: string
}

export type Books = { editionId: number; accounts: Accounts; copies: KnownCopy[] }

/** All that is known at the end of the day, from those who each know their part alone. */
export type Evidence = {
  /** The ledger and its counters. */
  digest: Books
  correction: Books
  /** The relay. */
  mails: ArrivedMail[]
  /** The line before it. */
  died: Record<Cut, number>
  /** The sender's journal of the digest: bodies that began, and those with an answer. */
  journal: { begun: number; answered: number }
  /** What the editor was told when the correction was accepted. */
  day: Day
  /** The web page of the digest, as text. */
  page: string
}

export async function gatherEvidence(
  { context }: App,
  { inbox, day, died }: { inbox: InboxReader; day: Day; died: Record<Cut, number> },
): Promise<Evidence> {
  const books = async (editionId: number, position: number | null): Promise<Books> => {
    const edition = await getEdition(context.db, editionId)
    const copies = await listCopies(context.db, { editionId, position })
    return {
      editionId,
      accounts: await readAccounts(context.db, editionId),
      copies: copies.map((copy) => ({
        ...copy,
        messageId: `<${messageIdOf(context.secrets, edition, copy)}>`,
      })),
    }
  }
  const page = await fetch(new URL(`n/daily/${day.digest}`, context.config.publicUrl))
  return {
    digest: await books(day.digest, day.position),
    correction: await books(day.correction, null),
    mails: await readMails(inbox),
    died,
    journal: await readJournals(context.db, day.digest),
    day,
    page: asText(await page.text()),
  }
}

async function readMails(inbox: InboxReader): Promise<ArrivedMail[]> {
  const mails: ArrivedMail[] = []
  for (let before: string | undefined; ;) {
    const page = await inbox.list({ limit: 100, ...(before === undefined ? {} : { before }) })
    if (page.length === 0) return mails
    for (const { id } of page) mails.push(arrived(await inbox.get(id)))
    before = page.at(-1)?.id
  }
}

function arrived(mail: InboxMail): ArrivedMail {
  const header = (name: string) =>
    mail.headers.find((one) => one.name.toLowerCase() === name)?.value ?? null
  return {
    edition: Number(header('feedback-id')?.split(':')[0] ?? 0),
    to: mail.to[0] ?? '',
    subject: mail.subject,
    messageId: header('message-id') ?? '',
    inReplyTo: header('in-reply-to'),
    text: mail.text.replace(/\s+/g, ' '),
  }
}

/** Of mails that were tried again each try counts: it is one body more. */
async function readJournals(
  db: App['context']['db'],
  editionId: number,
): Promise<Evidence['journal']> {
  const journal = { begun: 0, answered: 0 }
  for (const path of await listJournals(db)) {
    for (const entry of readJournal(path) ?? []) {
      if (entry.editionId !== editionId) continue
      if (entry.kind === 'begun') journal.begun += 1
      else journal.answered += 1
    }
  }
  return journal
}

function asText(html: string): string {
  return html
    .replace(/<head>[^]*?<\/head>/i, ' ')
    .replace(/<[^>]+>/g, ' ')
    .replace(/&#8217;|&rsquo;|&#x2019;/g, '’')
    .replace(/\s+/g, ' ')
}
