import type { Socket } from 'node:net'

/** Where a connection dies under its mail. Daybreak cannot tell the last two apart: the relay has the mail, or has not. */
export type Cut = 'at DATA' | 'in the body' | 'before the reply'

export type LineRules = {
  /** Asked once a mail, when the relay is ready for its body. */
  nextCut(): Cut | undefined
  /** It has happened. */
  died(cut: Cut): void
}

const CRLF = Buffer.from('\r\n')
const DOT = Buffer.from('\r\n.\r\n')

/** One connection over the line. It follows the dialogue, so that it can die at a place of it. */
export class LineSession {
  readonly #near: Socket
  readonly #far: Socket
  readonly #rules: LineRules
  #mode: 'commands' | 'body' | 'reply' = 'commands'
  #cut: Cut | undefined
  /** The last bytes of the body, in which its end may begin. */
  #tail: Buffer = CRLF
  #replies = ''
  #leaving = false

  constructor({ near, far, rules }: { near: Socket; far: Socket; rules: LineRules }) {
    this.#near = near
    this.#far = far
    this.#rules = rules
    near.on('data', (chunk: Buffer) => this.#fromSender(chunk))
    far.on('data', (chunk: Buffer) => this.#fromRelay(chunk))
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => one.destroy())
      one.on('end', () => other.end())
      one.on('close', () => other.destroySoon())
    }
  }

  /** Hangs up, but not under a mail: those are cut where the rules say. */
  leave(): void {
    this.#leaving = true
    if (this.#mode === 'commands') this.#end()
  }

  destroy(): void {
    this.#near.destroy()
    this.#far.destroy()
  }

  #fromSender(chunk: Buffer): void {
    if (this.#mode !== 'body') {
      this.#far.write(chunk)
      return
    }
    if (this.#cut === 'in the body') {
      this.#die(this.#cut)
      return
    }
    const seen = Buffer.concat([this.#tail, chunk])
    const end = seen.indexOf(DOT)
    // What stands behind the dot is the next mail's envelope.
    if (end >= 0) this.#mode = 'reply'
    else this.#tail = seen.subarray(-(DOT.length - 1))
    this.#far.write(chunk)
  }

  #fromRelay(chunk: Buffer): void {
    const lines = (this.#replies + chunk.toString('latin1')).split(/(?<=\n)/)
    this.#replies = lines.at(-1)?.endsWith('\n') === false ? (lines.pop() ?? '') : ''
    for (const line of lines) if (this.#near.writable) this.#pass(line)
  }

  #pass(line: string): void {
    const last = line[3] !== '-'
    if (this.#mode === 'commands' && line.startsWith('354')) {
      this.#cut = this.#rules.nextCut()
      if (this.#cut === 'at DATA') {
        this.#rules.died(this.#cut)
        this.#end()
        return
      }
      this.#mode = 'body'
      this.#tail = CRLF
    } else if (this.#mode === 'reply' && last) {
      if (this.#cut === 'before the reply') {
        this.#die(this.#cut)
        return
      }
      this.#mode = 'commands'
    }
    this.#near.write(line, 'latin1')
    if (this.#leaving && this.#mode === 'commands') this.#end()
  }

  #die(cut: Cut): void {
    this.#rules.died(cut)
    this.destroy()
  }

  /** What was passed on is still read by the sender. */
  #end(): void {
    this.#near.end()
    this.#far.destroySoon()
  }
}
