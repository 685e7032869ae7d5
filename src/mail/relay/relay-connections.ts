import { reasonOf } from '#errors.ts'
import type { Log } from '#log.ts'
import type { Outcome } from '#mail/outcome.ts'
import { relayRefusal } from '#mail/relay/envelope.ts'
import type { Handover } from '#mail/relay/handover.ts'
import { type Door, openRelay, type Timeouts } from '#mail/relay/open-relay.ts'
import { type SessionHost, SmtpSession } from '#mail/relay/smtp-session.ts'
import { WaitingMails } from '#mail/relay/waiting-mails.ts'
import { cleanReply } from '#mail/smtp-reply.ts'

export type ConnectionsSettings = {
  door: Door
  log: Log
  pipelining: boolean
  eager: boolean
  mailsPerConnection: number
}

const SHUT = 'Daybreak is shutting down'
// How long an urgent mail waits for a connection that is being opened.
const PATIENCE_MS = 500
const PAUSE_MS = { first: 1000, longest: 30_000 }
// Reserved connections wait longer without work than others, and shorter than relays and firewalls do (5 min).
const RESERVED_PATIENCE = 6

/** The connections of a pool and the mails that wait for them: who gets which, when one more is opened, when one ends. */
export class RelayConnections implements SessionHost {
  readonly log: Log
  readonly timeouts: Timeouts
  readonly pipelining: boolean
  readonly waiting = new WaitingMails()
  eager: boolean
  most = 1
  reserved = 0
  replyMs = 0
  readonly #door: Door
  readonly #mailsPerConnection: number
  readonly #sessions = new Set<SmtpSession>()
  readonly #idle: SmtpSession[] = []
  #opening = 0
  #openedAt = 0
  readonly #stop = new AbortController()
  #pause = 0
  #pausedUntil = 0
  #ticking: NodeJS.Timeout | undefined
  #ended: (() => void) | undefined

  constructor({ door, log, pipelining, eager, mailsPerConnection }: ConnectionsSettings) {
    this.#door = door
    this.log = log
    this.timeouts = door.timeouts
    this.pipelining = pipelining
    this.eager = pipelining && eager
    this.#mailsPerConnection = mailsPerConnection
  }

  get open(): number {
    return this.#sessions.size
  }

  get busy(): number {
    return this.#count((session) => session.busy)
  }

  /** Gives the waiting mails to idle connections, then to new ones, then to busy ones that can take one ahead. */
  dispatch(): void {
    while (this.#idle.length > 0) {
      const session = this.#idle.pop()
      const handover = session && this.next(session)
      if (!session) return
      if (!handover) {
        this.#idle.push(session)
        break
      }
      session.carry(handover)
    }
    if (this.waiting.urgent + this.waiting.digests === 0) return
    this.#openMore()
    for (const session of this.#sessions) {
      const handover = session.takesAhead ? this.next(session) : undefined
      if (handover) session.carry(handover)
    }
  }

  next(session: SmtpSession): Handover | undefined {
    if (this.#isSurplus(session)) return undefined
    const ahead = session.busy
    // A connection that is being opened will take an urgent mail sooner than one that has others before it.
    const urgent = !ahead || this.#opening === 0 || performance.now() - this.#openedAt > PATIENCE_MS
    const digest = session.digests || this.#roomForDigests() > 0
    const again = session.mails === 0 || (!ahead && !this.#isGrowing())
    for (;;) {
      const handover = this.waiting.take({ confirmation: urgent, alert: urgent, digest, again })
      const refusal = handover && relayRefusal(handover, session.extensions)
      if (!refusal) return handover
      handover.settle(refusal)
    }
  }

  idle(session: SmtpSession): void {
    const handover = this.next(session)
    if (handover) return session.carry(handover)
    if (session.busy) return
    if (this.#isSurplus(session) || this.#stop.signal.aborted) session.quit()
    else this.#idle.push(session)
  }

  /** Whether a new connection is coming: a mail that lost one waits for it, as warm ones may be dead as well. */
  #isGrowing(): boolean {
    const room = this.#sessions.size < this.most && performance.now() >= this.#pausedUntil
    return this.#opening > 0 || room
  }

  #isSurplus({ mails }: SmtpSession): boolean {
    const staying = this.#count((session) => !session.leaving)
    return staying > this.most || mails >= this.#mailsPerConnection
  }

  gone(session: SmtpSession): void {
    this.#sessions.delete(session)
    const at = this.#idle.indexOf(session)
    if (at >= 0) this.#idle.splice(at, 1)
    if (this.#sessions.size === 0) {
      clearInterval(this.#ticking)
      this.#ticking = undefined
    }
    this.#ended?.()
    this.dispatch()
  }

  putBack(handover: Handover): void {
    handover.again = true
    handover.carrier = undefined
    if (this.#stop.signal.aborted) handover.settle({ kind: 'unsent', reason: SHUT })
    else this.waiting.putBack(handover)
  }

  outOfStep(reason: string): void {
    if (!this.eager) return
    this.eager = false
    const { host } = this.#door.relay
    this.log.warn({ host, reason }, 'no mail is offered to this relay ahead of its turn any more')
  }

  answered(ms: number): void {
    this.replyMs = this.replyMs === 0 ? ms : this.replyMs * 0.95 + ms * 0.05
  }

  /** Fewer connections: the idle ones go now, the busy ones after their mail. */
  resize(most: number, reserved: number): void {
    this.most = Math.max(1, most)
    this.reserved = Math.max(0, Math.min(reserved, this.most - 1))
    for (let surplus = this.#sessions.size - this.most; surplus > 0; surplus -= 1) {
      this.#idle.pop()?.quit()
    }
    this.dispatch()
  }

  /** Says goodbye everywhere, and drops what still has a mail. */
  async close(): Promise<void> {
    this.#stop.abort()
    for (const handover of this.waiting.takeAll()) handover.settle({ kind: 'unsent', reason: SHUT })
    for (const session of this.#idle.splice(0)) session.quit()
    for (const session of this.#sessions) if (session.busy) session.drop(SHUT)
    while (this.#sessions.size + this.#opening > 0) {
      await new Promise<void>((resolve) => (this.#ended = resolve))
    }
  }

  #count(which: (session: SmtpSession) => boolean): number {
    let count = 0
    for (const session of this.#sessions) if (which(session)) count += 1
    return count
  }

  #roomForDigests(): number {
    return (
      this.most -
      this.reserved -
      (this.reserved > 0 ? this.#count((session) => session.digests) : 0)
    )
  }

  #openMore(): void {
    if (this.#stop.signal.aborted) return
    const live = this.#sessions.size + this.#opening
    if (live > 0 && performance.now() < this.#pausedUntil) return
    const useful = this.waiting.urgent + Math.min(this.waiting.digests, this.#roomForDigests())
    const wanted = Math.max(useful - this.#idle.length, this.waiting.again)
    const more = Math.min(wanted - this.#opening, this.most - live)
    for (let opened = 0; opened < more; opened += 1) void this.#openOne()
  }

  async #openOne(): Promise<void> {
    this.#opening += 1
    this.#openedAt = performance.now()
    try {
      const opened = await openRelay(this.#door, this.#stop.signal)
      this.#opening -= 1
      this.#pause = 0
      this.#join(new SmtpSession(opened, this))
    } catch (error) {
      this.#opening -= 1
      this.#shut(cleanReply(reasonOf(error)))
    }
  }

  #join(session: SmtpSession): void {
    this.#sessions.add(session)
    // One coarse timer watches all connections, so that no mail has a timer of its own.
    const period = Math.min(...Object.values(this.timeouts)) / 4
    this.#ticking ??= setInterval(() => this.#check(), Math.max(5, Math.min(250, period))).unref()
    this.idle(session)
  }

  /** One more connection is not to be had: the mails go on over the others, or have nowhere to go. */
  #shut(reason: string): void {
    this.#pause = Math.min(Math.max(this.#pause * 2, PAUSE_MS.first), PAUSE_MS.longest)
    this.#pausedUntil = performance.now() + this.#pause
    const { host } = this.#door.relay
    this.#ended?.()
    if (this.#stop.signal.aborted) return
    this.log.warn({ host, reason }, 'no connection to the relay')
    if (this.#sessions.size + this.#opening > 0) return
    const outcome: Outcome = { kind: 'unsent', reason }
    for (const handover of this.waiting.takeAll()) handover.settle(outcome)
  }

  #check(): void {
    const now = performance.now()
    for (const session of this.#sessions) session.check(now)
    this.#idle
      .filter(
        (session, at) =>
          now - session.since > this.timeouts.idle * (at < this.reserved ? RESERVED_PATIENCE : 1),
      )
      .forEach((session) => this.#retire(session))
    this.dispatch()
  }

  #retire(session: SmtpSession): void {
    this.#idle.splice(this.#idle.indexOf(session), 1)
    session.quit()
  }
}
