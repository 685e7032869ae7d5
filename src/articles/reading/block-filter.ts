import { type Block, isHeading } from './blocks.ts'
import {
  hasDate,
  isAuthorNote,
  isByline,
  isChromeCue,
  isDateLine,
  isPhotoCredit,
} from './chrome.ts'
import { endsLikeSentence, foldedWords } from './clean-text.ts'
import { withoutTeasers } from './teasers.ts'

/** The blocks of an article without the page furniture that Readability leaves in. */
export function filterBlocks(blocks: readonly Block[], title: string): Block[] {
  const asian = isUnspaced(blocks)
  const mostlyLinks = blocks.filter(({ linked }) => linked > 0.85).length > blocks.length * 0.6
  const keepLinks = asian || mostlyLinks
  const kept = (mostlyLinks ? blocks : withoutTeasers(blocks)).filter(
    (block) => !isFurniture(block) && !repeatsTitle(block, title) && (keepLinks || !isLink(block)),
  )
  if (asian) return kept
  const body = withoutHead(kept, title).filter((block) => !isDate(block) && !isShortByline(block))
  return withoutAuthorNote(withoutTail(body))
}

/** Chinese, Japanese and Thai write without spaces, so counts of words say nothing. */
function isUnspaced(blocks: readonly Block[]): boolean {
  return (
    blocks
      .filter(({ text }) => /[\u3040-\u30ff\u4e00-\u9fff\u0e00-\u0e7f]/.test(text))
      .reduce((sum, { text }) => sum + text.length, 0) > 300
  )
}

function isFurniture(block: Block): boolean {
  const text = block.text.replace(/^[\s|•·»>–—-]+/, '')
  if (!/[\p{L}\p{N}]/u.test(text) || block.tag === 'FIGCAPTION') return true
  if (block.words <= 40 && isChromeCue(text)) return true
  return block.words <= 45 && !isHeading(block) && isPhotoCredit(text)
}

function repeatsTitle(block: Block, title: string): boolean {
  const [ours, theirs] = [foldedWords(block.text), foldedWords(title)]
  if (!isHeading(block) || theirs === '') return false
  return ours === theirs || (block.words > 4 && theirs.includes(ours))
}

function isLink(block: Block): boolean {
  return (
    block.linked > 0.85 &&
    (block.words >= 4 || block.inList) &&
    !block.inQuote &&
    !block.inTable &&
    block.tag !== 'PRE'
  )
}

/** Before the first prose stand section, date, byline and share lines; a standfirst stays. */
function withoutHead(blocks: readonly Block[], title: string): Block[] {
  const first = blocks.findIndex(isProse)
  if (first <= 0 || first >= 12) return [...blocks]
  return blocks.filter((block, index) => {
    if (index >= first) return true
    if (hasDate(block.text)) return false
    const standfirst = block.words >= 8 && endsLikeSentence(block.text)
    const subhead = isHeading(block) && index === first - 1 && block.words > 2
    return standfirst || (subhead && foldedWords(block.text) !== foldedWords(title))
  })
}

function isDate(block: Block): boolean {
  const free = !block.inList && !block.inTable && !isHeading(block)
  return free && block.words <= 14 && !endsLikeSentence(block.text) && isDateLine(block.text)
}

function isShortByline({ words, text }: Block): boolean {
  return words <= 8 && isByline(text)
}

/** After the last prose, headings and link lists lead to other articles. */
function withoutTail(blocks: readonly Block[]): Block[] {
  const last = blocks.findLastIndex((block, index) => index === 0 || !isTail(blocks, index))
  return blocks.slice(0, last + 1)
}

function isTail(blocks: readonly Block[], index: number): boolean {
  const block = blocks[index]
  if (block === undefined || isProse(block)) return false
  if (isHeading(block) || block.linked > 0.5) return true
  const introduced = blocks[index - 1]?.text.endsWith(':') ?? false
  return block.words <= 6 && !endsLikeSentence(block.text) && !isPlaced(block) && !introduced
}

function isPlaced({ inList, inTable, inQuote, tag }: Block): boolean {
  return inList || inTable || inQuote || tag === 'PRE'
}

function withoutAuthorNote(blocks: readonly Block[]): Block[] {
  const kept = [...blocks]
  for (let note = 0; note < 2 && kept.length > 4; note++) {
    const last = kept.at(-1)
    if (last === undefined || last.words > 60) break
    if (!isAuthorNote(last.text)) break
    kept.pop()
  }
  return kept
}

export function isProse({ words, text, linked }: Block): boolean {
  return words >= 12 && endsLikeSentence(text) && linked < 0.5
}
