import { Refusal } from '#errors.ts'

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'

const SAMPLE = 65_536

/** Watches the bytes of a file go by and says in the end what they are: only all of them tell UTF-8 from Latin-1. */
export class EncodingScout {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true })
  #isUtf8 = true
  #sample = Buffer.alloc(0)

  see(chunk: Buffer): void {
    if (this.#sample.length < SAMPLE)
      this.#sample = Buffer.concat([this.#sample, chunk.subarray(0, SAMPLE - this.#sample.length)])
    this.#isUtf8 &&= this.#decodes(chunk, { stream: true })
  }

  /** The beginning of the file. */
  get sample(): Buffer {
    return this.#sample
  }

  /** @throws Refusal for what is no text */
  decide(name: string): Encoding {
    const wide = wideEncodingOf(this.#sample)
    if (wide !== undefined) return wide
    if (isBinary(this.#sample))
      throw new Refusal(
        `${name} is not a text file: export the list as CSV and name that file, or a zip of such files`,
        { field: 'file' },
      )
    return this.#isUtf8 && this.#decodes(Buffer.alloc(0), {}) ? 'utf-8' : 'windows-1252'
  }

  #decodes(chunk: Buffer, options: { stream?: boolean }): boolean {
    try {
      this.#decoder.decode(chunk, options)
      return true
    } catch {
      return false
    }
  }
}

/** UTF-16 says so itself, or every second byte of Western text is zero. */
function wideEncodingOf(sample: Buffer): Encoding | undefined {
  const [first, second] = sample
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  const pairs = Math.floor(sample.length / 2)
  if (pairs < 4) return undefined
  const even = zerosOf(sample, 0) / pairs
  const odd = zerosOf(sample, 1) / pairs
  if (odd > 0.4 && even < 0.05) return 'utf-16le'
  return even > 0.4 && odd < 0.05 ? 'utf-16be' : undefined
}

function zerosOf(sample: Buffer, first: 0 | 1): number {
  let zeros = 0
  for (let at = first; at < sample.length; at += 2) if (sample[at] === 0) zeros += 1
  return zeros
}

/** More than the odd stray control character: a spreadsheet's own file, a picture, noise. */
function isBinary(sample: Buffer): boolean {
  const controls = sample.reduce((sum, byte) => sum + (isControl(byte) ? 1 : 0), 0)
  return controls > Math.max(8, sample.length * 0.02)
}

function isControl(byte: number): boolean {
  return byte < 32 && byte !== 9 && byte !== 10 && byte !== 13 && byte !== 27
}
