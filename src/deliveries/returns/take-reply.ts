import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { inTransaction } from '#db/transaction.ts'
import { publicationOf, readSettings, type Settings } from '#editions/publication.ts'
import { Refusal } from '#errors.ts'
import type { Returned } from '#mail/returned/returned.ts'
import { plainText } from '#mail/outside-text.ts'
import { compileDeskNote } from '#mail/templates.ts'
import { hashAddress } from '#secrets.ts'
import { normaliseAddress } from '#subscribers/address.ts'
import type { Token } from '#subscribers/tokens.ts'
import { findLeaving } from '#subscribers/unsubscribe.ts'
import { ensureForm } from '../service/form.ts'
import type { Channel, Effect } from './effect.ts'
import { countForwards, forgetReplies, planForward } from './forward-store.ts'
import { type About, addReturn, NO_VERDICT, NOBODY, settleReturn } from './returned-store.ts'

/** What a mailbox that people read is sent at most; beyond it replies are kept and shown by "daybreak returns". */
const MOST = { anHour: 20, aReaderADay: 3 }
const KEPT_DAYS = 90
const LONGEST = { from: 320, subject: 150, text: 20_000, lines: 400 }

type Reply = Pick<Extract<Returned, { kind: 'reply' }>, 'from' | 'subject' | 'text'>

/** What it answers: the reader and the edition that the token names; nobody for a letter to the postmaster. */
type Answered = { about: About; edition: number | null; newsletter: string | null }

/**
 * A person wrote to an address of ours. It is kept, and forwarded to the mailbox that the newsroom reads; no answer is
 * sent, and nothing is forwarded of what comes from ourselves, so that two mailboxes cannot write to each other for ever.
 */
export async function takeReply(
  context: Pick<Context, 'db' | 'clock' | 'secrets' | 'enqueue' | 'relay'>,
  {
    channel,
    key,
    returned,
    token,
  }: { channel: Channel; key: string; returned: Reply; token?: Token },
): Promise<Effect> {
  const { db, clock, secrets } = context
  const now = clock.now()
  const reply = cut(returned)
  const set = await readSettings({ db })
  const answered = await findAnswered(db, token)
  const replyTo = addressIn(reply.from)
  // Compiled before the transaction: it takes longer than all the rest.
  const mail = isOwn(replyTo, set) ? undefined : await compileForward(set, { reply, answered })
  const effect = await inTransaction(db, async (transaction): Promise<Effect> => {
    const row = { ...NO_VERDICT, kind: 'reply', relayId: null, payload: reply } as const
    const id = await addReturn(transaction, { ...row, channel, key, at: now })
    if (id === undefined) return 'known already'
    const { about } = answered
    const addressHash = hashAddress(secrets, set.replyTo)
    const { subscriberId } = about
    await forgetReplies(transaction, { addressHash, keptDays: KEPT_DAYS, now })
    const sent = await countForwards(transaction, { addressHash, subscriberId, now })
    const isTooMany =
      sent.ofHour >= MOST.anHour || (subscriberId !== null && sent.ofReader >= MOST.aReaderADay)
    const forwards = mail !== undefined && !isTooMany
    if (forwards) {
      const form = await ensureForm(transaction, mail)
      const payload = { replyTo, reader: subscriberId }
      const test = context.relay.test
      await planForward(transaction, {
        recipient: set.replyTo,
        addressHash,
        form,
        payload,
        test,
        now,
      })
    }
    const done = forwards ? 'forwarded' : 'kept'
    await settleReturn(transaction, { id, about, effect: done, now })
    return done
  })
  if (effect === 'forwarded') await context.enqueue('drain-lane', { lane: 'confirmation' })
  return effect
}

function cut({ from, subject, text }: Reply): Reply {
  return {
    from: plainText(from).slice(0, LONGEST.from),
    subject: plainText(subject).slice(0, LONGEST.subject).trim().toWellFormed(),
    // A null character is no text to PostgreSQL.
    text: text.replaceAll('\0', '').slice(0, LONGEST.text).toWellFormed(),
  }
}

async function findAnswered(db: Db, token: Token | undefined): Promise<Answered> {
  const found = token === undefined ? undefined : await findLeaving(db, token)
  if (found === undefined) return { about: NOBODY, edition: null, newsletter: null }
  const { subscriber, editionId, newsletter } = found
  const about = { ...NOBODY, editionId: editionId ?? 0, subscriberId: subscriber.id }
  return { about, edition: editionId, newsletter: newsletter?.name ?? null }
}

/** The address in a From field: the last of it in angle brackets, or all of it. Null for what is none. */
function addressIn(from: string): string | null {
  try {
    return normaliseAddress(/<([^<>]*)>[^<>]*$/.exec(from)?.[1] ?? from).email
  } catch (error) {
    if (error instanceof Refusal) return null
    throw error
  }
}

function isOwn(address: string | null, set: Settings): boolean {
  if (address === null) return false
  const own = [set.fromAddress, set.replyTo, set.correctionsAddress, set.deskAddress]
  const lower = address.toLowerCase()
  const domain = lower.slice(lower.lastIndexOf('@') + 1)
  return (
    domain === set.bounceDomain.toLowerCase() || own.some((one) => one?.toLowerCase() === lower)
  )
}

async function compileForward(
  set: Settings,
  { reply, answered }: { reply: Reply; answered: Answered },
): Promise<{ subject: string; html: string; text: string }> {
  const subject = `Fwd: ${reply.subject === '' ? 'a reply without a subject' : reply.subject}`
  const about =
    answered.edition === null
      ? 'It came to an address of the mail system, not as an answer to an edition.'
      : `It answers edition ${answered.edition} of ${answered.newsletter ?? set.name}.`
  const lines = reply.text.split(/\r\n|\r|\n/).filter((line) => line.trim() !== '')
  const mail = await compileDeskNote({
    publication: publicationOf(set),
    subject,
    preheader: about,
    title: answered.about.subscriberId === null ? 'Somebody wrote' : 'A reader wrote',
    dateLine: about,
    passages: [
      {
        title: reply.from === '' ? 'Without a sender' : `From ${reply.from}`,
        lines: lines.length === 0 ? ['(no text)'] : lines.slice(0, LONGEST.lines),
      },
    ],
    foot:
      addressIn(reply.from) === null
        ? 'Its sender left no address to answer to.'
        : 'Answer this mail to write to its sender.',
  })
  return { subject, html: mail.html, text: mail.text }
}
