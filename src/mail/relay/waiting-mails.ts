import { type Priority, priorities } from '#mail/outcome.ts'
import type { Handover } from '#mail/relay/handover.ts'

/** Which mails a connection may take now; `again`, also one that has lost a connection before. */
export type Want = Record<Priority, boolean> & { again: boolean }

/** The mails that wait for a connection: most urgent first, first come first among equals. */
export class WaitingMails {
  readonly #queues: Record<Priority, Handover[]> = { confirmation: [], alert: [], digest: [] }

  get digests(): number {
    return this.#queues.digest.length
  }

  get urgent(): number {
    return this.#queues.confirmation.length + this.#queues.alert.length
  }

  /** Those that have lost a connection; they stand in front. */
  get again(): number {
    let count = 0
    for (const priority of priorities) {
      const first = this.#queues[priority].findIndex(({ again }) => !again)
      count += first < 0 ? this.#queues[priority].length : first
    }
    return count
  }

  add(handover: Handover): void {
    this.#queues[handover.mail.priority].push(handover)
  }

  /** In front of all that are as urgent. */
  putBack(handover: Handover): void {
    this.#queues[handover.mail.priority].unshift(handover)
  }

  remove(handover: Handover): void {
    const queue = this.#queues[handover.mail.priority]
    const at = queue.indexOf(handover)
    if (at >= 0) queue.splice(at, 1)
  }

  take(want: Want): Handover | undefined {
    for (const priority of priorities) {
      const queue = want[priority] ? this.#queues[priority] : []
      const at = want.again ? 0 : queue.findIndex(({ again }) => !again)
      const [taken] = at < 0 ? [] : queue.splice(at, 1)
      if (taken) return taken
    }
    return undefined
  }

  takeAll(): Handover[] {
    return priorities.flatMap((priority) => this.#queues[priority].splice(0))
  }
}
