import { setTimeout as sleep } from 'node:timers/promises'
import type { Db } from '#db/open.ts'
import { leaveByLinks, type Press, type Pressed } from './leave-store.ts'

const MOST = 50
/** With so many waiting a second transaction begins beside the first. */
const CROWD = 20
const LANES = 2
/** Among many, a press waits this long for others: a commit costs more than the rest of a leaving. */
const GATHER_MS = 8

type Waiting = {
  press: Press
  done: (pressed: Pressed | undefined) => void
  failed: (error: unknown) => void
}

/**
 * Presses on unsubscribe links: at ten in a second each has its own transaction, at a thousand they share one. Every
 * answer waits for the commit that holds its leaving.
 */
class Presses {
  readonly #db: Db
  #waiting: Waiting[] = []
  #busy = 0

  constructor(db: Db) {
    this.#db = db
  }

  async take(press: Press): Promise<Pressed | undefined> {
    const { promise, resolve: done, reject: failed } = Promise.withResolvers<Pressed | undefined>()
    this.#waiting.push({ press, done, failed })
    const crowded = this.#busy < LANES && this.#waiting.length >= CROWD
    if (this.#busy === 0 || crowded) void this.#work()
    return promise
  }

  async #work(): Promise<void> {
    this.#busy += 1
    while (this.#waiting.length > 0) {
      await this.#leave(this.#waiting.splice(0, MOST))
      const few = this.#waiting.length > 0 && this.#waiting.length < CROWD
      if (few) await sleep(GATHER_MS)
    }
    this.#busy -= 1
  }

  async #leave(batch: Waiting[]): Promise<void> {
    try {
      const pressed = await leaveByLinks(
        this.#db,
        batch.map(({ press }) => press),
      )
      for (const [index, { done }] of batch.entries()) done(pressed[index])
    } catch (error) {
      const [only] = batch
      if (batch.length === 1) only?.failed(error)
      // One that fails, as of two that lock each other out, must not take the others with it.
      else for (const each of batch) await this.#leave([each])
    }
  }
}

const known = new WeakMap<Db, Presses>()

/** Those of this pool of connections. */
export function pressesOf(db: Db): Presses {
  const presses = known.get(db) ?? new Presses(db)
  known.set(db, presses)
  return presses
}
