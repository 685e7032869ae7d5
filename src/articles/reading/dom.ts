import { parseHTML } from 'linkedom'
import { Refusal } from '#errors.ts'
import { figuresOf } from './figures.ts'

// The part of the DOM that reading needs; the project does not load the browser's type library.
export type HtmlNode = {
  nodeType: number
  nodeValue: string | null
  textContent: string | null
  firstChild: HtmlNode | null
  nextSibling: HtmlNode | null
  parentNode: HtmlNode | null
}
export type HtmlElement = HtmlNode & {
  tagName: string
  id: string
  getAttribute(name: string): string | null
  hasAttribute(name: string): boolean
  querySelector(selector: string): HtmlElement | null
  querySelectorAll(selector: string): Iterable<HtmlElement>
  remove(): void
  replaceWith(text: string): void
}
export function isElement(node: HtmlNode): node is HtmlElement {
  return node.nodeType === 1
}
export type HtmlDocument = HtmlElement & { documentElement: HtmlElement | null }

// Of 95 real news pages the largest had 3,133 tags, 1,163 entities and a depth of 51.
const MAX_DEPTH = 250
const MAX_TAGS = 25_000
const MAX_ENTITIES = 25_000

/**
 * Parses a page that `refuseHostileMarkup` has let through.
 * Pages in pieces get the frame that linkedom, unlike a browser, does not add.
 */
export function parsePage(html: string): HtmlDocument {
  const framed = /<(html|body)[\s>]/i.test(html)
    ? html
    : `<!doctype html><html><body>${html}</body></html>`
  // linkedom types its document with the browser's library, so here it has no type at all.
  const { document }: { document: HtmlDocument } = parseHTML(framed)
  if (depthOf(document) > MAX_DEPTH) throw hostile()
  for (const struck of document.querySelectorAll('del, s, strike')) struck.remove()
  for (const figure of document.querySelectorAll('sup, sub')) settleFigure(figure)
  return document
}

/** A footnote's number goes, and other small digits become characters of their own. */
function settleFigure(figure: HtmlElement): void {
  const { parentNode: parent } = figure
  if (parent === null) return
  const text = textOf(figure)
  const linked =
    isElement(parent) && parent.tagName.toUpperCase() === 'A' && textOf(parent) === text
  if (linked || figure.querySelector('a') !== null) figure.remove()
  else figure.replaceWith(figuresOf(text, figure.tagName))
}

/** With a list of its own, because a tree deep enough to be refused overflows a recursive walk. */
function depthOf(document: HtmlDocument): number {
  const waiting: [node: HtmlNode, depth: number][] = [[document, 0]]
  let deepest = 0
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [parent, depth] = next
    deepest = Math.max(deepest, depth)
    for (let node = parent.firstChild; node !== null; node = node.nextSibling)
      if (isElement(node)) waiting.push([node, depth + 1])
  }
  return deepest
}

/**
 * Refuses markup that the parser would choke on before it is parsed: 100,000 open `<div>` took it
 * 12 s, 900,000 entities 19 s, 50,000 `<br>` 10 s. One pass over the text, linear in its length.
 */
export function refuseHostileMarkup(html: string): void {
  let depth = 0
  let deepest = 0
  let tags = 0
  for (const [, slash, name = '', end] of html.matchAll(
    /<(\/?)([a-z][a-z0-9-]{0,30})[^<>]{0,4000}?(\/?)>/gi,
  )) {
    tags++
    if (CLOSES_ITSELF.has(name.toLowerCase()) || end === '/') continue
    depth = slash === '/' ? Math.max(0, depth - 1) : depth + 1
    deepest = Math.max(deepest, depth)
  }
  const entities = html.match(/&[a-z#]/gi)?.length ?? 0
  if (deepest > MAX_DEPTH || tags > MAX_TAGS || entities > MAX_ENTITIES) throw hostile()
}

function hostile(): Refusal {
  return new Refusal(
    'This page is built too deep or too large to be read as an article. Send its text, or its JSON, instead.',
  )
}

const CLOSES_ITSELF = new Set(
  'area base br col embed hr img input link meta param source track wbr p li td th tr dt dd option tbody thead'.split(
    ' ',
  ),
)

export function attributeOf(element: HtmlElement | null, name: string): string | null {
  return element?.getAttribute(name) ?? null
}

export function textOf(element: HtmlElement | null): string {
  if (element === null) return ''
  return writtenIn(element).replace(/\s+/g, ' ').trim()
}

/** Unlike `textContent`, words on two sides of a `<br>` stay apart. */
function writtenIn(parent: HtmlNode): string {
  let text = ''
  for (let node = parent.firstChild; node !== null; node = node.nextSibling)
    if (!isElement(node)) text += node.nodeType === 3 ? (node.nodeValue ?? '') : ''
    else text += node.tagName.toUpperCase() === 'BR' ? ' ' : writtenIn(node)
  return text
}
