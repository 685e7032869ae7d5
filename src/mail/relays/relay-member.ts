import type { Log } from '#log.ts'
import type { Outcome, OutgoingMail, Priority } from '#mail/outcome.ts'
import { profileFor } from '#mail/profiles.ts'
import type { ReadyMail } from '#mail/relay/handover.ts'
import type { RelayPoolStats } from '#mail/relay/relay-pool.ts'
import type { RelayConfig } from '#mail/smtp-url.ts'
import { RelayHealth } from './relay-health.ts'

/** What is asked of one relay's connections; a test brings its own. */
export type Pool = AsyncDisposable & {
  connections: number
  reserved: number
  send(mail: ReadyMail): Promise<Outcome>
  capacity(priority: Priority): number
  stats(): RelayPoolStats
}

/** What became of a mail, and whether it may go another way because the relay, or its connection, failed. */
export type Try = { outcome: Outcome; elsewhere: boolean }

/** One relay of several: its connections, health and credit. */
export class RelayMember {
  readonly config: RelayConfig
  readonly pool: Pool
  readonly health: RelayHealth
  readonly limited: boolean
  inFlight = 0
  closing = false
  /** Mails that the shared limits allow by now; Infinity without a limit. A probing mail may be owed. */
  credit: number
  /** Of the smooth weighted round robin. */
  turn = 0

  constructor(config: RelayConfig, { pool, log, now }: { pool: Pool; log: Log; now: number }) {
    this.config = config
    this.pool = pool
    this.health = new RelayHealth({ name: config.name, log, now })
    this.limited = config.rate !== null || config.hourly !== null || config.daily !== null
    this.credit = this.limited ? 0 : Infinity
  }

  get isUp(): boolean {
    return this.health.state === 'up'
  }

  /** Takes a credit, which a mail that did not begin gives back. */
  async send(mail: OutgoingMail, now: () => number): Promise<Try> {
    let refused = false
    let begun = false
    const begin = (): void => {
      refused = true // unless it returns
      mail.begun()
      refused = false
      begun = true
    }
    const probing = !this.isUp
    if (probing) this.health.probe(now())
    this.inFlight += 1
    this.credit -= 1
    try {
      const outcome = await this.#handOver(mail, begin)
      const ours = refused || this.closing || mail.signal?.aborted === true
      if (outcome.kind === 'unsent' && !ours) {
        if (outcome.offered === true) this.health.lose(mail.envelope.to, outcome.reason, now())
        else this.health.fail(outcome.reason, now())
        return { outcome, elsewhere: true }
      }
      if (isAnswer(outcome, begun)) this.health.worked(now())
      return { outcome, elsewhere: false }
    } finally {
      if (probing) this.health.probed()
      this.inFlight -= 1
      if (!begun) this.credit += 1
    }
  }

  async #handOver(mail: OutgoingMail, begun: () => void): Promise<Outcome> {
    const { envelope, priority, signal } = mail
    const made = mail.message(profileFor(this.config.profile, priority))
    const message = made instanceof Promise ? await made : made
    return this.pool.send({ envelope, message, priority, begun, ...(signal && { signal }) })
  }
}

/** A refusal without a body may be our own: of an address that SMTP cannot say. */
function isAnswer({ kind }: Outcome, begun: boolean): boolean {
  return kind === 'accepted' || kind === 'deferred' || (kind === 'rejected' && begun)
}
