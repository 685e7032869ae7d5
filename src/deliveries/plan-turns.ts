import type { Db } from '#db/open.ts'
import type { Range } from './plan-range.ts'
import { findRange } from './plan-readers-store.ts'
import type { Plan } from './plan-store.ts'

/** One slice of an edition's readers, and its place in the row: slices are prepared side by side and committed in order. */
export type Turn = {
  plan: Plan
  range: Range
  /** No slice comes after it. */
  final: boolean
  /** Whether the slice before is committed: resolves when it is, or is known never to be. */
  before: Promise<boolean>
  end: (committed: boolean) => void
  ended: Promise<boolean>
}

export class Turns {
  readonly #db: Db
  readonly #plan: Plan
  readonly #limit: number
  #last: Promise<Turn | undefined>

  constructor(db: Db, { plan, limit }: { plan: Plan; limit: number }) {
    this.#db = db
    this.#plan = plan
    this.#limit = limit
    this.#last = this.#turnAfter({ cursor: plan.cursor, before: Promise.resolve(true) })
  }

  /** The next slice that nobody has begun; undefined behind the last. */
  async take(): Promise<Turn | undefined> {
    const turn = this.#last
    this.#last = turn.then(async (taken) =>
      taken === undefined || taken.final
        ? undefined
        : this.#turnAfter({ cursor: taken.range.last, before: taken.ended }),
    )
    // Whoever takes it next is told; nobody may.
    this.#last.catch(() => undefined)
    return turn
  }

  async #turnAfter({
    cursor,
    before,
  }: {
    cursor: number
    before: Promise<boolean>
  }): Promise<Turn> {
    const plan = { ...this.#plan, cursor }
    const { count, ...range } = await findRange(this.#db, { plan, limit: this.#limit })
    const { promise: ended, resolve: end } = Promise.withResolvers<boolean>()
    return { plan, range, final: count < this.#limit, before, end, ended }
  }
}
