import type { ConnectionOptions } from 'node:tls'

import { reasonOf } from '#errors.ts'
import type { Log } from '#log.ts'
import type { Outcome, Priority } from '#mail/outcome.ts'
import { addressRefusal } from '#mail/relay/envelope.ts'
import { Handover, type ReadyMail } from '#mail/relay/handover.ts'
import {
  type Door,
  openRelay,
  type RelayAddress,
  TIMEOUTS,
  type Timeouts,
} from '#mail/relay/open-relay.ts'
import { RelayConnections } from '#mail/relay/relay-connections.ts'
import { cleanReply } from '#mail/smtp-reply.ts'

export type RelayPoolSettings = {
  relay: RelayAddress
  /** Said in EHLO. */
  name: string
  connections: number
  /** So many of the connections never carry a digest. */
  reserved?: number
  log: Log
  timeouts?: Partial<Timeouts>
  tls?: ConnectionOptions
  /** False: one command at a time. */
  pipelining?: boolean
  /** False: no mail is offered before the final reply to the one before it. */
  eager?: boolean
  /** How long disposal waits for mails on their way. */
  drainMs?: number
  mailsPerConnection?: number
}

export type RelayPoolStats = {
  open: number
  busy: number
  /** Moving average from the final dot to its reply. */
  replyMs: number
  accepted: number
  /** Mails are offered behind the body of the one before. */
  eager: boolean
}

// The mail on its way and the one that is ready behind it.
const MAILS_A_CONNECTION = 2

/** Warm connections to one relay. A mail waits for one, and its body is never handed over twice. */
export class RelayPool implements AsyncDisposable {
  readonly #door: Door
  readonly #drainMs: number
  readonly #connections: RelayConnections
  readonly #onTheirWay = new Set<Handover>()
  readonly #callable = new WeakMap<AbortSignal, Set<Handover>>()
  #wanted: { connections: number; reserved: number }
  #accepted = 0
  #closing = false

  constructor(settings: RelayPoolSettings) {
    const { log, pipelining = true, eager = true, mailsPerConnection = 1000 } = settings
    this.#door = doorOf(settings)
    this.#drainMs = settings.drainMs ?? 30_000
    this.#connections = new RelayConnections({
      door: this.#door,
      log,
      pipelining,
      eager,
      mailsPerConnection,
    })
    this.#wanted = { connections: settings.connections, reserved: settings.reserved ?? 0 }
    this.#resize()
  }

  /**
   * Mail trouble is an outcome; no connection to be had is `unsent`.
   * Rejects only when `signal` aborted before the body began.
   */
  async send(mail: ReadyMail): Promise<Outcome> {
    const handover = new Handover(mail)
    const refusal = addressRefusal(handover)
    if (mail.signal?.aborted) handover.reject(mail.signal.reason)
    else if (refusal) handover.settle(refusal)
    else if (this.#closing)
      handover.settle({ kind: 'unsent', reason: 'the connections to the relay are closed' })
    if (handover.settled) return handover.outcome
    return this.#handOver(handover)
  }

  async #handOver(handover: Handover): Promise<Outcome> {
    const { signal } = handover.mail
    const called = signal && this.#calledBy(signal)
    called?.add(handover)
    this.#onTheirWay.add(handover)
    this.#connections.waiting.add(handover)
    this.#connections.dispatch()
    try {
      const outcome = await handover.outcome
      if (outcome.kind === 'accepted') this.#accepted += 1
      return outcome
    } finally {
      this.#onTheirWay.delete(handover)
      called?.delete(handover)
    }
  }

  /** One listener a signal, however many mails it can call back. */
  #calledBy(signal: AbortSignal): Set<Handover> {
    const known = this.#callable.get(signal)
    if (known) return known
    const mails = new Set<Handover>()
    this.#callable.set(signal, mails)
    signal.addEventListener('abort', () => [...mails].forEach((mail) => this.#callBack(mail)), {
      once: true,
    })
    return mails
  }

  #callBack(handover: Handover): void {
    // Cut off, nobody would know whether it arrived: a mail that has begun is finished.
    if (handover.bodyBegan) return
    const { carrier } = handover
    handover.reject(handover.mail.signal?.reason)
    if (carrier) carrier.abandon(handover)
    else this.#connections.waiting.remove(handover)
  }

  get connections(): number {
    return this.#wanted.connections
  }

  set connections(connections: number) {
    this.#wanted.connections = connections
    this.#resize()
  }

  get reserved(): number {
    return this.#connections.reserved
  }

  set reserved(reserved: number) {
    this.#wanted.reserved = reserved
    this.#resize()
  }

  #resize(): void {
    this.#connections.resize(this.#wanted.connections, this.#wanted.reserved)
  }

  /** How many mails of this priority it is worth to hand over at once. */
  capacity(priority: Priority): number {
    const { most, reserved } = this.#connections
    return (priority === 'digest' ? most - reserved : most) * MAILS_A_CONNECTION
  }

  stats(): RelayPoolStats {
    const { open, busy, replyMs, eager } = this.#connections
    return { open, busy, replyMs, accepted: this.#accepted, eager }
  }

  /** Why the relay cannot be used now; undefined when it greets, encrypts and logs in. */
  verify(): Promise<string | undefined> {
    return knock(this.#door)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true
    const mails = [...this.#onTheirWay].map((handover) => handover.outcome)
    let timer: NodeJS.Timeout | undefined
    const limit = new Promise((resolve) => {
      timer = setTimeout(resolve, this.#drainMs)
    })
    await Promise.race([Promise.allSettled(mails), limit])
    clearTimeout(timer)
    await this.#connections.close()
  }
}

/** Why the relay cannot be used now, for a health line; undefined when it greets, encrypts and logs in. */
export function verifyRelay(settings: RelayPoolSettings): Promise<string | undefined> {
  return knock(doorOf(settings))
}

function doorOf({ relay, name, timeouts, tls }: RelayPoolSettings): Door {
  return { relay, name, timeouts: { ...TIMEOUTS, ...timeouts }, tls }
}

async function knock(door: Door): Promise<string | undefined> {
  try {
    const { socket } = await openRelay(door)
    socket.on('error', () => {})
    socket.end('QUIT\r\n')
    socket.setTimeout(1000, () => socket.destroy())
    socket.resume()
    return undefined
  } catch (error) {
    return cleanReply(reasonOf(error))
  }
}
