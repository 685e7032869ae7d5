import type { Fate } from '../outcome-store.ts'
import { AnswerWindow } from './answer-window.ts'
import { troubleOf } from './trouble-of.ts'
import { holdsEdition, opensBreaker, OTHER, RULES } from './trouble-rules.ts'

/** How long the database may take to decide. */
const PATIENCE_MS = 1000

/** Editions that are sent at once by one process; older windows are forgotten. */
const EDITIONS = 20

/**
 * What the answers to this process say of destinations and editions, so that one that refuses everything is left after
 * a handful of mails. It only pauses: whether a breaker opens or an edition is held is decided from the database.
 */
export class Troubles {
  /** Destinations whose mails on their way find out whether they are mended. */
  readonly probing = new Set<number>()
  readonly #destinations = new Map<number, AnswerWindow>()
  readonly #editions = new Map<number, AnswerWindow>()
  readonly #pausedUntil = new Map<number, number>()

  /** Of the monotonic clock. Service mails have no destination, and nothing to pause. */
  note(
    { editionId, destination, fate }: { editionId: number; destination: number; fate: Fate },
    now: number,
  ): void {
    if (editionId === 0 || !isAnswer(fate)) return
    const ours = troubleOf(fate) !== undefined
    const ofDestination = windowOf(this.#destinations, destination, RULES.destination.window)
    const ofEdition = windowOf(this.#editions, editionId, RULES.edition.window)
    const opens = opensBreaker(ofDestination.note(ours)) && destination !== OTHER
    const holds = holdsEdition(ofEdition.note(ours))
    this.#forgetOldest()
    if (!ours) return
    if (opens || holds) this.#pausedUntil.set(destination, now + PATIENCE_MS)
    // It is decided now; from here on the count is new.
    if (opens) ofDestination.clear()
    if (holds) ofEdition.clear()
  }

  #forgetOldest(): void {
    const [oldest] = this.#editions.keys()
    if (this.#editions.size > EDITIONS && oldest !== undefined) this.#editions.delete(oldest)
  }

  /** It is in the database: who claims is told there. */
  decided(destination: number): void {
    this.#pausedUntil.delete(destination)
  }

  isPaused(destination: number, now: number): boolean {
    return (this.#pausedUntil.get(destination) ?? 0) > now
  }

  listPaused(now: number): number[] {
    return [...this.#pausedUntil.keys()].filter((destination) => this.isPaused(destination, now))
  }
}

function isAnswer({ kind }: Fate): boolean {
  return kind === 'accepted' || kind === 'deferred' || kind === 'rejected'
}

function windowOf(windows: Map<number, AnswerWindow>, id: number, size: number): AnswerWindow {
  const known = windows.get(id)
  if (known !== undefined) return known
  const window = new AnswerWindow(size)
  windows.set(id, window)
  return window
}
