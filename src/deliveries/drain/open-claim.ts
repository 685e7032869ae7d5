import type { Envelope, OutgoingMail } from '#mail/outcome.ts'
import type { Claimed } from '../claim-store.ts'
import type { Fate } from '../outcome-store.ts'
import type { Withdrawn } from './watch-store.ts'

export type Mail = { envelope: Envelope; message: OutgoingMail['message'] }

export type ClaimTerms = {
  editionId: number
  destination: number
  rows: Claimed[]
  concurrency: number | null
  compose(row: Claimed): Mail | Promise<Mail>
  /** Of the monotonic clock: from before the claim was asked for, and until when its bodies may begin. */
  claimedAt: number
  leaseEnds: number
  /** Called when the claim was stopped: its rows are to be given back at once. */
  changed(): void
}

/** The rows of one claim on their way: what waits, what was handed over, and what became known since. */
export class OpenClaim {
  readonly editionId: number
  readonly destination: number
  readonly concurrency: number | null
  readonly compose: ClaimTerms['compose']
  readonly claimedAt: number
  readonly leaseEnds: number
  readonly #rows: Claimed[]
  #next = 0
  #settled = 0
  /** Handed over to the transport, and not begun. */
  readonly #handed = new Set<Claimed>()
  readonly #withdrawn = new Map<number, string>()
  readonly #changed: () => void
  #stopped: Fate | undefined

  constructor({ rows, ...terms }: ClaimTerms) {
    this.editionId = terms.editionId
    this.destination = terms.destination
    this.concurrency = terms.concurrency
    this.compose = (row) => terms.compose(row)
    this.claimedAt = terms.claimedAt
    this.leaseEnds = terms.leaseEnds
    this.#rows = rows
    this.#changed = () => terms.changed()
  }

  get waiting(): number {
    return this.#rows.length - this.#next
  }

  get isStopped(): boolean {
    return this.#stopped !== undefined
  }

  get isOver(): boolean {
    return this.#settled === this.#rows.length
  }

  take(): Claimed | undefined {
    const row = this.#rows[this.#next]
    if (row === undefined) return undefined
    this.#next += 1
    this.#handed.add(row)
    return row
  }

  /** From here on its body is the relay's. */
  begin(row: Claimed): void {
    this.#handed.delete(row)
  }

  settle(row: Claimed): void {
    this.#handed.delete(row)
    this.#settled += 1
  }

  notBegun(): Claimed[] {
    return [...this.#handed, ...this.#rows.slice(this.#next)]
  }

  note(withdrawn: Withdrawn[]): void {
    for (const { id, reason } of withdrawn) this.#withdrawn.set(id, reason)
  }

  /** No more of its mails begin: the rest is given back. */
  stop(): void {
    if (this.#stopped !== undefined) return
    this.#stopped = { kind: 'given back' }
    this.#changed()
  }

  /** Why the row must not be mailed any more. A reader who moved is claimed again, with the new address. */
  fateOf({ subscriberId }: Claimed): Fate | undefined {
    if (this.#stopped !== undefined) return this.#stopped
    const reason = this.#withdrawn.get(subscriberId)
    if (reason === undefined) return undefined
    return reason === 'moved' ? { kind: 'given back' } : { kind: 'excluded', reason }
  }
}
