/** A stretch that both have, or that only one has: indices of `before` for `same` and `removed`, of `after` for `added`. */
export type Edit = { kind: 'same' | 'added' | 'removed'; start: number; end: number }

const MOST_EDITS = 1_500
const MOST_ITEMS = 50_000

/**
 * The shortest way from one list to another (Myers 1986). Lists that differ in more than 1,500 places, or are longer than
 * 50,000 items, are one whole replaced by another: that bounds it to about 10 MB and a quarter of a second.
 */
export function editsBetween(before: readonly string[], after: readonly string[]): Edit[] {
  const first = countSameAtStart(before, after)
  const last = countSameAtEnd(before.slice(first), after.slice(first))
  const a = before.slice(first, before.length - last)
  const b = after.slice(first, after.length - last)
  const middle = a.length + b.length > MOST_ITEMS ? undefined : shortest(a, b)
  return joined([
    { kind: 'same', start: 0, end: first },
    ...(middle ?? replaced(a, b)).map(({ kind, start, end }) => ({
      kind,
      start: start + first,
      end: end + first,
    })),
    { kind: 'same', start: before.length - last, end: before.length },
  ])
}

function countSameAtStart(a: readonly string[], b: readonly string[]): number {
  let count = 0
  while (count < a.length && count < b.length && a[count] === b[count]) count += 1
  return count
}

function countSameAtEnd(a: readonly string[], b: readonly string[]): number {
  let count = 0
  while (count < a.length && count < b.length && a.at(-1 - count) === b.at(-1 - count)) count += 1
  return count
}

function replaced(a: readonly string[], b: readonly string[]): Edit[] {
  return [
    { kind: 'removed', start: 0, end: a.length },
    { kind: 'added', start: 0, end: b.length },
  ]
}

function shortest(a: readonly string[], b: readonly string[]): Edit[] | undefined {
  const most = Math.min(a.length + b.length, MOST_EDITS)
  // The furthest reach on each diagonal, after each number of edits.
  const reaches: Int32Array[] = []
  let previous = new Int32Array(3)
  for (let edits = 0; edits <= most; edits += 1) {
    const reach = new Int32Array(2 * edits + 3)
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const from = { edits, diagonal, previous }
      let x = edits === 0 ? 0 : startOf(from)
      while (x < a.length && x - diagonal < b.length && a[x] === b[x - diagonal]) x += 1
      reach[diagonal + edits + 1] = x
      if (x >= a.length && x - diagonal >= b.length) {
        reaches.push(reach)
        return wayBack(reaches, { x: a.length, y: b.length })
      }
    }
    reaches.push(reach)
    previous = reach
  }
  return undefined
}

type Step = { edits: number; diagonal: number; previous: Int32Array }

/** `previous` is of one edit less: its diagonal 0 stands at index `edits`. */
function startOf(step: Step): number {
  const { edits, diagonal, previous } = step
  const right = previous[diagonal - 1 + edits] ?? 0
  const down = previous[diagonal + 1 + edits] ?? 0
  return goesDown(step) ? down : right + 1
}

function goesDown({ edits, diagonal, previous }: Step): boolean {
  if (diagonal === -edits) return true
  if (diagonal === edits) return false
  return (previous[diagonal - 1 + edits] ?? 0) < (previous[diagonal + 1 + edits] ?? 0)
}

function wayBack(reaches: readonly Int32Array[], end: { x: number; y: number }): Edit[] {
  const way: Edit[] = []
  let { x, y } = end
  for (let edits = reaches.length - 1; edits > 0; edits -= 1) {
    const step = { edits, diagonal: x - y, previous: reaches[edits - 1] ?? new Int32Array(0) }
    const down = goesDown(step)
    const start = startOf(step)
    way.push({ kind: 'same', start, end: x })
    const diagonal = down ? step.diagonal + 1 : step.diagonal - 1
    const beforeX = down ? start : start - 1
    const beforeY = beforeX - diagonal
    way.push(
      down
        ? { kind: 'added', start: beforeY, end: beforeY + 1 }
        : { kind: 'removed', start: beforeX, end: beforeX + 1 },
    )
    x = beforeX
    y = beforeY
  }
  way.push({ kind: 'same', start: 0, end: x })
  return way.toReversed()
}

/** Neighbours of a kind as one, what is removed before what is added there, and nothing empty. */
function joined(edits: readonly Edit[]): Edit[] {
  const result: Edit[] = []
  let change: Edit[] = []
  const flush = () => {
    for (const kind of ['removed', 'added'] as const) {
      const own = change.filter((edit) => edit.kind === kind)
      const [first] = own
      const last = own.at(-1)
      if (first !== undefined && last !== undefined)
        result.push({ kind, start: first.start, end: last.end })
    }
    change = []
  }
  for (const edit of edits.filter(({ start, end }) => end > start)) {
    const last = result.at(-1)
    if (edit.kind !== 'same') change.push(edit)
    else {
      flush()
      if (last !== undefined && last === result.at(-1) && last.kind === 'same') last.end = edit.end
      else result.push({ ...edit })
    }
  }
  flush()
  return result
}
