import { createHash } from 'node:crypto'
import type { Config } from '#config.ts'
import type { Context } from '#context.ts'
import type { InboundMail, MayTake, TakeMail } from '#mail/inbound/inbound.ts'
import { openImapPoller } from '#mail/inbound/imap-poller.ts'
import { openInboundServer } from '#mail/inbound/inbound-server.ts'
import { openReturnReader, type ReturnReader } from '#mail/returned/return-reader.ts'
import type { Bounce, ReadReturn, Returned } from '#mail/returned/returned.ts'
import { findByPublicId } from '#subscribers/store.ts'
import type { Token } from '#subscribers/tokens.ts'
import { BounceDomains, openAddress, openTokenAddress } from './inbound-address.ts'
import { takeReply } from './take-reply.ts'
import { takeReturn } from './take-return.ts'
import { takeUnsubscribe } from './take-unsubscribe.ts'

type Needs = Pick<
  Context,
  'db' | 'clock' | 'secrets' | 'leavings' | 'log' | 'enqueue' | 'relay' | 'config'
>

export type Inbound = { mayTake: MayTake; take: TakeMail }

/** Whoever knows a domain can write to its postmaster: more than this in an hour waits with its sender. */
const DESK_MAILS_AN_HOUR = 200
const HOUR_MS = 3_600_000

/**
 * Takes mail where the configuration says so, by SMTP, out of a mailbox, or both; undefined: nowhere.
 * @throws Refusal when it cannot listen
 */
export async function openInboundFor(
  context: Needs,
  { inbound, imapUrl, publicUrl }: Pick<Config, 'inbound' | 'imapUrl' | 'publicUrl'>,
): Promise<AsyncDisposable | undefined> {
  if (inbound === null && imapUrl === null) return undefined
  await using stack = new AsyncDisposableStack()
  const { log } = context
  const reader = stack.use(openReturnReader({ log }))
  // Anybody can write to the postmaster: what costs much to read there must not keep bounces waiting.
  const desk = stack.use(openReturnReader({ log }))
  const verbs = openInbound(context, reader, desk)
  if (inbound !== null) {
    const options = { ...verbs, ...inbound, name: publicUrl.hostname, log }
    const { port } = stack.use(await openInboundServer(options))
    log.info({ host: inbound.host, port }, 'takes mail that comes back')
  }
  if (imapUrl !== null) stack.use(openImapPoller({ ...verbs, url: imapUrl, log }))
  return stack.move()
}

/** What an address of ours is for, and what a mail to it does. Whom it is about says its token and nothing else. */
export function openInbound(
  context: Needs,
  reader: Pick<ReturnReader, 'read'>,
  deskReader = reader,
): Inbound {
  const domains = new BounceDomains(context)
  const desk = new HourlyLimit(context, DESK_MAILS_AN_HOUR)
  return {
    mayTake: async (address) => {
      const own = openAddress(context, address)
      if (own === undefined) return undefined
      return own.domain === '' || (await domains.has(own.domain)) ? own.kind : undefined
    },
    take: async (mail) => {
      const own = openAddress(context, mail.address)
      if (own === undefined) return
      // Before it is read: reading is what costs. Feedback loops may send as much as readers complain.
      if (own.kind === 'desk') desk.count()
      const read = await (own.token === undefined ? deskReader : reader).read(mail.bytes)
      const come: Come = { channel: mail.channel, key: keyOf(read, mail), read }
      if (own.token === undefined)
        await takeWithoutToken(context, come, own.kind === 'desk' ? undefined : desk)
      else if (own.kind === 'unsubscribe') await takeLeaving(context, { ...come, mail }, own.token)
      else await takeAbout(context, withoutLetter(come, mail), own.token)
    },
  }
}

type Come = { channel: InboundMail['channel']; key: string; read: ReadReturn }

/** A person's mail has a sender on its envelope; a machine's answer need not (RFC 5321, 4.5.5). */
function withoutLetter(come: Come, { channel, sender }: InboundMail): Come {
  const isLetter = come.read.returned.kind === 'reply'
  if (!isLetter || channel !== 'smtp' || sender !== '') return come
  return { ...come, read: { ...come.read, returned: { kind: 'auto-reply' } } }
}

/** A mail to the envelope sender of one of ours. */
async function takeAbout(context: Needs, { read, ...come }: Come, token: Token): Promise<void> {
  const { returned } = read
  if (returned.kind === 'reply') {
    await takeReply(context, { ...come, returned, token })
  } else if (returned.kind === 'complaint' && returned.feedback.startsWith('opt-out')) {
    // Who wants no more mail has not called it spam.
    await takeUnsubscribe(context, { ...come, token })
  } else {
    const believed =
      returned.kind === 'bounce' ? await believableOf(context, returned, token) : returned
    await takeReturn(context, { ...come, returned: believed, token })
  }
}

/** A failure in prose may quote anything, a newsletter too: what was said of another address gives nobody up at once. */
async function believableOf(
  { db }: Pick<Context, 'db'>,
  bounce: Bounce,
  { publicId }: Token,
): Promise<Bounce> {
  if (bounce.names === undefined || bounce.verdict !== 'hard') return bounce
  const email = (await findByPublicId(db, publicId))?.email?.toLowerCase()
  const isMeant = email !== undefined && bounce.names.includes(email)
  return isMeant ? bounce : { ...bounce, verdict: 'soft', reason: 'filtered' }
}

/** Whatever it says, its sender wants to leave, but for what a machine sent back. */
async function takeLeaving(
  context: Needs,
  { read, mail, ...come }: Come & { mail: InboundMail },
  token: Token,
): Promise<void> {
  const { returned } = read
  // Mail programs also write it by themselves, for a button that the reader pressed.
  if (returned.kind === 'auto-reply' && !isGenerated(mail)) return
  if (returned.kind === 'bounce' && !(isUnread(returned) && mail.sender !== '')) return
  await takeUnsubscribe(context, { ...come, token })
}

const HEAD_BYTES = 64 * 1024

/** RFC 3834, 5: made by a machine, but no answer to a mail. */
function isGenerated({ bytes }: InboundMail): boolean {
  const [head = ''] = Buffer.from(bytes.subarray(0, HEAD_BYTES))
    .toString('latin1')
    .split('\r\n\r\n')
  return /^auto-submitted:\s*auto-generated/im.test(head)
}

/** A mail to postmaster, abuse or the feedback loop: a complaint about a mail of ours holds its token. */
async function takeWithoutToken(
  context: Needs,
  { read, ...come }: Come,
  limit: HourlyLimit | undefined,
): Promise<void> {
  const { returned, localParts } = read
  if (returned.kind === 'complaint') {
    const about = firstToken(context, localParts)
    if (about?.purpose === 'bounce') {
      await takeReturn(context, { ...come, returned, token: about.token })
      return
    }
    if (about !== undefined) {
      // Of the reader's mail only the unsubscribe address is left: whoever complains has left by it.
      await takeUnsubscribe(context, { ...come, token: about.token })
      return
    }
  }
  const letter = letterOf(returned)
  if (letter === undefined) return
  limit?.count()
  await takeReply(context, { ...come, returned: letter })
}

function letterOf(returned: Returned): Extract<Returned, { kind: 'reply' }> | undefined {
  if (returned.kind === 'reply') return returned
  if (returned.kind !== 'complaint') return undefined
  return {
    kind: 'reply',
    from: '',
    subject: `A complaint (${returned.feedback})`,
    text: 'A feedback loop sent a complaint that holds no token of ours, so nobody knows which mail it is about.',
  }
}

/** Nothing could be made of it. */
function isUnread({ verdict, reason }: Bounce): boolean {
  return verdict === 'ignore' && reason === 'unknown'
}

/** That of a bounce address before any other: it also says which of the reader's addresses was meant. */
function firstToken(context: Pick<Needs, 'secrets'>, localParts: string[]) {
  const opened = localParts.flatMap((localPart) => openTokenAddress(context, localPart) ?? [])
  return opened.find(({ purpose }) => purpose === 'bounce') ?? opened[0]
}

/** A sender chooses its Message-ID: with the address in it, nobody can take the key of somebody else's mail. */
function keyOf({ key }: ReadReturn, { address }: InboundMail): string {
  return createHash('sha256').update(`${key}\0${address.toLowerCase()}`).digest('base64url')
}

class HourlyLimit {
  readonly #clock: Context['clock']
  readonly #most: number
  #hour = 0
  #count = 0

  constructor({ clock }: Pick<Context, 'clock'>, most: number) {
    this.#clock = clock
    this.#most = most
  }

  /** Throws past the limit. */
  count(): void {
    const hour = Math.floor(this.#clock.now().getTime() / HOUR_MS)
    if (hour !== this.#hour) this.#count = 0
    this.#hour = hour
    this.#count += 1
    if (this.#count > this.#most) throw new Error('more letters to the desk than an hour may have')
  }
}
