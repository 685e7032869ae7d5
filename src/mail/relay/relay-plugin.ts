import { callbackify } from 'node:util'

import type { MailMessage, SentMessageInfo, Transport, VerifyCallback } from 'nodemailer'

import type { Outcome, Priority } from '#mail/outcome.ts'
import type { RelayPool } from '#mail/relay/relay-pool.ts'

type Sent = SentMessageInfo & { outcomes: { to: string; outcome: Outcome }[] }

/**
 * The pool as a nodemailer transport: `createTransport(relayPlugin(pool)).sendMail(…)`. Each recipient is a
 * transaction of its own; a mail that nobody got is an error, as nodemailer's own transports do.
 */
export function relayPlugin(pool: RelayPool, priority: Priority = 'confirmation'): Transport<Sent> {
  return {
    name: 'daybreak-relay',
    version: '1',
    supportsAbortSignal: true,
    send: (mail, callback) => callbackify(sendAll)({ pool, priority, mail }, callback),
    verify: (callback?: VerifyCallback) =>
      callback ? callbackify(check)(pool, callback) : check(pool),
    close: () => pool[Symbol.asyncDispose](),
  }
}

type Mailing = { pool: RelayPool; priority: Priority; mail: MailMessage<Sent> }

async function sendAll({ pool, priority, mail }: Mailing): Promise<Sent> {
  const envelope = mail.message.getEnvelope()
  const bytes = onTheWire(await mail.message.build())
  const from = envelope.from === false ? '' : envelope.from
  const { signal } = mail.data
  const ready = { message: { bytes }, priority, begun: () => {}, ...(signal && { signal }) }
  const outcomes = await Promise.all(
    envelope.to.map(async (to) => {
      return { to, outcome: await pool.send({ ...ready, envelope: { from, to } }) }
    }),
  )
  const accepted = outcomes.filter(({ outcome }) => outcome.kind === 'accepted')
  const rejected = outcomes.filter(({ outcome }) => outcome.kind !== 'accepted')
  const [first] = accepted.length > 0 ? accepted : rejected
  const response = first ? wordsOf(first.outcome) : 'the mail has no recipient'
  if (accepted.length === 0) throw refusal(response, first?.outcome)
  return {
    envelope,
    messageId: mail.message.messageId(),
    accepted: accepted.map(({ to }) => to),
    rejected: rejected.map(({ to }) => to),
    response,
    outcomes,
  }
}

/** CRLF everywhere, also at the end, and a second dot before each dot that begins a line (RFC 5321 4.5.2). */
function onTheWire(message: Buffer): Buffer {
  const lines = message.toString('latin1').replace(/\r\n|\r|\n/g, '\r\n')
  const ended = lines.endsWith('\r\n') ? lines : `${lines}\r\n`
  return Buffer.from(ended.replace(/^\./gm, '..'), 'latin1')
}

function wordsOf(outcome: Outcome): string {
  return 'reply' in outcome ? outcome.reply : outcome.reason
}

function refusal(response: string, outcome: Outcome | undefined): Error {
  const code = outcome && 'code' in outcome ? outcome.code : undefined
  return Object.assign(new Error(response), { response, responseCode: code, outcome })
}

async function check(pool: RelayPool): Promise<true> {
  const reason = await pool.verify()
  if (reason !== undefined) throw new Error(reason)
  return true
}
