const LONGEST = 64 * 1024
const LF = 0x0a
const CR = 0x0d
const SPACE = 0x20
const HYPHEN = 0x2d

/** A whole reply: its code, and where its text stands. Returns whether to read on. */
type OnReply = (code: number, text: () => string) => boolean

/** Cuts what a relay says into replies, however the bytes arrive. */
export class ReplyReader {
  readonly #onReply: OnReply
  #rest: Buffer | undefined

  constructor(onReply: OnReply) {
    this.#onReply = onReply
  }

  /** False when this is not SMTP: a line without a code, lines of one reply that differ, a reply without end. */
  read(chunk: Buffer): boolean {
    const bytes = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk
    this.#rest = undefined
    let start = 0
    let line = 0
    let open = 0
    for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, line)) {
      const code = codeOf(bytes, line, end)
      if (code === 0 || (open !== 0 && code !== open)) return false
      open = bytes[line + 3] === HYPHEN ? code : 0
      line = end + 1
      if (open !== 0) continue
      const from = start
      if (!this.#onReply(code, () => bytes.toString('utf8', from, end))) return true
      start = line
    }
    if (bytes.length - start > LONGEST) return false
    if (start < bytes.length) this.#rest = bytes.subarray(start)
    return true
  }
}

/** The three digits that begin the line, 0 when they do not. */
function codeOf(bytes: Buffer, line: number, end: number): number {
  const hundreds = digit(bytes[line])
  const tens = digit(bytes[line + 1])
  const ones = digit(bytes[line + 2])
  const after = bytes[line + 3]
  const ended = line + 3 === end || after === SPACE || after === HYPHEN || after === CR
  const legal = end - line >= 3 && hundreds >= 2 && hundreds <= 5 && tens >= 0 && ones >= 0
  return legal && ended ? hundreds * 100 + tens * 10 + ones : 0
}

function digit(byte = 0): number {
  return byte >= 0x30 && byte <= 0x39 ? byte - 0x30 : -1
}
