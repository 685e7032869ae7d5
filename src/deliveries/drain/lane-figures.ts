import type { Shares } from './bottleneck.ts'

/** How long a window of the moving rate is, and how much the newest weighs. */
const WINDOW_MS = 250
const NEWEST = 0.4

/** A lane's own figures: how fast its mails settle, and what it waits for. Of the monotonic clock. */
export class LaneFigures {
  #rate: number | undefined
  #count = 0
  #windowAt: number
  #sampledAt: number
  #state: keyof Shares = 'database'
  #shares: Shares = { relay: 0, database: 0, composing: 0 }
  because: string | null = null

  constructor(now: number) {
    this.#windowAt = now
    this.#sampledAt = now
  }

  settled(): void {
    this.#count += 1
  }

  /** From now on the lane waits for this. */
  sample(state: keyof Shares, now: number): void {
    this.#shares[this.#state] += now - this.#sampledAt
    this.#state = state
    this.#sampledAt = now
  }

  /** Mails a second over about the last one; undefined until there was a first window. */
  rate(now: number): number | undefined {
    const passed = now - this.#windowAt
    if (passed >= WINDOW_MS) {
      const rate = (this.#count / passed) * 1000
      const weight = 1 - (1 - NEWEST) ** (passed / WINDOW_MS)
      this.#rate = this.#rate === undefined ? rate : this.#rate + weight * (rate - this.#rate)
      this.#count = 0
      this.#windowAt = now
    }
    return this.#rate
  }

  /** Where the time went since the last time this was asked. */
  takeShares(now: number): Shares {
    this.sample(this.#state, now)
    const shares = this.#shares
    this.#shares = { relay: 0, database: 0, composing: 0 }
    return shares
  }
}
