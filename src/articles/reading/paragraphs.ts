import { endsLikeSentence, withoutInvisible } from './clean-text.ts'

/**
 * The paragraphs of plain text. A line is a paragraph, unless the text is wrapped: lines of similar
 * length that break inside sentences belong together.
 */
export function paragraphsOfText(text: string): string[] {
  return withoutInvisible(text)
    .replace(/\r\n?|[\u2028\u2029\u0085\v\f]/g, '\n')
    .split(/\n[^\S\n]*(?:\n[^\S\n]*)+/)
    .flatMap(linesOfGroup)
    .map((line) => line.replace(/\s+/g, ' ').trim())
    .filter((line) => line !== '')
}

function linesOfGroup(group: string): string[] {
  const lines = group.split('\n').map((line) => line.trimEnd())
  return isWrapped(lines) ? joinWrapped(lines) : lines
}

function isWrapped(lines: readonly string[]): boolean {
  const inner = lines.slice(0, -1)
  if (inner.length === 0) return false
  const longest = lines.reduce((most, { length }) => Math.max(most, length), 0)
  if (longest < 50 || longest > 110) return false
  const full = inner.filter(({ length }) => length > longest - 20).length
  const broken = inner.filter((line) => !endsLikeSentence(line)).length
  return full >= inner.length * 0.8 && broken >= inner.length * 0.5
}

function joinWrapped(lines: readonly string[]): string[] {
  // A word divided at the end of a line: "har-" and "bour". "Anglo-" and "Saxon" keeps its hyphen.
  return [
    lines
      .join('\n')
      .replace(/(?<=\p{Ll})-\n(?=\p{Ll})/gu, '')
      .replaceAll('\n', ' '),
  ]
}
