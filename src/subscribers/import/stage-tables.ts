import { maskAddress } from '../address.ts'
import type { ErrorFile } from './error-file.ts'
import type { Table } from './examine.ts'
import type { Line } from './reading/cut-lines.ts'
import { readLines } from './reading/read-lines.ts'
import type { Person, Row, RowReader } from './read-row.ts'
import { type Lane, laneOf, type StageCounts, stageRows } from './stage-store.ts'

/** Small: what is dropped young costs no memory, and with 10,000 a million rows took 100 MB more. */
const BATCH = 2000
const SAMPLE = 5
/** Reasons are few; what a hostile file could vary is counted together. */
const MOST_REASONS = 50

export type SampleRow = { file: string; line: number; address: string; as: string }
export type Read = { refused: Map<string, number>; sample: SampleRow[] }

type Means = {
  rows: RowReader
  errors: ErrorFile | null
  onBytes: (bytes: number) => void
}

export type StagedLane = Lane & { counts: StageCounts }

/** Reads all tables into the stage: while PostgreSQL takes a batch, the next one is read. */
export async function stageTables(
  lanes: readonly [Lane, Lane],
  tables: readonly Table[],
  means: Means,
): Promise<Read> {
  const read: Read = { refused: new Map(), sample: [] }
  const loads = [new Load(lanes[0]), new Load(lanes[1])] as const
  for (const table of tables)
    for await (const lines of readLines(table.source, { ...table, onBytes: means.onBytes })) {
      const people = lines.flatMap((line) => take(line, { table, means, read }) ?? [])
      for (const person of people) loads[laneOf(person)].people.push(person)
      await means.errors?.flush()
      await Promise.all(loads.map(async (load) => load.sendFull()))
    }
  await Promise.all(loads.map(async (load) => load.end()))
  return read
}

/** What waits for a lane, and what is on its way. */
class Load {
  people: Person[] = []
  readonly #lane: Lane
  #sent: Promise<void> = Promise.resolve()

  constructor(lane: Lane) {
    this.#lane = lane
  }

  /** Returns when the load before is there. */
  async sendFull(): Promise<void> {
    if (this.people.length >= BATCH) await this.#send()
  }

  async end(): Promise<void> {
    await this.#send()
    await this.#sent
  }

  async #send(): Promise<void> {
    await this.#sent
    this.#sent =
      this.people.length === 0 ? Promise.resolve() : stageRows(this.#lane.db, this.people)
    // Its failure is told by the next: until then it is nobody's.
    this.#sent.catch(() => undefined)
    this.people = []
  }
}

function take(
  line: Line,
  { table, means, read }: { table: Table; means: Means; read: Read },
): Person | undefined {
  if (line.number <= table.headerLine) return undefined
  const file = table.source.name
  const row: Row =
    'cells' in line
      ? means.rows.read(line.cells, { layout: table.layout, file })
      : { column: '', problem: line.problem }
  if (!('problem' in row)) {
    if (read.sample.length < SAMPLE)
      read.sample.push({ file, line: line.number, address: maskAddress(row.email), as: row.part })
    return row
  }
  const text = 'cells' in line ? line.cells.join(table.shape.delimiter) : line.text
  means.errors?.add({ file, line: line.number, column: row.column, reason: row.problem, text })
  const known = read.refused.has(row.problem) || read.refused.size < MOST_REASONS
  const reason = known ? row.problem : 'other reasons'
  read.refused.set(reason, (read.refused.get(reason) ?? 0) + 1)
  return undefined
}
