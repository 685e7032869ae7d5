import { cutCells } from './cut-cells.ts'

/** A line of a table with its number in the file, or why it cannot be read. */
export type Line =
  | { number: number; cells: string[] }
  | { number: number; problem: string; text: string }

export const MOST_CELLS = 500
export const MOST_CHARACTERS = 10_000
const MOST_LINE = 1_000_000
/** A cell may go over several lines; one quote too many must not swallow a file. */
const MOST_RECORD = 65_536
const TOO_LONG = 'is longer than a million characters'
const UNKNOWN = -1

export type Shape = {
  delimiter: string
  /** How many cells the header has: a record over several lines that has more or fewer is a quote too many. */
  width?: number
}

/**
 * Cuts text that comes in pieces into lines of cells. After a broken line it goes on with the next: parsers of CSV read
 * on to the next quote, wherever that is, or give up.
 */
export class LineCutter {
  readonly #shape: Shape
  #text = ''
  #at = 0
  /** Where the next of each is: to look for a CR from every line of a file without would read it a thousand times. */
  #feed = UNKNOWN
  #return = UNKNOWN
  #number = 1
  /** In a line that is too long: the rest of it is passed over. */
  #skipping = false

  constructor(shape: Shape) {
    this.#shape = shape
  }

  push(text: string): Line[] {
    this.#text = this.#text.slice(this.#at) + text
    this.#at = 0
    this.#feed = UNKNOWN
    this.#return = UNKNOWN
    return this.#cut(false)
  }

  end(): Line[] {
    return this.#cut(true)
  }

  #cut(last: boolean): Line[] {
    const lines: Line[] = []
    while (this.#at < this.#text.length) {
      const end = this.#endOfLine(last)
      if (end === undefined) {
        this.#dropLong(lines)
        break
      }
      if (this.#skipping) {
        this.#skipping = false
        this.#goTo(end)
      } else if (!this.#take(lines, end, last)) break
    }
    return lines
  }

  /** Where the line ends; undefined while that has not come. A CR at the end of the text may be half of a CRLF. */
  #endOfLine(last: boolean): number | undefined {
    const { length } = this.#text
    if (this.#feed < this.#at) this.#feed = indexOrEnd(this.#text, '\n', this.#at)
    if (this.#return < this.#at) this.#return = indexOrEnd(this.#text, '\r', this.#at)
    const end = Math.min(this.#feed, this.#return)
    const isKnown = this.#feed < length || this.#return < length - 1
    return last || isKnown ? end : undefined
  }

  #goTo(end: number): void {
    this.#at = end + (this.#text.startsWith('\r\n', end) ? 2 : 1)
    this.#number += 1
  }

  #dropLong(lines: Line[]): void {
    if (this.#text.length - this.#at <= MOST_LINE) return
    if (!this.#skipping) lines.push(this.#refused(TOO_LONG, this.#text.length))
    this.#skipping = true
    this.#at = this.#text.length
  }

  /** False when more text is needed to know where the record ends. */
  #take(lines: Line[], end: number, last: boolean): boolean {
    const text = this.#text.slice(this.#at, end)
    if (text.length > MOST_LINE) lines.push(this.#refused(TOO_LONG, end))
    else if (text.includes('"')) return this.#takeQuoted(lines, end, last)
    else if (text !== '') lines.push(this.#checked(text.split(this.#shape.delimiter), end))
    this.#goTo(end)
    return true
  }

  #takeQuoted(lines: Line[], end: number, last: boolean): boolean {
    const cut = cutCells(this.#text, { at: this.#at, end, most: MOST_RECORD, ...this.#shape })
    const room = this.#text.length - this.#at <= MOST_RECORD
    if (cut.kind === 'open' && !last && room) return false
    if (cut.kind !== 'cut' || !this.#fits(cut.end, end, cut.cells.length)) {
      lines.push(
        this.#refused(cut.kind === 'broken' ? cut.problem : 'has a quote that is not closed', end),
      )
      this.#goTo(end)
      return true
    }
    if (cut.end !== end && cut.end >= this.#text.length - 1 && !last) return false
    lines.push(this.#checked(cut.cells, cut.end))
    this.#number += this.#text.slice(this.#at, cut.end).match(/\r\n|[\r\n]/g)?.length ?? 0
    this.#goTo(cut.end)
    return true
  }

  #fits(recordEnd: number, lineEnd: number, cells: number): boolean {
    return recordEnd === lineEnd || this.#shape.width === undefined || cells === this.#shape.width
  }

  #refused(problem: string, end: number): Line {
    const text = this.#text.slice(this.#at, Math.min(end, this.#at + 200))
    return { number: this.#number, problem, text }
  }

  #checked(cells: string[], end: number): Line {
    const long = end - this.#at > MOST_CHARACTERS
    if (long && cells.some((cell) => cell.length > MOST_CHARACTERS))
      return this.#refused(`has a cell of more than ${MOST_CHARACTERS} characters`, end)
    if (cells.some((cell) => cell.includes('\0')))
      return this.#refused('has a NUL character in it', end)
    return { number: this.#number, cells: cells.slice(0, MOST_CELLS) }
  }
}

function indexOrEnd(text: string, character: string, from: number): number {
  const at = text.indexOf(character, from)
  return at === -1 ? text.length : at
}
