import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { Refusal } from '#errors.ts'

/** The body of an answer, decompressed, counted as it comes: a gzip bomb is cut off at the limit. */
export async function readPageBody(
  body: Readable,
  {
    encoding,
    maxBytes,
    signal,
    what,
  }: { encoding: string | null; maxBytes: number; signal: AbortSignal; what: 'page' | 'feed' },
): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let size = 0
  const collect = async (parts: AsyncIterable<Buffer>) => {
    for await (const part of parts) {
      size += part.length
      if (size > maxBytes) throw tooLarge(what, maxBytes)
      chunks.push(part)
    }
  }
  const unpack = unpackerFor(encoding)
  if (unpack === undefined) await pipeline(body, collect, { signal })
  else await pipeline(body, unpack, collect, { signal })
  return Buffer.concat(chunks)
}

function unpackerFor(encoding: string | null) {
  const packed = encoding?.trim().toLowerCase() ?? ''
  switch (packed) {
    case '':
    case 'identity':
      return undefined
    case 'gzip':
    case 'x-gzip':
      return createGunzip()
    case 'deflate':
      return createInflate()
    case 'br':
      return createBrotliDecompress()
    default:
      throw new Refusal(
        `The server packs its answer as ${packed.slice(0, 40)}, which cannot be read. Use another address.`,
        { field: 'url' },
      )
  }
}

function tooLarge(what: 'page' | 'feed', maxBytes: number): Refusal {
  const limit = `${Math.round(maxBytes / 104_857.6) / 10} MB`
  const instead =
    what === 'feed' ? 'Ask the publisher for a shorter one.' : "Send the article's text instead."
  return new Refusal(`The ${what} is too large: more than ${limit}. ${instead}`, { field: 'url' })
}
