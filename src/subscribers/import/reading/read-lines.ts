import type { Encoding } from './encoding.ts'
import { type Line, LineCutter, type Shape } from './cut-lines.ts'
import type { Source } from './source.ts'

const DELIMITERS = [',', ';', '\t', '|']

/** The delimiter of the line that has most of one outside of quotes. A first line "sep=;" is Excel's own. */
export function guessDelimiter(text: string): string {
  const [first = ''] = text.split(/[\r\n]+/, 1)
  const named = /^sep=(.)$/i.exec(first)?.[1]
  if (named !== undefined) return named
  const bare = first.replaceAll(/"(?:[^"]|"")*"/g, '')
  const count = (delimiter: string) => bare.split(delimiter).length
  return DELIMITERS.toSorted((a, b) => count(b) - count(a))[0] ?? ','
}

export function decodeSample(sample: Buffer, encoding: Encoding): string {
  return new TextDecoder(encoding).decode(sample, { stream: true })
}

/** The lines of a table, many at a time, in flat memory. `onBytes` hears how far it has come. */
export async function* readLines(
  source: Source,
  {
    encoding,
    shape,
    onBytes,
  }: { encoding: Encoding; shape: Shape; onBytes?: (bytes: number) => void },
): AsyncGenerator<Line[]> {
  const decoder = new TextDecoder(encoding)
  const cutter = new LineCutter(shape)
  for await (const chunk of source.open()) {
    const lines = cutter.push(decoder.decode(chunk, { stream: true }))
    onBytes?.(chunk.length)
    if (lines.length > 0) yield lines
  }
  const lines = [...cutter.push(decoder.decode()), ...cutter.end()]
  if (lines.length > 0) yield lines
}
