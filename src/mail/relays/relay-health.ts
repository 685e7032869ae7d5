import type { Log } from '#log.ts'

export type HealthState = 'up' | 'resting' | 'down'

const SHORTEST_MS = 1000
const LONGEST_MS = 60_000

/** Different mails in a row whose connection died under them: then it is not one mail's address any more. */
const MOST_LOST = 3

/** Failures that waiting does not mend, in the words of nodemailer, OpenSSL and our own. A 4xx to a login is no such. */
const FOR_A_PERSON =
  /^Invalid login(?!: 4\d\d)|^Missing credentials|offers no login|STARTTLS|certificate|altnames|self.signed|\b(?:TLS|SSL)\b|EPROTO/i

/** Whether a relay is to be tried. One that cannot be used rests, longer each time, and then gets one mail to try. */
export class RelayHealth {
  state: HealthState = 'up'
  /** Why it is not up. */
  reason: string | null = null
  /** Mails that had to go another way. */
  failed = 0
  /** Since when it is in this state, until when it rests. */
  since: number
  until = 0
  readonly #name: string
  readonly #log: Log
  #failuresInARow = 0
  /** To whom the mails were, so that one that is tried again and again counts once. */
  readonly #lost = new Set<string>()
  #probing = false
  #triedAt = 0

  constructor({ name, log, now }: { name: string; log: Log; now: number }) {
    this.#name = name
    this.#log = log
    this.since = now
  }

  /** Whether a mail may find out if it is back. Where no relay is up, a second's rest is enough: an alert may wait. */
  mayProbe(now: number, { alone }: { alone: boolean }): boolean {
    if (this.state === 'up' || this.#probing) return false
    return now >= this.until || (alone && now - this.#triedAt >= SHORTEST_MS)
  }

  probe(now: number): void {
    this.#probing = true
    this.#triedAt = now
  }

  /** The probe ended, and said nothing of the relay. */
  probed(): void {
    this.#probing = false
  }

  worked(now: number): void {
    this.#failuresInARow = 0
    this.#lost.clear()
    if (this.state === 'up') return
    this.#log.info({ relay: this.#name }, 'the relay takes mail again')
    this.#enter('up', now)
    this.reason = null
  }

  /** The connection had worked, and died under a mail: some relays hang up at an address that they do not like. */
  lose(to: string, reason: string, now: number): void {
    this.#lost.add(to)
    if (this.state !== 'up' || this.#lost.size >= MOST_LOST) this.fail(reason, now)
    else this.failed += 1
  }

  fail(reason: string, now: number): void {
    this.failed += 1
    this.#lost.clear()
    // Mails that were handed over together fail together: that is one failure.
    if (this.state !== 'up' && !this.#probing) return
    this.#failuresInARow += 1
    const restMs = Math.min(LONGEST_MS, SHORTEST_MS * 2 ** (this.#failuresInARow - 1))
    this.reason = reason
    this.until = now + restMs
    this.#triedAt = now
    this.#enter(FOR_A_PERSON.test(reason) ? 'down' : 'resting', now)
    this.#log.warn({ relay: this.#name, reason, restMs }, 'the relay does not take mail')
  }

  #enter(state: HealthState, now: number): void {
    if (state !== this.state) this.since = now
    this.state = state
  }
}
