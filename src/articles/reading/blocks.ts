import { endsLikeSentence, wordsIn } from './clean-text.ts'
import { type HtmlElement, type HtmlNode, attributeOf, isElement } from './dom.ts'

/** A block-level element, with those around it. */
export type Box = { around: Box | null; depth: number }

/** A run of text between two block-level tags. */
export type Block = {
  text: string
  tag: string
  words: number
  /** Share of the characters inside links. */
  linked: number
  inList: boolean
  inQuote: boolean
  inTable: boolean
  box: Box
}

const BLOCK_TAGS = new Set(
  'ADDRESS ARTICLE ASIDE BLOCKQUOTE BODY CAPTION CENTER DD DETAILS DIV DL DT FIELDSET FIGCAPTION FIGURE FOOTER FORM H1 H2 H3 H4 H5 H6 HEADER HR LI MAIN NAV OL P PRE SECTION SUMMARY TABLE TBODY TD TFOOT TH THEAD TR UL'.split(
    ' ',
  ),
)
const UNREAD_TAGS = new Set(
  'SCRIPT STYLE NOSCRIPT TEMPLATE IFRAME SVG HEAD TITLE FORM BUTTON SELECT TEXTAREA'.split(' '),
)

type Place = Pick<Block, 'tag' | 'inList' | 'inQuote' | 'inTable' | 'box'> & { inLink: boolean }

/** The text of an element as blocks, in reading order. */
export function blocksOf(root: HtmlElement): Block[] {
  const writer = new BlockWriter()
  const outside = { tag: 'DIV', inList: false, inQuote: false, inTable: false, inLink: false }
  walk(root, { ...outside, box: { around: null, depth: 0 } }, writer)
  writer.close()
  return writer.blocks
}

function walk(parent: HtmlNode, place: Place, writer: BlockWriter): void {
  for (let node = parent.firstChild; node !== null; node = node.nextSibling) {
    if (node.nodeType === 3) writer.write(node.nodeValue ?? '', place)
    else if (isElement(node)) walkElement(node, place, writer)
  }
}

function walkElement(element: HtmlElement, place: Place, writer: BlockWriter): void {
  const tag = element.tagName.toUpperCase()
  if (UNREAD_TAGS.has(tag)) return
  if (tag === 'BR') return writer.breakLine()
  const breaks = BLOCK_TAGS.has(tag)
  if (breaks) writer.close()
  walk(element, placeInside(tag, place), writer)
  if (breaks) writer.close()
}

function placeInside(tag: string, place: Place): Place {
  const inLink = place.inLink || tag === 'A'
  if (!BLOCK_TAGS.has(tag)) return { ...place, inLink }
  return {
    tag,
    inList: place.inList || tag === 'LI',
    inQuote: place.inQuote || tag === 'BLOCKQUOTE',
    inTable: place.inTable || tag === 'TABLE',
    inLink,
    box: { around: place.box, depth: place.box.depth + 1 },
  }
}

class BlockWriter {
  readonly blocks: Block[] = []
  #text = ''
  #characters = 0
  #linked = 0
  #place: Place | undefined
  #broken = false

  write(text: string, place: Place): void {
    if (this.#broken && text.trim() !== '') this.#mend(text)
    this.#place ??= place
    this.#text += text
    const characters = text.replace(/\s+/g, '').length
    this.#characters += characters
    if (place.inLink) this.#linked += characters
  }

  /** A line break inside a sentence is a space. */
  breakLine(): void {
    if (endsLikeSentence(this.#text)) this.close()
    else this.#broken = this.#text.trim() !== ''
  }

  #mend(next: string): void {
    if (/^\s*\p{Ll}/u.test(next)) this.#text += ' '
    else this.close()
    this.#broken = false
  }

  close(): void {
    this.#broken = false
    const text = this.#text.replace(/\s+/g, ' ').trim()
    if (this.#place !== undefined && text !== '') {
      const { tag, inList, inQuote, inTable, box } = this.#place
      const words = wordsIn(text).length
      const linked = this.#linked / (this.#characters || 1)
      this.blocks.push({ text, tag, words, linked, inList, inQuote, inTable, box })
    }
    this.#text = ''
    this.#characters = 0
    this.#linked = 0
    this.#place = undefined
  }
}

export function isHeading({ tag }: Pick<Block, 'tag'>): boolean {
  return /^H[1-6]$/.test(tag)
}

/** What a page's author calls an element: class, id, component and role. */
export function namesOf(element: HtmlElement): string {
  return ['class', 'id', 'data-component', 'role']
    .map((name) => attributeOf(element, name) ?? '')
    .join(' ')
}

/** The innermost element around all of them. */
export function commonBox(boxes: readonly Box[]): Box | null {
  let common = boxes[0] ?? null
  for (const box of boxes) while (common !== null && !isWithin(box, common)) common = common.around
  return common
}

export function isWithin(box: Box, container: Box): boolean {
  let inside: Box | null = box
  while (inside !== null && inside.depth > container.depth) inside = inside.around
  return inside === container
}
