import { parseHTML } from 'linkedom'
import PostalMime, { type Email } from 'postal-mime'

import type { MailKind } from '#mail/message.ts'

/** What the sender says about the mail. Rules of our own house need its kind; any other mail does without. */
export type Expected = {
  kind?: MailKind
  messageIdDomain?: string
  postalAddress?: string
  /** The line that says why the reader gets this. */
  why?: string
  /** Where the mail's own link leads, when it is not the address of List-Unsubscribe. */
  unsubscribeUrl?: string
}

/** A note is worth a look; a fault must be mended. */
export type Severity = 'fault' | 'note'

export type Violation = {
  rule: string
  severity: Severity
  what: string
  /** The header, the line, or the element. */
  where: string
  fix: string
}

/** What breaks a rule, and where, if not everywhere the rule looks. */
export type Breach = string | { what: string; where: string }

/** `check` returns one breach each, none when the mail keeps the rule. */
export type Rule = {
  name: string
  says: string
  fix: string
  where: string
  severity?: Severity
  /** Of this house: checked only where the sender says of which kind the mail is. */
  own?: boolean
  check: (mail: Examined, expected: Expected) => Breach[]
}

/** The little of the DOM that the rules look at; linkedom's own types need TypeScript's browser library. */
export type Element = {
  nodeType: number
  localName: string
  tagName: string
  textContent: string
  attributes: Iterable<{ name: string; value: string }>
  childNodes: Iterable<Element>
  parentElement: Element | null
  getAttribute(name: string): string | null
  hasAttribute(name: string): boolean
  querySelectorAll(selector: string): Iterable<Element>
}

/** A mail taken apart once, for all rules. */
export type Examined = {
  /** One character a byte. */
  bytes: string
  bodyLines: string[]
  /** Unfolded, not decoded, in order; names in lower case. */
  headers: Array<{ name: string; value: string }>
  email: Email
  html: string
  text: string
  page: Element
  /** Everything a reader can see in the HTML part, the preview text included. */
  visible: string
  /** More markup than is looked at: the tree is empty then. */
  tooLarge: boolean
}

// Matching a selector climbs to the root, and the words of an element are those of all in it: nine thousand links
// nested in each other took 18 s. Mail that people write stays far below all three.
const MOST_MARKUP = 1024 * 1024
const MOST_ELEMENTS = 10_000
const DEEPEST = 256

const LONGEST_HEADER = 10_000

const [ELEMENT, TEXT] = [1, 3]
const CODE = new Set(['style', 'script', 'head', 'title', 'template', 'noscript'])

/** @throws what the parser throws on bytes that are no mail */
export async function examine(raw: Uint8Array): Promise<Examined> {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('latin1')
  const { head, body } = parted(bytes)
  const email = await PostalMime.parse(raw)
  const html = email.html ?? ''
  const tree = html.length > MOST_MARKUP || hasMore(html, MOST_ELEMENTS) ? null : treeOf(html)
  const tooLarge = tree === null || isDeeper(tree, DEEPEST)
  const page = tooLarge ? treeOf('') : tree
  return {
    bytes,
    bodyLines: body.split('\r\n'),
    headers: unfold(head),
    email,
    html,
    text: email.text ?? '',
    page,
    visible: visibleText(page),
    tooLarge,
  }
}

/** The head of a mail and what follows the empty line. */
function parted(bytes: string): { head: string; body: string } {
  const empty = /\r?\n\r?\n/.exec(bytes)
  if (empty === null) return { head: bytes, body: '' }
  return { head: bytes.slice(0, empty.index), body: bytes.slice(empty.index + empty[0].length) }
}

function hasMore(html: string, limit: number): boolean {
  let count = 0
  for (const _ of html.matchAll(/<[a-z]/gi)) {
    count += 1
    if (count > limit) return true
  }
  return false
}

function isDeeper(page: Element, limit: number): boolean {
  const waiting = [{ element: page, depth: 1 }]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next.depth > limit) return true
    for (const child of next.element.childNodes)
      if (isElement(child)) waiting.push({ element: child, depth: next.depth + 1 })
  }
  return false
}

// A page without an html element has no root, or one that is not a page's.
function treeOf(html: string): Element {
  const wrapped = /<html[\s>]/i.test(html) ? html : `<html><body>${html}</body></html>`
  const { document }: { document: { documentElement: Element | null } } = parseHTML(wrapped)
  return document.documentElement ?? treeOf('')
}

function unfold(head: string): Examined['headers'] {
  const lines = head.replace(/\r?\n(?=[ \t])/g, '').split(/\r?\n/)
  return lines.map((line) => {
    const at = line.indexOf(':')
    const [name, value] = at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)]
    return { name: name.toLowerCase(), value: value.slice(0, LONGEST_HEADER).trim() }
  })
}

// Without recursion: what a stranger nests deep must not end the process.
function visibleText(page: Element): string {
  const words: string[] = []
  const waiting = [...page.childNodes].toReversed()
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.nodeType === TEXT) words.push(node.textContent)
    else if (isElement(node) && !CODE.has(node.localName))
      for (const child of [...node.childNodes].toReversed()) waiting.push(child)
  }
  return words.join('')
}

export function isElement(node: Element): boolean {
  return node.nodeType === ELEMENT
}

/** The text that stands in the element itself, not in those inside it. */
export function ownText({ childNodes }: Element): string {
  return [...childNodes]
    .filter(({ nodeType }) => nodeType === TEXT)
    .map(({ textContent }) => textContent)
    .join(' ')
}

/** All values of a header. */
export function valuesOf({ headers }: Examined, name: string): string[] {
  return headers.filter((header) => header.name === name).map(({ value }) => value)
}

export function valueOf(mail: Examined, name: string): string {
  return valuesOf(mail, name)[0] ?? ''
}

export function all({ page }: Examined, selector: string): Element[] {
  return [...page.querySelectorAll(selector)]
}

/** An element as a person would find it: `<a href="…"> Read the report`. */
export function placeOf(element: Element): string {
  const named = ['id', 'class', 'href', 'src']
    .map((name) => [name, element.getAttribute(name)] as const)
    .find(([, value]) => value !== null && value !== '')
  const tag = named === undefined ? '' : ` ${named[0]}="${shortened(named[1] ?? '', 60)}"`
  const words = element.localName === 'style' ? '' : squeezed(element.textContent)
  return `<${element.localName}${tag}> ${shortened(words, 40)}`.trim()
}

export function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}…`
}

export function squeezed(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

/** A rule that a mail keeps or breaks as a whole. */
export function unless(kept: boolean, what: string): string[] {
  return kept ? [] : [what]
}

// A mail of text only breaks text-and-html, and no rule about the markup that is not there.
export function withHtml<T>({ html, tooLarge }: Examined, check: () => T[]): T[] {
  return html.trim() === '' || tooLarge ? [] : check()
}

export function goesToReaders({ kind }: Expected): boolean {
  return kind !== undefined && kind !== 'service'
}
