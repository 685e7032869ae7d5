import type { ConnectionOptions } from 'node:tls'
import { domainToASCII } from 'node:url'

import { reasonOf } from '#errors.ts'
import type { Log } from '#log.ts'
import type { Blame, Envelope, Outcome, OutgoingMail, Transport } from '#mail/outcome.ts'
import {
  openRelayConnection,
  type RelayConnection,
  type RelayOptions,
  type Timeouts,
} from '#mail/relay-connection.ts'
import { cleanReply, outcomeOfFailure } from '#mail/smtp-reply.ts'
import { parseSmtpUrl } from '#mail/smtp-url.ts'

export type RelaySettings = {
  url: string
  name: string
  maxConnections: number
  log: Log
  allowPlaintext?: boolean
  timeouts?: Partial<Timeouts>
  tls?: ConnectionOptions
  /** How long disposal waits for mails on their way. */
  drainMs?: number
}

const TIMEOUTS: Timeouts = { connection: 15_000, greeting: 15_000, socket: 90_000 }
const MAILS_A_CONNECTION = 1000

/** Warm connections to the relay; a mail waits for one, and is never handed over twice. */
export function createRelayTransport(settings: RelaySettings): Transport {
  return new RelayTransport(settings)
}

/** Why the relay cannot be used now, for a health line; undefined when it greets, encrypts and logs in. */
export async function verifyRelay(settings: RelaySettings): Promise<string | undefined> {
  try {
    const connection = await openRelayConnection(optionsOf(settings))
    connection.quit()
    return undefined
  } catch (error) {
    return cleanReply(reasonOf(error))
  }
}

function optionsOf({
  url,
  name,
  allowPlaintext = false,
  timeouts,
  tls,
}: RelaySettings): RelayOptions {
  const relay = parseSmtpUrl(url, { allowPlaintext })
  return { relay, name, timeouts: { ...TIMEOUTS, ...timeouts }, tls }
}

// nodemailer's own pool is not used: it hides what EHLO announced, so an address that needs SMTPUTF8
// would be sent anyway; it loses a 421 on a reused connection; and it sleeps 50 to 150 ms after each drop.
class RelayTransport implements Transport {
  readonly #options: RelayOptions
  readonly #log: Log
  readonly #drainMs: number
  readonly #idle: RelayConnection[] = []
  readonly #connections = new Set<RelayConnection>()
  readonly #inFlight = new Set<Promise<unknown>>()
  readonly #waiting: Array<() => void> = []
  #free: number
  #closing = false

  constructor(settings: RelaySettings) {
    this.#options = optionsOf(settings)
    this.#log = settings.log
    this.#drainMs = settings.drainMs ?? 30_000
    this.#free = settings.maxConnections
  }

  async send(mail: OutgoingMail): Promise<Outcome> {
    mail.signal?.throwIfAborted()
    if (this.#closing) return { kind: 'unsent', reason: 'the connections to the relay are closed' }
    const from = asciiDomain(mail.envelope.from)
    const to = asciiDomain(mail.envelope.to)
    if (!from) return rejected('sender', 'the sender is not a mail address')
    if (!to) return rejected('recipient', 'this is not a mail address')
    const sending = this.#sendInTurn({ ...mail, envelope: { from, to } })
    this.#inFlight.add(sending)
    try {
      return await sending
    } finally {
      this.#inFlight.delete(sending)
    }
  }

  async #sendInTurn(mail: OutgoingMail): Promise<Outcome> {
    await this.#turn(mail.signal)
    const warm = this.#idle.pop()
    const first = await this.#sendOver(warm ? Promise.resolve(warm) : this.#open(), mail)
    if (first.kind !== 'redo') return first
    await this.#turn(mail.signal)
    const second = await this.#sendOver(this.#open(), mail)
    return second.kind === 'redo' ? second.outcome : second
  }

  /** Gives the turn back in every case; `redo` when a reused connection had died under an untouched mail. */
  async #sendOver(
    connecting: Promise<RelayConnection>,
    mail: OutgoingMail,
  ): Promise<Outcome | { kind: 'redo'; outcome: Outcome }> {
    let clean = true
    try {
      const connection = await unlessAborted(connecting, mail.signal)
      const reused = connection.mails > 0
      if (needsInternational(mail.envelope) && !connection.takesInternationalAddresses) {
        return rejected('recipient', 'the relay does not take international addresses')
      }
      clean = false
      const { outcome, untouched } = await connection.send(mail)
      clean = outcome.kind === 'accepted'
      return untouched && reused && !this.#closing ? { kind: 'redo', outcome } : outcome
    } catch (error) {
      if (mail.signal?.aborted) throw error
      const outcome = outcomeOfFailure(error, false)
      this.#log.warn({ host: this.#options.relay.host, outcome }, 'no connection to the relay')
      return outcome
    } finally {
      void this.#giveBack(connecting, clean)
    }
  }

  async #open(): Promise<RelayConnection> {
    const connection = await openRelayConnection(this.#options)
    this.#connections.add(connection)
    connection.onEnd(() => {
      this.#connections.delete(connection)
      const at = this.#idle.indexOf(connection)
      if (at >= 0) this.#idle.splice(at, 1)
    })
    return connection
  }

  /** `clean`: no transaction to clear. The turn ends when the connection is ready for the next mail, or gone. */
  async #giveBack(connecting: Promise<RelayConnection>, clean: boolean): Promise<void> {
    const connection = await connecting.catch(() => undefined)
    if (connection?.alive && (clean || (await connection.reset()))) {
      if (this.#closing || connection.mails >= MAILS_A_CONNECTION) connection.quit()
      else this.#idle.push(connection)
    }
    const next = this.#waiting.shift()
    if (next) next()
    else this.#free += 1
  }

  #turn(signal: AbortSignal | undefined): Promise<void> | undefined {
    if (this.#free > 0) {
      this.#free -= 1
      return undefined
    }
    return new Promise((resolve, reject) => {
      const go = (): void => {
        signal?.removeEventListener('abort', leave)
        resolve()
      }
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(go), 1)
        reject(signal?.reason)
      }
      this.#waiting.push(go)
      signal?.addEventListener('abort', leave, { once: true })
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true
    let timer: NodeJS.Timeout | undefined
    const limit = new Promise((resolve) => {
      timer = setTimeout(resolve, this.#drainMs)
    })
    await Promise.race([Promise.allSettled(this.#inFlight), limit])
    clearTimeout(timer)
    for (const connection of this.#idle.splice(0)) connection.quit()
    for (const connection of this.#connections) connection.drop('Daybreak is shutting down')
    await Promise.allSettled(this.#inFlight)
  }
}

/** The connecting goes on when the mail is called back: the next mail uses the connection. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(signal.reason)
    if (signal.aborted) leave()
    signal.addEventListener('abort', leave, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
  })
}

const ADDRESS = /^[^\s<>@\p{Cc}]{1,64}@[^\s<>@\p{Cc}]{1,253}$/u

/** The address with an A-label domain, or undefined when SMTP has no way to say it. */
function asciiDomain(address: string): string | undefined {
  const at = address.lastIndexOf('@')
  const domain = ADDRESS.test(address) ? domainToASCII(address.slice(at + 1)) : ''
  return domain === '' ? undefined : `${address.slice(0, at)}@${domain}`
}

function needsInternational({ to }: Envelope): boolean {
  return /[^\x20-\x7e]/.test(to)
}

function rejected(blame: Blame, reply: string): Outcome {
  return { kind: 'rejected', reply, code: 553, blame }
}
