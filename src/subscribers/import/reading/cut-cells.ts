export type Cut =
  | { kind: 'cut'; cells: string[]; end: number }
  /** A quote is open where the text ends. */
  | { kind: 'open' }
  | { kind: 'broken'; problem: string }

type Place = {
  at: number
  /** Of the line it begins in. */
  end: number
  delimiter: string
  /** How far a record may go. */
  most: number
}

/**
 * The cells of a record with quotes (RFC 4180): a quote counts where a cell begins, two in a cell are one, and only a
 * delimiter or the end of the line may follow the last. A quote inside a cell without is a character, as in 5" pipe.
 */
export function cutCells(text: string, { at, end, delimiter, most }: Place): Cut {
  const cells: string[] = []
  let start = at
  let lineEnd = end
  for (;;) {
    let stop: number
    if (text[start] === '"') {
      const close = closingQuote(text, start + 1, at + most)
      if (close === undefined) return { kind: 'open' }
      stop = close + 1
      cells.push(text.slice(start + 1, close).replaceAll('""', '"'))
      if (stop > lineEnd) lineEnd = endOfLine(text, stop)
      if (stop < lineEnd && text[stop] !== delimiter)
        return { kind: 'broken', problem: 'has text behind a closing quote' }
    } else {
      const next = text.indexOf(delimiter, start)
      stop = next === -1 || next > lineEnd ? lineEnd : next
      cells.push(text.slice(start, stop))
    }
    if (stop >= lineEnd) return { kind: 'cut', cells, end: lineEnd }
    start = stop + 1
  }
}

function closingQuote(text: string, from: number, limit: number): number | undefined {
  for (let at = text.indexOf('"', from); at !== -1 && at <= limit; at = text.indexOf('"', at + 2))
    if (text[at + 1] !== '"') return at
  return undefined
}

function endOfLine(text: string, from: number): number {
  const match = /[\r\n]/g
  match.lastIndex = from
  return match.exec(text)?.index ?? text.length
}
