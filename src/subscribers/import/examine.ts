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

/** Reads every byte once: what each table is, and one hash of all, whatever their order. */
export async function examine(
  sources: readonly Source[],
  wishes: Wishes,
): Promise<{ tables: Table[]; fileHash: Buffer }> {
  const tables: Table[] = []
  const hashes: string[] = []
  for (const source of sources) {
    const scout = new EncodingScout()
    const hash = createHash('sha256')
    for await (const chunk of source.open()) {
      hash.update(chunk)
      scout.see(chunk)
    }
    hashes.push(hash.digest('hex'))
    const table = tableOf(source, { scout, wishes })
    if (table !== undefined) tables.push(table)
    else if (sources.length === 1)
      throw new Refusal(`${source.name} is empty: export the list again`, { field: 'file' })
  }
  const fileHash = createHash('sha256').update(hashes.toSorted().join()).digest()
  return { tables, fileHash }
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
