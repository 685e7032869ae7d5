import { TextDecoder } from 'node:util'
import { isUtf8 } from 'node:buffer'

/**
 * The text of a feed. A byte order mark goes first, then bytes that are plainly UTF-16, then what the server says, then
 * the XML declaration (RFC 7303, 3); valid UTF-8 stays UTF-8 whatever was declared as an 8-bit charset by mistake.
 */
export function decodeFeed(bytes: Uint8Array, contentType: string | null): string {
  const text = decode(bytes, contentType ?? '')
  return text.replace(/^\uFEFF/, '').replaceAll('\0', '')
}

function decode(bytes: Uint8Array, contentType: string): string {
  const wide = wideEncoding(bytes)
  if (wide !== undefined) return wide(bytes)
  const declared = declaredInside(bytes)
  const said = /charset\s*=\s*["']?([\w.:-]+)/i.exec(contentType)?.[1]
  const decoder = decoderFor(said) ?? decoderFor(declared)
  if (decoder === undefined || decoder.encoding === 'utf-8') return asUtf8(bytes, declared)
  // Nothing that is not UTF-8 happens to be valid UTF-8 beyond ASCII.
  if (isSingleByte(decoder) && isUtf8(bytes)) return new TextDecoder('utf-8').decode(bytes)
  return decoder.decode(bytes)
}

type Decode = (bytes: Uint8Array) => string

/** First bytes, by mark or by the zeros around the first "<" (XML 1.0, appendix F); the longer ones first. */
const STARTS: [start: number[], read: Decode][] = [
  [[0xff, 0xfe, 0, 0], utf32(true)],
  [[0, 0, 0xfe, 0xff], utf32(false)],
  [[0x3c, 0, 0, 0], utf32(true)],
  [[0, 0, 0, 0x3c], utf32(false)],
  [[0xff, 0xfe], by('utf-16le')],
  [[0x3c, 0], by('utf-16le')],
  [[0xfe, 0xff], by('utf-16be')],
  [[0, 0x3c], by('utf-16be')],
  [[0xef, 0xbb, 0xbf], by('utf-8')],
]

function wideEncoding(bytes: Uint8Array): Decode | undefined {
  return STARTS.find(([start]) => start.every((byte, at) => bytes[at] === byte))?.[1]
}

function by(label: string): Decode {
  return (bytes) => new TextDecoder(label).decode(bytes)
}

function utf32(little: boolean): Decode {
  return (bytes) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const parts: string[] = []
    for (let at = 0; at + 4 <= bytes.length; at += 4) {
      const point = view.getUint32(at, little)
      parts.push(point > 0x10ffff ? '\uFFFD' : String.fromCodePoint(point))
    }
    return parts.join('')
  }
}

function declaredInside(bytes: Uint8Array): string | undefined {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 500))
  return /^\s*<\?xml[^>]{0,200}?\bencoding\s*=\s*["']([\w.:-]+)/i.exec(head)?.[1]
}

function decoderFor(label: string | undefined): TextDecoder | undefined {
  if (label === undefined || /^utf-?(16|32)|^ucs/i.test(label)) return undefined
  try {
    return new TextDecoder(label)
  } catch {
    return undefined // a charset nobody knows is as good as none
  }
}

function isSingleByte({ encoding }: TextDecoder): boolean {
  return /^(windows-|iso-8859-|ibm|koi8|macintosh|x-mac)/.test(encoding)
}

function asUtf8(bytes: Uint8Array, declared: string | undefined): string {
  if (isUtf8(bytes)) return new TextDecoder('utf-8').decode(bytes)
  const other = decoderFor(declared)
  if (other !== undefined && other.encoding !== 'utf-8') return other.decode(bytes)
  const lossy = new TextDecoder('utf-8').decode(bytes)
  const bad = lossy.match(/\uFFFD/g)?.length ?? 0
  const good = (lossy.match(/[^\u0000-\u007F]/g)?.length ?? 0) - bad // oxlint-disable-line no-control-regex
  return good > bad ? lossy : new TextDecoder('windows-1252').decode(bytes)
}
