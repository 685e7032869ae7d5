import { createHash } from 'node:crypto'
import PostalMime, { type Attachment, type Email } from 'postal-mime'
import { textOfHtml } from './text-of-html.ts'

/** More of a mail is not looked at: what says why it came back stands at its beginning. */
const MOST_BYTES = 1024 * 1024
/** postal-mime takes about 15 µs of CPU for each line, an empty one too: a megabyte of line ends would take 15 s. */
const MOST_LINES = 20_000
const MOST_TEXT = 64 * 1024
const MOST_PARTS = 50
const LONGEST_HEADER = 2000

export type Part = { type: string; text: string }

/** A mail as far as it says why it came. */
export type MailParts = {
  /** Lower-case names; the first of each, as it stands on the wire. */
  headers: ReadonlyMap<string, string>
  /** Decoded. */
  subject: string
  from: { name: string; address: string }
  /** Its own words, without the mail that it returns where that is a part of its own. */
  text: string
  parts: Part[]
  key: string
}

/** @throws for a mail that is nested without end, or all header */
export async function readParts(bytes: Uint8Array): Promise<MailParts> {
  const whole = beginningOf(withLineEnds(bytes.subarray(0, MOST_BYTES)))
  const email = await PostalMime.parse(whole, { forceRfc822Attachments: true })
  const headers = new Map<string, string>()
  for (const { key, value } of email.headers)
    if (!headers.has(key)) headers.set(key, value.slice(0, LONGEST_HEADER))
  return {
    headers,
    subject: (email.subject ?? '').slice(0, LONGEST_HEADER),
    from: senderOf(email),
    text: (textOf(email) ?? bodyOf(email, whole)).slice(0, MOST_TEXT),
    parts: email.attachments.slice(0, MOST_PARTS).map(partOf),
    key: keyOf(headers.get('message-id'), bytes),
  }
}

function beginningOf(bytes: Uint8Array): Uint8Array {
  let end = -1
  for (let line = 0; line < MOST_LINES; line++) {
    end = bytes.indexOf(0x0a, end + 1)
    if (end < 0) return bytes
  }
  return bytes.subarray(0, end + 1)
}

/** Mails on old Macs ended lines with CR alone. */
function withLineEnds(bytes: Uint8Array): Uint8Array {
  if (bytes.includes(0x0a) || !bytes.includes(0x0d)) return bytes
  return bytes.map((byte) => (byte === 0x0d ? 0x0a : byte))
}

function senderOf({ from }: Email): MailParts['from'] {
  return {
    name: (from?.name ?? '').slice(0, LONGEST_HEADER),
    address: (from?.address ?? '').slice(0, LONGEST_HEADER),
  }
}

function textOf({ text, html }: Email): string | undefined {
  if (text?.trim()) return text
  const page = textOfHtml((html ?? '').slice(0, 2 * MOST_TEXT))
  return page.trim() === '' ? undefined : page
}

/** A broken structure hides the words: then as they stand on the wire. */
function bodyOf({ attachments }: Email, bytes: Uint8Array): string {
  if (attachments.length > 0) return ''
  const text = Buffer.from(bytes.subarray(0, 2 * MOST_TEXT)).toString('utf8')
  const end = /\r?\n\r?\n/.exec(text)
  return end === null ? '' : text.slice(end.index + end[0].length)
}

function partOf({ mimeType, content }: Attachment): Part {
  const bytes =
    content instanceof ArrayBuffer
      ? Buffer.from(content, 0, Math.min(content.byteLength, MOST_TEXT))
      : Buffer.from(content.slice(0, MOST_TEXT))
  return { type: mimeType.toLowerCase(), text: bytes.toString('utf8') }
}

function keyOf(messageId: string | undefined, bytes: Uint8Array): string {
  const id = messageId?.trim() ?? ''
  if (/^<[^<>\s]{1,250}>$/.test(id)) return id
  return createHash('sha256').update(bytes).digest('hex')
}
