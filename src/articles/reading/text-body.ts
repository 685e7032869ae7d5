import { type Line, isReplyLine, isShareLine } from './text-chrome.ts'

/** The body's own lines: up to the end of the article, without what stands between its paragraphs. */
export function bodyLines(lines: readonly Line[]): Line[] {
  const article = withoutAsides(lines.slice(0, endOf(lines)))
  return article.filter((line, index) => isBody(article, index) && !isInBox(article, index))
}

/** The first line that ends an article after its prose has begun. */
function endOf(lines: readonly Line[]): number {
  const begun = lines.findIndex(({ kind }) => kind === 'prose')
  for (const [index, line] of lines.entries()) {
    if (index <= begun) continue
    if (line.kind === 'end' && !isInShareBar(lines, index)) return index
    if (isReplyLine(line.text) && !isInShareBar(lines, index)) return startOfComment(lines, index)
  }
  return lines.length
}

/** "Comments" among share links counts them; it does not head them. */
function isInShareBar(lines: readonly Line[], index: number): boolean {
  const line = lines[index]
  if (line === undefined || line.words > 2) return false
  return [lines[index - 1], lines[index + 1]].some(
    (near) => near !== undefined && near.text !== line.text && isShareLine(near.text),
  )
}

/** Back over what the reader wrote, to the line with the reader's name. */
function startOfComment(lines: readonly Line[], reply: number): number {
  const name = lines.findLastIndex(({ kind }, index) => index < reply && kind !== 'prose')
  return name === -1 ? reply : name
}

/**
 * Without lists of other articles. After the heading of one, the article goes on where two paragraphs
 * of prose follow each other; a teaser stands between headlines.
 */
function withoutAsides(lines: readonly Line[]): Line[] {
  const kept: Line[] = []
  let aside = false
  for (const [index, line] of lines.entries()) {
    if (line.kind === 'aside') aside = true
    else if (aside && resumes(lines, index)) aside = false
    if (!aside) kept.push(line)
  }
  return kept
}

function resumes(lines: readonly Line[], index: number): boolean {
  const [line, before, after] = [lines[index], lines[index - 1], nextOf(lines, index)]
  if (line?.kind !== 'prose' || line.words < 12) return false
  if (after?.kind === 'prose') return true
  // One last paragraph after the list: a teaser would follow its own headline.
  return before?.kind !== 'line' && line.words >= 20
}

function nextOf(lines: readonly Line[], index: number): Line | undefined {
  return lines.slice(index + 1).find(({ kind }) => kind !== 'chrome')
}

function isBody(lines: readonly Line[], index: number): boolean {
  const line = lines[index]
  if (line?.kind === 'prose') return true
  if (line?.kind !== 'item') return false
  // A list belongs to the article where a sentence leads to it; otherwise it is navigation.
  const before = lines.slice(0, index).findLast(({ kind }) => kind !== 'item')
  return before?.kind === 'prose' && (before.text.endsWith(':') || line.words >= 8)
}

/** Short sentences inside a sign-up box, between its title and its button. */
function isInBox(lines: readonly Line[], index: number): boolean {
  const line = lines[index]
  if (line === undefined || line.words > 25) return false
  const [before, after] = [lines[index - 1]?.kind, lines[index + 1]?.kind]
  if (after === 'box') return before === 'line' || before === 'box'
  return before === 'box' && line.words <= 10 && (after === 'line' || after === 'chrome')
}
