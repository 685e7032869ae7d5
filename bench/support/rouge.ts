import { porterStem } from './porter-stem.ts'

/** F1 in percent of one summary against one reference (Lin, 2004), as google's rouge_score counts with its stemmer. */
export type Rouge = { r1: number; r2: number; rLsum: number }

export function rougeOf(summary: readonly string[], reference: readonly string[]): Rouge {
  const [got, wanted] = [summary.map(tokens), reference.map(tokens)]
  return {
    r1: grams(got.flat(), wanted.flat(), 1),
    r2: grams(got.flat(), wanted.flat(), 2),
    rLsum: longestUnion(got, wanted),
  }
}

/** rouge_score stems words of more than three letters only. */
function tokens(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
    .map((word) => (word.length > 3 ? porterStem(word) : word))
}

function countsOf(items: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1)
  return counts
}

function grams(got: readonly string[], wanted: readonly string[], n: number): number {
  const gramsOf = (words: readonly string[]) =>
    words.slice(n - 1).map((_, at) => words.slice(at, at + n).join(' '))
  const [a, b] = [gramsOf(got), gramsOf(wanted)]
  const known = countsOf(b)
  let hits = 0
  for (const [gram, count] of countsOf(a)) hits += Math.min(count, known.get(gram) ?? 0)
  return f1(hits, { got: a.length, wanted: b.length })
}

function f1(hits: number, { got, wanted }: { got: number; wanted: number }): number {
  return hits === 0 ? 0 : (200 * hits) / (got + wanted)
}

/** Summary-level LCS: for each reference sentence the union of what its LCS with each summary sentence covers. */
function longestUnion(got: string[][], wanted: string[][]): number {
  const left = countsOf(got.flat())
  const leftWanted = countsOf(wanted.flat())
  let hits = 0
  for (const sentence of wanted) {
    const covered = new Set(got.flatMap((other) => lcsPlaces(sentence, other)))
    for (const at of covered) {
      const word = sentence[at] ?? ''
      if ((left.get(word) ?? 0) <= 0 || (leftWanted.get(word) ?? 0) <= 0) continue
      hits++
      left.set(word, (left.get(word) ?? 0) - 1)
      leftWanted.set(word, (leftWanted.get(word) ?? 0) - 1)
    }
  }
  return f1(hits, { got: got.flat().length, wanted: wanted.flat().length })
}

/** Places in `a` of one longest common subsequence with `b`. */
function lcsPlaces(a: readonly string[], b: readonly string[]): number[] {
  const width = b.length + 1
  const table = lcsTable(a, b)
  const places: number[] = []
  let [i, j] = [a.length, b.length]
  while (i > 0 && j > 0) {
    if (a[i - 1] === b[j - 1]) {
      places.push(i - 1)
      i--
      j--
    } else if ((table[(i - 1) * width + j] ?? 0) > (table[i * width + j - 1] ?? 0)) i--
    else j--
  }
  return places
}

function lcsTable(a: readonly string[], b: readonly string[]): Uint16Array {
  const width = b.length + 1
  const table = new Uint16Array((a.length + 1) * width)
  for (let i = 1; i <= a.length; i++)
    for (let j = 1; j <= b.length; j++)
      table[i * width + j] =
        a[i - 1] === b[j - 1]
          ? (table[(i - 1) * width + j - 1] ?? 0) + 1
          : Math.max(table[(i - 1) * width + j] ?? 0, table[i * width + j - 1] ?? 0)
  return table
}
