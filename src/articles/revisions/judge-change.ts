import type { ArticleText } from '../article.ts'
import { withPlainTypography } from '../fingerprint.ts'
import { gapsOf } from './difference.ts'
import { editsBetween } from './edits.ts'
import { type Finding, findingsOf, type Hunk } from './findings.ts'
import { type Token, tokensOf } from './tokens.ts'

type Compared = Pick<
  ArticleText,
  'headline' | 'standfirst' | 'paragraphs' | 'corrections' | 'language'
>

/** Whether readers who had the text before would want to know, and what changed, in words. */
export type Judgement = { change: 'typo' | 'substantial'; note: string }

/**
 * Numbers, names, dates, negations, quotations, the headline's sense, and what comes and goes are substantial; spelling,
 * punctuation and typography are not. In doubt it is substantial.
 */
export function judgeChange(before: Compared, after: Compared): Judgement {
  const corrections = judgeCorrections(before, after)
  const { language } = after
  const parts = [
    { field: 'headline' as const, removed: [before.headline], added: [after.headline] },
    {
      field: 'standfirst' as const,
      removed: [before.standfirst ?? ''],
      added: [after.standfirst ?? ''],
    },
    ...gapsOf(before.paragraphs, after.paragraphs).flatMap((gap) =>
      gap.kind === 'same' ? [] : [{ ...gap, field: 'body' as const }],
    ),
  ]
  const hunks = parts.flatMap(({ field, removed, added }) =>
    hunksOf(tokensOf(removed, { language }), tokensOf(added, { language })).map((hunk) => ({
      ...hunk,
      field,
    })),
  )
  const texts = [before, after].map((text) =>
    tokensOf([text.standfirst ?? '', ...text.paragraphs], { language }),
  )
  const all = [
    ...corrections,
    ...findingsOf(hunks, { language, texts: texts.flat() }),
    ...requoted(parts, language),
  ]
  const notes = [...new Set(all.toSorted((a, b) => a.rank - b.rank).map(({ note }) => note))]
  if (notes.length > 0)
    return { change: 'substantial', note: notes.slice(0, MOST_NOTES).join('. ') }
  return {
    change: 'typo',
    note: hunks.length > 0 ? 'Spelling only' : 'Punctuation and typography only',
  }
}

const MOST_NOTES = 3

function judgeCorrections(before: Compared, after: Compared): Finding[] {
  const [had, has] = [before, after].map(({ corrections }) =>
    withPlainTypography(corrections ?? ''),
  )
  if (had === has) return []
  const verb = had === '' ? 'added' : has === '' ? 'removed' : 'changed'
  return [{ rank: 0, note: `The publisher ${verb} a corrections note` }]
}

/** Places where the texts differ; what only a word or two parts from each other is one place. */
function hunksOf(before: readonly Token[], after: readonly Token[]): Omit<Hunk, 'field'>[] {
  const edits = editsBetween(
    before.map(({ key }) => key),
    after.map(({ key }) => key),
  )
  const hunks: Omit<Hunk, 'field'>[] = []
  let open: Omit<Hunk, 'field'> | undefined
  let kept: Token[] = []
  for (const [index, { kind, start, end }] of edits.entries()) {
    const tokens = (kind === 'added' ? after : before).slice(start, end)
    if (kind === 'same') {
      const bridges = tokens.length <= 2 && index > 0 && index < edits.length - 1
      kept = tokens
      if (open !== undefined && !(bridges && sizeOf(open) >= MUCH)) {
        hunks.push({ ...open, after: tokens[0] })
        open = undefined
      } else if (open !== undefined) {
        open.removed.push(...tokens)
        open.added.push(...tokens)
      }
    } else {
      open ??= { removed: [], added: [], before: kept.at(-1), after: undefined }
      open[kind].push(...tokens)
    }
  }
  if (open !== undefined) hunks.push(open)
  return hunks
}

const MUCH = 6

function sizeOf({ removed, added }: Omit<Hunk, 'field'>): number {
  return removed.length + added.length
}

/** The same words, and marks of quotation where there were none: somebody is said to have said them. */
function requoted(
  parts: readonly { removed: readonly string[]; added: readonly string[] }[],
  language: string,
): Finding[] {
  const changed = parts.some(({ removed, added }) => {
    if (countQuotes(removed) === countQuotes(added)) return false
    const [a, b] = [tokensOf(removed, { language }), tokensOf(added, { language })]
    return editsBetween(
      a.map(({ key }) => key),
      b.map(({ key }) => key),
    ).every(({ kind }) => kind === 'same')
  })
  return changed ? [{ rank: 5, note: 'Quotation marks came or went' }] : []
}

/** Single or double, by the house's style. */
function countQuotes(paragraphs: readonly string[]): number {
  const text = withPlainTypography(paragraphs.join(' '))
  return (text.match(/"|(?<![\p{L}\p{N}])'|'(?![\p{L}\p{N}])/gu) ?? []).length
}
