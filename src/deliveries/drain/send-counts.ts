import type { Lane } from '#queue/jobs.ts'
import type { Fate } from '../outcome-store.ts'

/** Upper bounds in seconds; one more holds what took longer. */
export const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const

const OUTCOMES = ['accepted', 'deferred', 'rejected', 'uncertain'] as const
type Outcome = (typeof OUTCOMES)[number]

export type Histogram = { counts: number[]; seconds: number }

/** Of one sending process since it began. */
export type SendTotals = {
  mails: { lane: Lane; destination: number; outcome: Outcome; count: number }[]
  claims: Histogram
  replies: Histogram
}

/** Counts what a sending process does, for monitors. */
export class SendCounts {
  readonly #mails = new Map<string, SendTotals['mails'][number]>()
  readonly #claims = emptyHistogram()
  readonly #replies = emptyHistogram()

  settled(fate: Fate, { lane, destination }: { lane: Lane; destination: number }): void {
    const outcome = OUTCOMES.find((name) => name === fate.kind)
    if (outcome === undefined) return
    const key = `${lane} ${destination} ${outcome}`
    const known = this.#mails.get(key) ?? { lane, destination, outcome, count: 0 }
    known.count += 1
    this.#mails.set(key, known)
  }

  claimed(ms: number): void {
    observe(this.#claims, ms / 1000)
  }

  /** From the hand-over to the relay's reply. */
  replied(ms: number): void {
    observe(this.#replies, ms / 1000)
  }

  totals(): SendTotals {
    return { mails: [...this.#mails.values()], claims: this.#claims, replies: this.#replies }
  }
}

function emptyHistogram(): Histogram {
  return { counts: Array.from({ length: BOUNDS.length + 1 }, () => 0), seconds: 0 }
}

function observe(histogram: Histogram, seconds: number): void {
  const at = BOUNDS.findIndex((bound) => seconds <= bound)
  const place = at < 0 ? BOUNDS.length : at
  histogram.counts[place] = (histogram.counts[place] ?? 0) + 1
  histogram.seconds += seconds
}
