import type { Context } from '#context.ts'
import { reasonOf } from '#errors.ts'
import { type RowKey, recordOutcomes, type Settled } from '../outcome-store.ts'
import { noteReplies } from '../pace.ts'
import type { Sender } from '../sender.ts'
import { noteMended, noteTrouble, type Trouble } from '../trouble/note-trouble.ts'
import { troubleOf } from '../trouble/trouble-of.ts'
import { countReplies } from './reply-counts.ts'

/** A statement for so many rows, or for as long as this. */
const ROWS = 250
const WAIT_MS = 150
const AGAIN_MS = 500

export type Written = Settled & { destination: number }

type Needs = Pick<Context, 'db' | 'clock' | 'log'> & {
  sender: Pick<Sender, 'id' | 'journal' | 'unwritten' | 'troubles'>
}

/** Writes outcomes in batches, one at a time; what the database does not take is kept. */
export class OutcomeWriter {
  readonly #context: Needs
  #rows: Written[] = []
  #writing: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(context: Needs) {
    this.#context = context
  }

  add(row: Written): void {
    this.#rows.push(row)
    if (this.#rows.length >= ROWS && this.#writing === undefined) this.#writeNow()
    else this.#timer ??= setTimeout(() => this.#writeNow(), WAIT_MS)
  }

  /** Writes the rest; what is refused once more is left to the sweep. */
  async close(): Promise<void> {
    await this.#writing
    clearTimeout(this.#timer)
    const rows = this.#rows.splice(0)
    if (rows.length > 0 && !(await this.#write(rows))) this.#context.sender.unwritten.push(...rows)
  }

  #writeNow(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#writing ??= this.#writeSome()
  }

  async #writeSome(): Promise<void> {
    const rows = this.#rows.splice(0)
    const taken = await this.#write(rows)
    if (!taken) this.#rows.unshift(...rows)
    this.#writing = undefined
    if (this.#rows.length > 0) {
      const wait = taken && this.#rows.length >= ROWS ? 0 : taken ? WAIT_MS : AGAIN_MS
      this.#timer ??= setTimeout(() => this.#writeNow(), wait)
    }
  }

  async #write(rows: Written[]): Promise<boolean> {
    const { db, sender, log } = this.#context
    // What paused these is among the rows, or was written before.
    const paused = sender.troubles.listPaused(performance.now())
    try {
      await recordOutcomes(db, { senderId: sender.id, rows })
    } catch (error) {
      log.error({ rows: rows.length, reason: reasonOf(error) }, 'outcomes are not written yet')
      return false
    }
    this.#settleJournal(rows)
    await this.#tellPace(rows)
    await this.#tellTrouble(rows, paused)
    return true
  }

  /** The journal need not remember them any more. One that is full keeps them for longer. */
  #settleJournal(rows: Written[]): void {
    try {
      this.#context.sender.journal.settle(rows.map((row): RowKey => row.key))
    } catch (error) {
      this.#context.log.error({ reason: reasonOf(error) }, 'the journal could not be shortened')
    }
  }

  /** Who refuses us, and who takes our mail again. A failure costs only that it is noticed with the next. */
  async #tellTrouble(rows: Written[], paused: number[]): Promise<void> {
    const context = this.#context
    const { troubles } = context.sender
    const { probing } = troubles
    const mended = rows.flatMap(({ destination, fate }) =>
      fate.kind === 'accepted' && probing.has(destination) ? [destination] : [],
    )
    try {
      for (const destination of new Set(mended)) {
        await noteMended(context, destination)
        probing.delete(destination)
      }
      for (const trouble of troublesOf(rows)) {
        await noteTrouble(context, trouble)
        if (paused.includes(trouble.destination)) troubles.decided(trouble.destination)
      }
    } catch (error) {
      context.log.error({ reason: reasonOf(error) }, 'a refusal could not be looked at')
    }
  }

  /** What the destinations said of our pace. A failure costs only that it is slowed later. */
  async #tellPace(rows: Written[]): Promise<void> {
    const { db, clock, log } = this.#context
    for (const counts of countReplies(rows)) {
      try {
        await noteReplies(db, { ...counts, now: clock.now() })
      } catch (error) {
        log.error({ reason: reasonOf(error) }, 'a destination could not be slowed')
      }
    }
  }
}

/** One for each edition and destination: the last. */
function troublesOf(rows: Written[]): Trouble[] {
  const troubles = new Map<string, Trouble>()
  for (const { key, destination, fate } of rows) {
    const trouble = troubleOf(fate)
    const { editionId } = key
    if (trouble !== undefined)
      troubles.set(`${editionId} ${destination}`, { editionId, destination, ...trouble })
  }
  return [...troubles.values()]
}
