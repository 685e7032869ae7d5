import type { ArticleText } from '../article.ts'
import { withPlainTypography } from '../fingerprint.ts'
import { editsBetween } from './edits.ts'

type Compared = Pick<ArticleText, 'headline' | 'standfirst' | 'paragraphs' | 'corrections'>

/** A stretch of text that both have, or that was added or removed; joined without the removed, it is the text after. */
export type WordMark = { kind: 'same' | 'added' | 'removed'; text: string }

export type ParagraphDifference =
  | { kind: 'same' | 'added' | 'removed'; text: string }
  | { kind: 'changed'; words: WordMark[] }

/** What a person reads to see what changed; null where nothing did. */
export type Difference = {
  headline: WordMark[] | null
  standfirst: WordMark[] | null
  corrections: WordMark[] | null
  paragraphs: ParagraphDifference[]
}

export function differenceOf(before: Compared, after: Compared): Difference {
  return {
    headline: marksOrNull(before.headline, after.headline),
    standfirst: marksOrNull(before.standfirst ?? '', after.standfirst ?? ''),
    corrections: marksOrNull(before.corrections ?? '', after.corrections ?? ''),
    paragraphs: gapsOf(before.paragraphs, after.paragraphs).flatMap((gap) =>
      gap.kind === 'same'
        ? gap.texts.map((text) => ({ kind: 'same' as const, text }))
        : paired(gap.removed, gap.added),
    ),
  }
}

export type Gap =
  | { kind: 'same'; texts: readonly string[] }
  | { kind: 'gap'; removed: readonly string[]; added: readonly string[] }

/** Paragraphs that both have, and between them those that only one has. */
export function gapsOf(before: readonly string[], after: readonly string[]): Gap[] {
  const edits = editsBetween(before.map(withPlainTypography), after.map(withPlainTypography))
  const gaps: Gap[] = []
  for (const { kind, start, end } of edits) {
    const last = gaps.at(-1)
    if (kind === 'same') gaps.push({ kind, texts: before.slice(start, end) })
    else if (kind === 'removed')
      gaps.push({ kind: 'gap', removed: before.slice(start, end), added: [] })
    else if (last?.kind === 'gap') last.added = after.slice(start, end)
    else gaps.push({ kind: 'gap', removed: [], added: after.slice(start, end) })
  }
  return gaps
}

function marksOrNull(before: string, after: string): WordMark[] | null {
  return withPlainTypography(before) === withPlainTypography(after) ? null : marksOf(before, after)
}

/** The text before and after as one, word by word. */
export function marksOf(before: string, after: string): WordMark[] {
  const [a, b] = [piecesOf(before), piecesOf(after)]
  return editsBetween(a.map(withPlainTypography), b.map(withPlainTypography)).map(
    ({ kind, start, end }) => ({
      kind,
      text: (kind === 'added' ? b : a).slice(start, end).join(''),
    }),
  )
}

/** Words and marks, each with the white space behind it. */
function piecesOf(text: string): string[] {
  return (
    text.match(
      /[\p{L}\p{N}\p{M}]+(?:['’.,-][\p{L}\p{N}\p{M}]+)*\s*|[^\p{L}\p{N}\p{M}\s]\s*|\s+/gu,
    ) ?? []
  )
}

/** A paragraph and its new wording have half of their words in common. */
const SAME_PARAGRAPH = 0.5
/** More pairs would take seconds; and so much that is new is not read word by word. */
const MOST_PAIRS = 10_000

/** Of the paragraphs of a gap, in their order, those with the most words in common side by side. */
function paired(removed: readonly string[], added: readonly string[]): ParagraphDifference[] {
  const differences: ParagraphDifference[] = []
  let [old, fresh] = [0, 0]
  const until = (oldEnd: number, freshEnd: number) => {
    for (; old < oldEnd; old += 1) differences.push({ kind: 'removed', text: removed[old] ?? '' })
    for (; fresh < freshEnd; fresh += 1)
      differences.push({ kind: 'added', text: added[fresh] ?? '' })
  }
  for (const [from, to] of pairsOf(removed, added)) {
    until(from, to)
    differences.push({ kind: 'changed', words: marksOf(removed[from] ?? '', added[to] ?? '') })
    ;[old, fresh] = [from + 1, to + 1]
  }
  until(removed.length, added.length)
  return differences
}

function pairsOf(removed: readonly string[], added: readonly string[]): [number, number][] {
  if (removed.length * added.length > MOST_PAIRS) return []
  const [a, b] = [removed.map(wordsOf), added.map(wordsOf)]
  const width = added.length + 1
  // best[i, j]: of the paragraphs from i and j on.
  const best = new Float64Array((removed.length + 1) * width)
  const likeness = new Float64Array((removed.length + 1) * width)
  const at = (i: number, j: number) => best[i * width + j] ?? 0
  for (let i = removed.length - 1; i >= 0; i -= 1) {
    for (let j = added.length - 1; j >= 0; j -= 1) {
      const alike = sharedOf(a[i], b[j])
      likeness[i * width + j] = alike
      const both = alike >= SAME_PARAGRAPH ? at(i + 1, j + 1) + alike : 0
      best[i * width + j] = Math.max(at(i + 1, j), at(i, j + 1), both)
    }
  }
  const pairs: [number, number][] = []
  for (let [i, j] = [0, 0]; i < removed.length && j < added.length;) {
    const alike = likeness[i * width + j] ?? 0
    if (alike >= SAME_PARAGRAPH && at(i, j) === at(i + 1, j + 1) + alike) {
      pairs.push([i, j])
      ;[i, j] = [i + 1, j + 1]
    } else if (at(i + 1, j) >= at(i, j + 1)) i += 1
    else j += 1
  }
  return pairs
}

function wordsOf(text: string): Set<string> {
  return new Set(
    text
      .slice(0, 2_000)
      .toLowerCase()
      .match(/[\p{L}\p{N}\p{M}]+/gu),
  )
}

function sharedOf(one: Set<string> | undefined, other: Set<string> | undefined): number {
  if (one === undefined || other === undefined) return 0
  const least = Math.min(one.size, other.size)
  if (least === 0) return 0
  let shared = 0
  for (const word of one) if (other.has(word)) shared += 1
  return shared / least
}
