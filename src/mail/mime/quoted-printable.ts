// With the "=" of a soft break a line is 76 characters, the most that RFC 2045 6.7 allows.
const WIDTH = 75

const TAB = 0x09
const CR = 0x0d
const BLANK = 0x20
const DOT = 0x2e
const EQUALS = 0x3d
const FROM = Buffer.from('From ')
const HEX = Buffer.from('0123456789ABCDEF')

/**
 * Text as quoted-printable UTF-8. It ends with a line break, soft where the text has none, so that encoded pieces can
 * be joined in any order. No line begins with a dot or with "From ": nothing on the way has to change it, so the bytes
 * that are signed are the bytes that are sent.
 */
export function encodeText(text: string): Buffer {
  const source = Buffer.from(text.replaceAll('\0', '').replace(/\r\n?|\n/g, '\r\n'))
  const lines = new Lines(source)
  let at = 0
  while (at < source.length) {
    const first = source[at] ?? 0
    if (first === CR) {
      lines.hardBreak()
      at += 2
    } else {
      const length = lengthOfCharacter(first)
      lines.put(at, length)
      at += length
    }
  }
  return lines.end()
}

class Lines {
  readonly #source: Buffer
  readonly #target: Buffer
  #at = 0
  #column = 0

  constructor(source: Buffer) {
    this.#source = source
    // Three for a byte, and three for a soft break after at least 64.
    this.#target = Buffer.allocUnsafe(source.length * 4 + 8)
  }

  hardBreak(): void {
    this.#at += this.#target.write('\r\n', this.#at, 'latin1')
    this.#column = 0
  }

  /** A character is never parted: a reader that decodes line by line would see two halves. */
  put(from: number, length: number): void {
    const literal = length === 1 && isLiteral(this.#source, from)
    const width = literal ? 1 : 3 * length
    if (this.#column + width > WIDTH) this.#softBreak()
    if (literal && !(this.#column === 0 && isUnsafeAtStart(this.#source, from))) {
      this.#target[this.#at] = this.#source[from] ?? 0
      this.#at += 1
      this.#column += 1
    } else {
      for (let at = from; at < from + length; at += 1) this.#putHex(this.#source[at] ?? 0)
    }
  }

  end(): Buffer {
    if (this.#column > 0) this.#softBreak()
    return Buffer.from(this.#target.subarray(0, this.#at))
  }

  #putHex(byte: number): void {
    this.#target[this.#at] = EQUALS
    this.#target[this.#at + 1] = HEX[byte >> 4] ?? 0
    this.#target[this.#at + 2] = HEX[byte & 15] ?? 0
    this.#at += 3
    this.#column += 3
  }

  #softBreak(): void {
    this.#at += this.#target.write('=\r\n', this.#at, 'latin1')
    this.#column = 0
  }
}

function lengthOfCharacter(first: number): number {
  if (first < 0x80) return 1
  if (first < 0xe0) return 2
  return first < 0xf0 ? 3 : 4
}

/** A blank before a line break is encoded: mail systems take it away. */
function isLiteral(source: Buffer, at: number): boolean {
  const byte = source[at] ?? 0
  if (byte === BLANK || byte === TAB) return source[at + 1] !== CR
  return byte > BLANK && byte < 0x7f && byte !== EQUALS
}

/** SMTP doubles a dot there, and mail boxes quote "From ". */
function isUnsafeAtStart(source: Buffer, at: number): boolean {
  return source[at] === DOT || source.subarray(at, at + FROM.length).equals(FROM)
}
