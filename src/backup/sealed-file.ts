import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  randomBytes,
  scrypt as scryptWithCallback,
  timingSafeEqual,
} from 'node:crypto'
import { promisify } from 'node:util'
import { z } from 'zod'
import { Refusal } from '#errors.ts'

/**
 * A file that only the passphrase opens, and that says so when it was cut off or altered: a first line in plain text,
 * then chunks of AES-256-GCM that are numbered and of which the last says that it is (the STREAM construction of Hoang,
 * Reyhanitabar, Rogaway and Vizár, 2015). The key comes from the passphrase by scrypt (RFC 7914).
 */
const CHUNK_BYTES = 256 * 1024
const TAG_BYTES = 16
const LENGTH_BYTES = 4
const LAST = 0x80_00_00_00
const MAX_LINE_BYTES = 4096
/** 32 MB and a tenth of a second a try. */
const COST = { N: 2 ** 15, r: 8, p: 1, maxmem: 2 ** 26 }

const scrypt = promisify<string, Buffer, number, typeof COST, Buffer>(scryptWithCallback)

const shape = z.object({
  daybreakBackup: z.literal(1),
  /** Of the database's schema. */
  schema: z.int().positive(),
  program: z.string().max(40),
  madeAt: z.iso.datetime(),
  salt: z.base64().max(100),
})
const sealed = shape.extend({ check: z.base64().max(100) })

/** What everybody may read. */
export type About = { schema: number; program: string; madeAt: string }

/** The bytes of the file, for a pipeline. */
export function seal(passphrase: string, about: About) {
  return async function* sealing(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const salt = randomBytes(16)
    const line = { daybreakBackup: 1 as const, ...about, salt: salt.toString('base64') }
    const keys = await keysOf(passphrase, salt)
    yield Buffer.from(`${JSON.stringify({ ...line, check: checkOf(keys, line) })}\n`)
    let number = 0
    let waiting: Buffer = Buffer.alloc(0)
    for await (const bytes of source) {
      waiting = waiting.length === 0 ? bytes : Buffer.concat([waiting, bytes])
      while (waiting.length > CHUNK_BYTES) {
        yield sealChunk(keys.chunks, {
          number,
          last: false,
          plain: waiting.subarray(0, CHUNK_BYTES),
        })
        waiting = waiting.subarray(CHUNK_BYTES)
        number += 1
      }
    }
    yield sealChunk(keys.chunks, { number, last: true, plain: waiting })
  }
}

/**
 * The plain bytes of a sealed file.
 * @throws Refusal for a file that is none, is cut off or was altered, and for another passphrase
 */
export function unseal(passphrase: string, { name }: { name: string }) {
  return async function* unsealing(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const bytes = new ByteReader(source)
    const line = readLine(await bytes.line(MAX_LINE_BYTES), name)
    const keys = await keysOf(passphrase, Buffer.from(line.salt, 'base64'))
    const { check, ...rest } = line
    if (!equal(checkOf(keys, rest), check)) {
      throw new Refusal(
        `the passphrase is not the one that ${name} was made with: set DAYBREAK_BACKUP_PASSPHRASE to it, or name the file that holds it (--passphrase-file); it is in secrets/backup-passphrase of the machine that made the backup`,
        { field: 'DAYBREAK_BACKUP_PASSPHRASE' },
      )
    }
    for (let number = 0, last = false; !last; number += 1) {
      const head = await bytes.take(LENGTH_BYTES)
      if (head === undefined) throw cutOff(name, number)
      const word = head.readUInt32BE()
      last = word >= LAST
      const length = last ? word - LAST : word
      if (length > CHUNK_BYTES) throw altered(name, number)
      const body = await bytes.take(length + TAG_BYTES)
      if (body === undefined) throw cutOff(name, number)
      const plain = openChunk(keys.chunks, { number, last, body })
      if (plain === undefined) throw altered(name, number)
      yield plain
    }
    if (!(await bytes.isAtEnd()))
      throw new Refusal(`${name} was altered: something follows its end`)
  }
}

/** Its first line, before any passphrase is asked for. @throws Refusal for a file that is no backup */
export async function readAbout(source: AsyncIterable<Buffer>, name: string): Promise<About> {
  const { schema, program, madeAt } = readLine(
    await new ByteReader(source).line(MAX_LINE_BYTES),
    name,
  )
  return { schema, program, madeAt }
}

function readLine(text: string | undefined, name: string): z.infer<typeof sealed> {
  try {
    return sealed.parse(JSON.parse(text ?? ''))
  } catch (cause) {
    throw new Refusal(`${name} is not a backup of Daybreak, or its first line was altered`, {
      field: 'file',
      cause,
    })
  }
}

type Keys = { chunks: Buffer; check: Buffer }

async function keysOf(passphrase: string, salt: Buffer): Promise<Keys> {
  const both = await scrypt(passphrase, salt, 64, COST)
  return { chunks: both.subarray(0, 32), check: both.subarray(32) }
}

function checkOf({ check }: Keys, line: z.infer<typeof shape>): string {
  const { daybreakBackup, schema, program, madeAt, salt } = line
  return createHmac('sha256', check)
    .update(JSON.stringify([daybreakBackup, schema, program, madeAt, salt]))
    .digest('base64')
}

function equal(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** Never the same twice under a key, which every file has of its own. */
function nonceOf(number: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12)
  nonce.writeBigUInt64BE(BigInt(number), 3)
  nonce.writeUInt8(last ? 1 : 0, 11)
  return nonce
}

function sealChunk(
  key: Buffer,
  { number, last, plain }: { number: number; last: boolean; plain: Buffer },
): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonceOf(number, last))
  const body = [cipher.update(plain), cipher.final()]
  const head = Buffer.alloc(LENGTH_BYTES)
  head.writeUInt32BE(plain.length + (last ? LAST : 0))
  return Buffer.concat([head, ...body, cipher.getAuthTag()])
}

function openChunk(
  key: Buffer,
  { number, last, body }: { number: number; last: boolean; body: Buffer },
): Buffer | undefined {
  const end = body.length - TAG_BYTES
  const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(number, last), {
    authTagLength: TAG_BYTES,
  })
  decipher.setAuthTag(body.subarray(end))
  const plain = decipher.update(body.subarray(0, end))
  try {
    return Buffer.concat([plain, decipher.final()])
  } catch {
    return undefined
  }
}

function cutOff(name: string, chunks: number): Refusal {
  return new Refusal(
    `${name} is cut off ${placeOf(chunks)}: take another copy of it, or an older backup`,
    { field: 'file' },
  )
}

function altered(name: string, chunks: number): Refusal {
  return new Refusal(
    `${name} was altered or damaged ${placeOf(chunks)}: take another copy of it, or an older backup`,
    { field: 'file' },
  )
}

function placeOf(chunks: number): string {
  return chunks === 0
    ? 'at its beginning'
    : `behind ${((chunks * CHUNK_BYTES) / 1e6).toFixed(1)} MB`
}

/** Takes bytes in the pieces that are asked for from a stream that gives them in its own. */
export class ByteReader {
  readonly #source: AsyncIterator<Buffer>
  #pieces: Buffer[] = []
  #length = 0

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  /** So many; undefined where there are fewer. */
  async take(count: number): Promise<Buffer | undefined> {
    while (this.#length < count) if (!(await this.#more())) return undefined
    const all = this.#pieces.length === 1 ? this.#pieces[0] : Buffer.concat(this.#pieces)
    const found = all ?? Buffer.alloc(0)
    this.#pieces = [found.subarray(count)]
    this.#length = found.length - count
    return found.subarray(0, count)
  }

  /** Up to a line's end; undefined where there is none within so many bytes. */
  async line(most: number): Promise<string | undefined> {
    for (;;) {
      const found = Buffer.concat(this.#pieces)
      const end = found.indexOf(0x0a)
      if (end >= 0 && end < most) {
        this.#pieces = [found.subarray(end + 1)]
        this.#length = found.length - end - 1
        return found.toString('utf8', 0, end)
      }
      if (found.length >= most || !(await this.#more())) return undefined
    }
  }

  async isAtEnd(): Promise<boolean> {
    while (this.#length === 0) if (!(await this.#more())) return true
    return false
  }

  async #more(): Promise<boolean> {
    const next = await this.#source.next()
    if (next.done === true) return false
    this.#pieces.push(next.value)
    this.#length += next.value.length
    return true
  }
}
