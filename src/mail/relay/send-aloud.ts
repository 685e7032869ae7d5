import { createTransport } from 'nodemailer'
import { reasonOf } from '#errors.ts'
import { cleanReply } from '#mail/smtp-reply.ts'
import type { RelayConfig } from '#mail/smtp-url.ts'
import { TIMEOUTS } from './open-relay.ts'

/** One step of the conversation: what was done, and what the relay said to it. */
export type Step = { what: string; reply: string }

const WORDS: readonly (readonly [RegExp, string])[] = [
  [/^EHLO|^HELO|^LHLO/i, 'greets'],
  [/^STARTTLS/i, 'asks for encryption'],
  [/^AUTH/i, 'logs in'],
  [/^MAIL FROM/i, 'names the sender'],
  [/^RCPT TO/i, 'names the recipient'],
  [/^DATA|^BDAT/i, 'begins the mail'],
  [/^QUIT/i, 'says goodbye'],
]

/**
 * Hands one mail over, and tells of the conversation. Passwords are never in it.
 * @returns the steps, and why it failed where it did
 */
export async function sendAloud(
  relay: RelayConfig,
  {
    envelope,
    bytes,
    name,
    ca,
  }: {
    envelope: { from: string; to: string }
    bytes: Uint8Array
    name: string
    ca?: string[] | undefined
  },
): Promise<{ steps: Step[]; trouble: string | undefined; last: string }> {
  const talk = new Talk()
  const transport = createTransport({
    host: relay.host,
    port: relay.port,
    secure: relay.secure,
    requireTLS: !relay.secure && relay.starttls === 'required',
    ignoreTLS: relay.starttls === 'off',
    name,
    connectionTimeout: TIMEOUTS.connect,
    greetingTimeout: TIMEOUTS.greeting,
    socketTimeout: TIMEOUTS.dot,
    tls: { minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca }) },
    ...(relay.login === undefined ? {} : { auth: relay.login }),
    debug: true,
    logger: talk.logger(),
  })
  try {
    const { response } = await transport.sendMail({
      envelope: { from: envelope.from, to: [envelope.to] },
      raw: Buffer.from(bytes),
    })
    return { steps: talk.steps, trouble: undefined, last: cleanReply(response) }
  } catch (error) {
    return { steps: talk.steps, trouble: cleanReply(reasonOf(error)), last: '' }
  } finally {
    transport.close()
  }
}

/** Listens to nodemailer's log, in which secrets are left out. */
class Talk {
  readonly steps: Step[] = [{ what: 'connects', reply: '' }]

  logger() {
    const note = (entry: unknown, message?: unknown) => this.#note(entry, message)
    return {
      trace: note,
      debug: note,
      info: ignore,
      warn: ignore,
      error: ignore,
      fatal: ignore,
      level: ignore,
    }
  }

  #note(entry: unknown, message: unknown): void {
    if (typeof entry !== 'object' || entry === null || typeof message !== 'string') return
    const side = 'tnx' in entry ? entry.tnx : undefined
    if (side === 'client') {
      const what = WORDS.find(([command]) => command.test(message))?.[1]
      if (what !== undefined) this.steps.push({ what, reply: '' })
    } else if (side === 'server' && !message.startsWith('334')) {
      // Commands are sent ahead (RFC 2920): the oldest that waits is answered.
      const step = this.steps.find(({ reply }) => reply === '')
      if (step !== undefined) step.reply = firstLine(message)
    }
  }
}

function firstLine(reply: string): string {
  return cleanReply(reply.split(/\r?\n/)[0] ?? '').replace(/^(\d{3})-/, '$1 ')
}

function ignore(): void {}
