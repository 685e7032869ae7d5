import { Refusal } from '#errors.ts'

// C0 and C1 controls, bidi overrides and isolates, and invisible characters that hide text from an editor.
const INVISIBLE = /[\p{Cc}\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/gu

/** One line of visible text: what an editor sees is what a reader gets. */
export function plainText(text: string): string {
  return text
    .toWellFormed()
    .normalize('NFC')
    .replace(/[\s\u2028\u2029]+/gu, ' ')
    .replace(INVISIBLE, '')
    .trim()
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/**
 * Text as HTML, in an element or a quoted attribute. A percent sign that could be read as part of a slot marker
 * becomes an entity; one before two hex digits stays, so that addresses do not grow.
 */
export function escapeHtml(text: string): string {
  return text
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
    .replace(/%(?![0-9a-f]{2})/gi, '&#37;')
}

/** Text for a plain part: looks the same, but no longer reads as a slot marker. */
export function escapeSlots(text: string): string {
  return text.replace(/%(?=%)/g, '%\u2060')
}

/** The address of a page, checked and in its serialised form, which holds no space, quote or angle bracket. */
export function pageUrl(value: string, field: string): string {
  const found = findPageUrl(value)
  if (found !== undefined) return found
  // The address itself stays out of the message: it may hold a password.
  throw new Refusal(
    `The link of ${field} must start with http:// or https:// and hold no name or password.`,
    { field },
  )
}

/** The same, or undefined for what is no link to a page. */
export function findPageUrl(value: string): string | undefined {
  if (!URL.canParse(value)) return undefined
  const url = new URL(value)
  const isWeb = url.protocol === 'http:' || url.protocol === 'https:'
  if (!isWeb || url.username !== '' || url.password !== '') return undefined
  return url.href.replace(/%(?![0-9a-f]{2})/gi, '%25')
}

/** The address of a picture, or undefined: mail programs show pictures over https only. */
export function findPictureUrl(value: string): string | undefined {
  const url = findPageUrl(value)
  return url?.startsWith('https:') === true ? url : undefined
}

const COLUMNS = 76

/** Text broken into lines of at most 76 columns; only an address may be longer. */
export function wrapText(text: string, indent = ''): string {
  const width = COLUMNS - indent.length
  if (text.length <= width) return indent + text
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ').flatMap((piece) => brokenWord(piece, width))) {
    if (line === '') {
      line = word
    } else if (lengthOf(line) + 1 + lengthOf(word) <= width) {
      line += ` ${word}`
    } else {
      lines.push(line)
      line = word
    }
  }
  return [...lines, line].map((each) => indent + each).join('\n')
}

function lengthOf(text: string): number {
  return Array.from(text).length
}

function brokenWord(word: string, width: number): string[] {
  const characters = Array.from(word)
  if (characters.length <= width || /^https?:\/\//.test(word)) return [word]
  return Array.from({ length: Math.ceil(characters.length / width) }, (_, index) =>
    characters.slice(index * width, (index + 1) * width).join(''),
  )
}
