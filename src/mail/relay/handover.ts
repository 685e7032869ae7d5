import { reasonOf } from '#errors.ts'
import type { Envelope, MessageBytes, Outcome, Priority } from '#mail/outcome.ts'
import { smtpAddress } from '#mail/relay/envelope.ts'

/** A mail with its bytes, ready for a connection. */
export type ReadyMail = {
  envelope: Envelope
  message: MessageBytes
  priority: Priority
  /** Called once, right before the first byte of the body is written. When it throws, nothing of it is. */
  begun: () => void
  signal?: AbortSignal
}

/** Whoever holds a mail that has been offered to the relay. */
export type Carrier = { abandon: (handover: Handover) => void }

/** One mail on its way through the pool: settled once, its buffer given back only when no socket can hold it. */
export class Handover {
  readonly mail: ReadyMail
  /** Undefined where SMTP has no way to say the address. */
  readonly from: string | undefined
  readonly to: string | undefined
  carrier: Carrier | undefined
  bodyBegan = false
  settled = false
  /** It has been offered on a connection that died under it. */
  again = false
  readonly #settlers: PromiseWithResolvers<Outcome>

  constructor(mail: ReadyMail) {
    this.mail = mail
    this.from = smtpAddress(mail.envelope.from)
    this.to = smtpAddress(mail.envelope.to)
    this.#settlers = Promise.withResolvers<Outcome>()
  }

  get outcome(): Promise<Outcome> {
    return this.#settlers.promise
  }

  get bytes(): Buffer {
    return this.mail.message.bytes
  }

  /** Asks the owner of the mail for the last word; false when it says no, which is then the outcome. */
  begin(): boolean {
    try {
      this.mail.begun()
    } catch (error) {
      this.settle({ kind: 'unsent', reason: reasonOf(error) })
      return false
    }
    this.bodyBegan = true
    return true
  }

  /** `flushed`: no byte of a begun body is left in the socket. */
  settle(outcome: Outcome, flushed = !this.bodyBegan): void {
    if (this.settled) return
    this.settled = true
    this.#settlers.resolve(outcome)
    if (flushed) this.mail.message.free?.()
  }

  /** Called back before its body began. */
  reject(reason: unknown): void {
    if (this.settled) return
    this.settled = true
    this.#settlers.reject(reason)
    this.mail.message.free?.()
  }
}
