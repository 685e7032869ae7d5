import { createHash } from 'node:crypto'
import { Refusal } from '#errors.ts'
import { type Layout, recognise, type Wishes } from './formats/recognise.ts'
import { type Encoding, EncodingScout } from './reading/encoding.ts'
import { LineCutter, type Shape } from './reading/cut-lines.ts'
import { decodeSample, guessDelimiter } from './reading/read-lines.ts'
import type { Source } from './reading/source.ts'

export type Table = {
  source: Source
  encoding: Encoding
  shape: Shape
  layout: Layout
  headerLine: number
}

export type Examined = {
  tables: Table[]
  fileHash: Buffer
  /** Tables of a zip that are no lists of people. */
  passedOver: string[]
}

/** Reads every byte once: what each table is, and one hash of all, whatever their order. */
export async function examine(sources: readonly Source[], wishes: Wishes): Promise<Examined> {
  const found: Table[] = []
  const hashes: string[] = []
  for (const source of sources) {
    const scout = new EncodingScout()
    const hash = createHash('sha256')
    for await (const chunk of source.open()) {
      hash.update(chunk)
      scout.see(chunk)
    }
    hashes.push(hash.digest('hex'))
    const table = lookAt(source, { scout, wishes })
    if (table !== undefined) found.push(table)
  }
  if (found.length === 0)
    throw new Refusal('there is no list of people in this: it is empty, or has other tables only', {
      field: 'file',
    })
  const tables = found.filter((table) => !isBeside(table, found))
  return {
    tables,
    fileHash: createHash('sha256').update(hashes.toSorted().join()).digest(),
    passedOver: sources
      .filter((source) => !tables.some((table) => table.source === source))
      .map(({ name }) => name),
  }
}

/** Undefined for a table without a line, and for one of a zip that has no addresses. */
function lookAt(
  source: Source,
  means: { scout: EncodingScout; wishes: Wishes },
): Table | undefined {
  try {
    return tableOf(source, means)
  } catch (error) {
    if (error instanceof Refusal && error.field === 'map' && source.zip !== undefined)
      return undefined
    throw error
  }
}

/** Next to the list that a sender is known by, its zip may have tables of who opened which mail. */
function isBeside({ source, layout }: Table, tables: readonly Table[]): boolean {
  return (
    source.zip !== undefined &&
    layout.format.name === 'plain' &&
    tables.some(
      (other) => other.source.zip === source.zip && other.layout.format.name !== layout.format.name,
    )
  )
}

/** Undefined for one without a line. */
function tableOf(
  source: Source,
  { scout, wishes }: { scout: EncodingScout; wishes: Wishes },
): Table | undefined {
  const encoding = scout.decide(source.name)
  const text = decodeSample(scout.sample, encoding)
  const delimiter = guessDelimiter(text)
  const cutter = new LineCutter({ delimiter })
  const lines = [...cutter.push(text), ...cutter.end()]
  const first = lines.find(
    (line) => 'cells' in line && !/^sep=.$/i.test(line.cells.join(delimiter)),
  )
  if (first === undefined || !('cells' in first)) {
    const [broken] = lines
    if (broken !== undefined && 'problem' in broken)
      throw new Refusal(`the first line of ${source.name} ${broken.problem}`, { field: 'file' })
    return undefined
  }
  const layout = recognise(first.cells, { file: source.name, wishes })
  const width = first.cells.length
  const headerLine = layout.header ? first.number : first.number - 1
  return { source, encoding, shape: { delimiter, width }, layout, headerLine }
}
