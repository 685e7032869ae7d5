import { NEGATING } from './telling-words.ts'

/**
 * Whether one is likely the other misspelled: a letter doubled, dropped, changed or in the wrong place. Words that the
 * texts use elsewhere (`used`) are both right, and mean two things.
 */
export function isMisspelling(one: string, other: string, used: ReadonlySet<string>): boolean {
  const [a, b] = [bare(one), bare(other)]
  if (a === b) return true
  if (used.has(one) && used.has(other)) return false
  if (isTurned(a, b) || isInflected(a, b)) return false
  const [shorter, longer] = a.length < b.length ? [a, b] : [b, a]
  const distance = distanceOf(a, b)
  if (a.length === b.length && distance === 1 && !isSwapped(a, b)) return a.length >= 6
  return shorter.length >= 3 && distance <= (longer.length >= 8 ? 2 : 1)
}

/** Without accents. */
function bare(word: string): string {
  return word.normalize('NFKD').replace(/\p{M}/gu, '')
}

function isTurned(a: string, b: string): boolean {
  const [shorter, longer] = a.length < b.length ? [a, b] : [b, a]
  return longer.endsWith(shorter) && NEGATING.test(longer.slice(0, longer.length - shorter.length))
}

/** "close" and "closed", "minister" and "ministers": grammar, and so perhaps what happened, when, or to how many. */
function isInflected(a: string, b: string): boolean {
  const [shorter, longer] = a.length < b.length ? [a, b] : [b, a]
  return (
    longer.startsWith(shorter) && /^(s|es|d|ed|n|en|e|ing|r|er)$/.test(longer.slice(shorter.length))
  )
}

function isSwapped(a: string, b: string): boolean {
  return a.split('').toSorted().join('') === b.split('').toSorted().join('')
}

/** Letters added, dropped, changed, or two that changed places: one each. */
function distanceOf(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const changed = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const crossed = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row.push(
        Math.min(
          at(last, j) + 1,
          at(row, j - 1) + 1,
          changed,
          crossed ? at(before, j - 2) + 1 : Infinity,
        ),
      )
    }
    before = last
    last = row
  }
  return at(last, b.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity
}
