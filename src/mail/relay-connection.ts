import { Readable } from 'node:stream'
import type { ConnectionOptions } from 'node:tls'

import SMTPConnection from 'nodemailer/lib/smtp-connection'

import { reasonOf } from '#errors.ts'
import type { Outcome, OutgoingMail } from '#mail/outcome.ts'
import { cleanReply, outcomeOfFailure, relayIdOf } from '#mail/smtp-reply.ts'
import type { Relay } from '#mail/smtp-url.ts'

export type Timeouts = { connection: number; greeting: number; socket: number }

export type RelayOptions = {
  relay: Relay
  /** Said in EHLO; relays check that it resolves. */
  name: string
  timeouts: Timeouts
  tls?: ConnectionOptions | undefined
}

/** `untouched`: the connection died with no reply and `begun` not called, so another one may carry the mail. */
export type Attempt = { outcome: Outcome; untouched: boolean }

/** Greeted, encrypted and logged in; rejects with nodemailer's error when any of that fails. */
export async function openRelayConnection(options: RelayOptions): Promise<RelayConnection> {
  const { relay, name, timeouts, tls } = options
  const smtp = new SMTPConnection({
    host: relay.host,
    port: relay.port,
    secure: relay.secure,
    requireTLS: !relay.secure && relay.starttls === 'required',
    ignoreTLS: relay.starttls === 'off',
    name,
    connectionTimeout: timeouts.connection,
    greetingTimeout: timeouts.greeting,
    dnsTimeout: timeouts.connection,
    socketTimeout: timeouts.socket,
    socketCloseTimeout: 1000,
    tls: { minVersion: 'TLSv1.2', ...tls },
  })
  await new Promise<void>((resolve, reject) => {
    smtp.on('error', reject)
    smtp.once('end', () => reject(new Error('the relay closed the connection')))
    smtp.connect((error) => (error ? reject(error) : resolve()))
  })
  // The reply that ended the handshake is the one that lists the extensions.
  const extensions = String(smtp.lastServerResponse)
  if (relay.login) await logIn(smtp, relay.login)
  return new RelayConnection(smtp, /^250[ -]SMTPUTF8\b/im.test(extensions))
}

async function logIn(smtp: SMTPConnection, login: { user: string; pass: string }): Promise<void> {
  try {
    if (!smtp.allowsAuth) throw new Error('the relay offers no login, but SMTP_URL has a user')
    await new Promise<void>((resolve, reject) => {
      smtp.once('error', reject)
      smtp.once('end', () => reject(new Error('the relay closed the connection at the login')))
      smtp.login(login, (error) => (error ? reject(error) : resolve()))
    })
  } catch (error) {
    smtp.close()
    throw error
  }
}

/** One warm SMTP session, for one mail at a time. */
export class RelayConnection {
  readonly takesInternationalAddresses: boolean
  mails = 0
  readonly #smtp: SMTPConnection
  #fail: ((reason: string) => void) | undefined

  constructor(smtp: SMTPConnection, takesInternationalAddresses: boolean) {
    this.#smtp = smtp
    this.takesInternationalAddresses = takesInternationalAddresses
  }

  get alive(): boolean {
    return !this.#smtp.destroyed
  }

  onEnd(listener: () => void): void {
    this.#smtp.once('end', listener)
  }

  send({ envelope, raw, begun, signal }: OutgoingMail): Promise<Attempt> {
    this.mails += 1
    const body = new Body(raw, begun)
    return new Promise((resolve, reject) => {
      const settle = (outcome: Outcome, untouched = false): void => {
        signal?.removeEventListener('abort', abort)
        this.#fail = undefined
        resolve({ outcome, untouched })
      }
      const abort = (): void => {
        if (body.began) return this.drop('stopped while the mail was being handed over')
        this.#close()
        this.#fail = undefined
        reject(signal?.reason)
      }
      this.#fail = (reason) => settle(outcomeOfFailure(new Error(reason), body.began))
      signal?.addEventListener('abort', abort, { once: true })
      this.#smtp.send({ ...envelope, size: raw.length }, body, (error, info) => {
        if (!error) {
          settle(this.#taken(body, info))
        } else {
          this.#dropUnlessAnswered(error, body)
          const silent = !error.responseCode && error.code !== 'ETIMEDOUT'
          settle(outcomeOfFailure(error, body.began), silent && !body.asked)
        }
      })
    })
  }

  #taken(body: Body, { response, serverMessageId }: SMTPConnection.SentMessageInfo): Outcome {
    const reply = cleanReply(response)
    // A 250 to half a mail says nothing about the mail.
    if (!body.readableEnded) {
      this.#close()
      return { kind: 'uncertain', reason: `the relay answered before the mail had ended: ${reply}` }
    }
    return { kind: 'accepted', relayId: serverMessageId ?? relayIdOf(reply), reply }
  }

  /** A refusal of this mail leaves the session usable; anything else, or a half-sent body, does not. */
  #dropUnlessAnswered(error: SMTPConnection.SMTPError, body: Body): void {
    const code = error.responseCode ?? 0
    const answered = (error.code === 'EENVELOPE' || error.code === 'EMESSAGE') && code >= 400
    const halfSent = body.asked && !body.readableEnded
    if (!answered || halfSent || code === 421 || code === 503) this.#close()
  }

  /** Clears a refused transaction, so that the next mail starts clean. Resolves with whether the session lives. */
  reset(): Promise<boolean> {
    if (!this.alive) return Promise.resolve(false)
    return new Promise((resolve) => {
      const ended = (): void => resolve(false)
      this.#smtp.once('end', ended)
      this.#smtp.reset((error) => {
        this.#smtp.off('end', ended)
        if (error) this.#close()
        resolve(this.alive)
      })
    })
  }

  /** Ends the session now; a mail on its way becomes unsent or uncertain. */
  drop(reason: string): void {
    const fail = this.#fail
    this.#close()
    fail?.(reason)
  }

  /** Says goodbye; the relay's answer, or the socket's timeout, closes. */
  quit(): void {
    if (this.alive) this.#smtp.quit()
  }

  #close(): void {
    this.#smtp.close()
  }
}

const CHUNK = 64 * 1024

/**
 * The mail's bytes. nodemailer pipes from it only after the relay's 354, and a Readable calls
 * `_read` only when somebody reads: so the first `_read` is the last moment before the body leaves.
 */
class Body extends Readable {
  asked = false
  began = false
  readonly #raw: Buffer
  readonly #begun: () => void
  #position = 0

  constructor(raw: Buffer, begun: () => void) {
    super({ highWaterMark: CHUNK })
    this.#raw = raw
    this.#begun = begun
  }

  override _read(): void {
    if (!this.asked && !this.#begin()) return
    const chunk = this.#raw.subarray(this.#position, this.#position + CHUNK)
    this.#position += chunk.length
    this.push(chunk.length > 0 ? chunk : null)
  }

  #begin(): boolean {
    this.asked = true
    try {
      this.#begun()
      this.began = true
    } catch (cause) {
      this.destroy(new Error(`the mail was held back: ${reasonOf(cause)}`, { cause }))
    }
    return this.began
  }
}
