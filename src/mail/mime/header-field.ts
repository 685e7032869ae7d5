import { encodeWords } from './encoded-words.ts'
import type { HeaderField } from './unsigned-message.ts'
import { wireAddress } from './wire-address.ts'

export type Mailbox = { name: string; address: string }

const WIDTH = 76
// A line of a header may be 998 characters (RFC 5322 2.1.1); a longer word can only be parted by encoding it.
const LONGEST_WORD = 900

/** A field whose value is ready, of printable ASCII. It is the last line of defence: values are checked at the edge. */
export function headerField(name: string, value: string): HeaderField {
  refuse(/[^\x20-\x7e]/, name, value)
  return { name, line: fold(`${name}: ${value}`) }
}

/** A field of free text, such as a subject (RFC 2047). */
export function textField(name: string, text: string): HeaderField {
  refuse(/\p{Cc}/u, name, text)
  return headerField(name, needsWords(text) ? encodeWords(text) : text)
}

/** A field of one mailbox, its address in UTF-8 where it is international (RFC 6532). */
export function mailboxField(field: string, { name, address }: Mailbox): HeaderField {
  const wired = wireAddress(address, field)
  const isPlain = PLAIN_NAME.test(name) && !needsWords(name)
  const shown = isPlain ? name : phrase(field, name)
  const value = name.trim() === '' ? wired : `${shown} <${wired}>`
  return { name: field, line: fold(`${field}: ${value}`) }
}

const PLAIN_NAME = /^\w+(?: \w+)*$/

/** A display name (RFC 5322 3.2.5), quoted or in encoded words. */
export function phrase(field: string, name: string): string {
  refuse(/\p{Cc}/u, `${field} name`, name)
  if (needsWords(name)) return encodeWords(name)
  return `"${name.replace(/["\\]/g, '\\$&')}"`
}

export function refuse(forbidden: RegExp, name: string, value: string): void {
  if (forbidden.test(value)) throw new Error(`the ${name} of a mail has a forbidden character`)
}

function needsWords(text: string): boolean {
  const isTooLong = text.length > LONGEST_WORD && text.split(' ').some(isTooLongWord)
  return isTooLong || text.includes('=?') || /[^\x20-\x7e]/.test(text)
}

function isTooLongWord({ length }: string): boolean {
  return length > LONGEST_WORD
}

/** Broken before a word that would not fit, never before the first: some readers take an empty line for the end. */
function fold(line: string): string {
  if (line.length <= WIDTH || line.lastIndexOf(' ') <= line.indexOf(' ')) return line.trimEnd()
  let folded = ''
  let width = 0
  for (const [index, word] of (line.match(/ *[^ ]+/g) ?? []).entries()) {
    if (index > 1 && width + word.length > WIDTH) {
      folded += '\r\n'
      width = 0
    }
    folded += word
    width += word.length
  }
  return folded
}
