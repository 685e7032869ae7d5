import type { Context } from '#context.ts'
import { inTransaction } from '#db/transaction.ts'
import { insertClicks, limitStatement, type RawClick } from './click-store.ts'

const FLUSH_MS = 200
const BATCH = 1000
/** While the database is slow; what comes on top is not counted. */
const WAITING = 10_000

/** Clicks noted in memory and written a few times a second, so that no reader waits for them. */
export class ClickBook {
  readonly #context: Pick<Context, 'db' | 'log'>
  #noted: RawClick[] = []
  #lost = 0
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()

  constructor(context: Pick<Context, 'db' | 'log'>) {
    this.#context = context
  }

  note(click: RawClick): void {
    if (this.#noted.length >= WAITING) this.#lost += 1
    else this.#noted.push(click)
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_MS).unref()
  }

  /** One batch at a time, so that a slow database is asked for one connection. Never rejects. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#writing = this.#writing.then(async () => this.#writeAll())
    return this.#writing
  }

  async #writeAll(): Promise<void> {
    while (this.#noted.length > 0) {
      const batch = this.#noted.splice(0, BATCH)
      try {
        await this.#write(batch)
      } catch (err) {
        this.#lose(err, batch.length + this.#noted.length)
        this.#noted = []
        return
      }
    }
    this.#tellLost()
  }

  async #write(batch: RawClick[]): Promise<void> {
    await inTransaction(this.#context.db, async (transaction) => {
      await limitStatement(transaction)
      await insertClicks(transaction, batch)
    })
  }

  /** Said when it begins and when it is over, not five times a second. */
  #lose(err: unknown, clicks: number): void {
    if (this.#lost === 0)
      this.#context.log.warn({ err, clicks }, 'clicks are not counted; readers get their story')
    this.#lost += clicks
  }

  #tellLost(): void {
    if (this.#lost > 0)
      this.#context.log.warn({ clicks: this.#lost }, 'so many clicks were not counted')
    this.#lost = 0
  }
}
