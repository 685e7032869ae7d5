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
  }: { encoding: string | null; maxBytes: number; signal: AbortSignal },
): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let size = 0
  const collect = async (parts: AsyncIterable<Buffer>) => {
    for await (const part of parts) {
      size += part.length
      if (size > maxBytes) throw tooLarge(maxBytes)
      chunks.push(part)
    }
  }
  const unpack = unpackerFor(encoding)
  if (unpack === undefined) await pipeline(body, collect, { signal })
  else await pipeline(body, unpack, collect, { signal })
  return Buffer.concat(chunks)
}

function unpackerFor(encoding: string | null) {
  switch (encoding?.trim().toLowerCase() ?? '') {
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
        `The server packs its page as ${encoding}, which cannot be read. Send the article's text instead.`,
        { field: 'url' },
      )
  }
}

function tooLarge(maxBytes: number): Refusal {
  return new Refusal(
    `The page is too large: more than ${Math.round(maxBytes / 104_857.6) / 10} MB. Send the article's text instead.`,
    { field: 'url' },
  )
}
