import { TextDecoder } from 'node:util'
import { Refusal } from '#errors.ts'
import type { ArticleInput } from '../article.ts'

export const MAX_ARTICLE_BYTES = 5 * 1024 * 1024

/** The text of what arrived; a Refusal where it cannot be text. */
export function decodeArticle({ bytes, contentType }: ArticleInput): string {
  if (bytes.length > MAX_ARTICLE_BYTES)
    throw new Refusal(
      `The article is too large: ${(bytes.length / 1_048_576).toFixed(1)} MB, and 5 MB is the limit. Send the article alone, without embedded images.`,
    )
  const text = decode(bytes, contentType ?? '').replace(/^\uFEFF/, '')
  if (text.trim() === '')
    throw new Refusal('The article is empty. Send its text, its HTML page or its JSON.')
  return text
}

function decode(bytes: Uint8Array, contentType: string): string {
  const byMark = encodingByMark(bytes)
  if (byMark !== undefined) return new TextDecoder(byMark).decode(bytes)
  const declared = decoderFor(/charset\s*=\s*["']?([\w.:-]+)/i.exec(contentType)?.[1])
  if (declared === undefined || !declared.encoding.startsWith('utf-16')) refuseBinary(bytes)
  const decoder = declared ?? decoderFor(charsetInside(bytes))
  if (decoder === undefined || decoder.encoding === 'utf-8') return decodeAsUtf8(bytes)
  return decoder.decode(bytes)
}

function encodingByMark([first, second, third]: Uint8Array): string | undefined {
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8'
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  return undefined
}

function decoderFor(label: string | undefined): TextDecoder | undefined {
  if (label === undefined) return undefined
  try {
    return new TextDecoder(label)
  } catch {
    return undefined // a charset nobody knows is as good as none
  }
}

/** From `<meta charset>`, http-equiv or an XML declaration: all three say `charset=` or `encoding=`. */
function charsetInside(bytes: Uint8Array): string | undefined {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 4_096))
  const label =
    /<meta\b[^>]{0,300}?\bcharset\s*=\s*["']?\s*([\w.:-]+)/i.exec(head)?.[1] ??
    /^\s*<\?xml[^>]{0,200}?\bencoding\s*=\s*["']([\w.:-]+)/i.exec(head)?.[1]
  // A page that could be read this far is not UTF-16, whatever it says (HTML Standard, 13.2.3.2).
  return label !== undefined && /^utf-?16/i.test(label) ? 'utf-8' : label
}

/**
 * UTF-8, or windows-1252 where the bytes are not UTF-8. A page with more good than bad sequences is
 * damaged UTF-8, and stays UTF-8.
 */
function decodeAsUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    const lossy = new TextDecoder('utf-8').decode(bytes)
    const bad = lossy.match(/\uFFFD/g)?.length ?? 0
    const good = (lossy.match(/[^\u0000-\u007F]/g)?.length ?? 0) - bad // oxlint-disable-line no-control-regex
    return good > bad ? lossy : new TextDecoder('windows-1252').decode(bytes)
  }
}

const SIGNATURES: [name: string, start: string][] = [
  ['a PDF', '%PDF-'],
  ['a PNG image', '\u0089PNG'],
  ['a JPEG image', '\u00FF\u00D8\u00FF'],
  ['a GIF image', 'GIF8'],
  ['a WebP, WAV or AVI file', 'RIFF'],
  ['a ZIP archive or Office document', 'PK\u0003\u0004'],
  ['a gzip file', '\u001F\u008B'],
  ['an Office document', '\u00D0\u00CF\u0011\u00E0'],
  ['an RTF document', '{\\rtf'],
  ['a 7-Zip archive', '7z\u00BC\u00AF'],
]

function refuseBinary(bytes: Uint8Array): void {
  const head = [...bytes.subarray(0, 16)].map((byte) => String.fromCharCode(byte)).join('')
  const known = SIGNATURES.find(([, start]) => head.startsWith(start))?.[0]
  if (known === undefined && !hasControlBytes(bytes)) return
  throw new Refusal(
    `This is ${known ?? 'a binary file'}, not an article. Send the article as text, as an HTML page or as JSON.`,
  )
}

function hasControlBytes(bytes: Uint8Array): boolean {
  let odd = 0
  for (const byte of bytes) {
    if (byte === 0) return true
    if (byte < 9 || (byte > 13 && byte < 32)) odd++
  }
  return odd > 8 && odd > bytes.length * 0.02
}
