import { createHash } from 'node:crypto'
import type { Context } from '#context.ts'
import { Refusal } from '#errors.ts'
import type { ArticleImage } from '../article.ts'
import type { Fetch } from '../fetching/fetch.ts'
import { type ImageHeader, readImageHeader } from './image-header.ts'
import { findRendition, saveRendition } from './rendition-store.ts'
import { resizeImage } from './resize-image.ts'

/** A mail's column is 600 px wide, and shown twice as fine at most. */
const WIDEST = 1200
const MOST_BYTES = 200 * 1024
const FETCHED_BYTES = 5 * 1024 * 1024
/** Of 4 bytes each while it is decoded: 160 MB. */
const MOST_PIXELS = 40_000_000
const MOST_RENDITIONS = 3

type Needs = Pick<Context, 'db' | 'clock' | 'config'> & { fetch: Fetch }

/**
 * The lead image as a mail may carry it: as it is, the publisher's smaller rendition, or made smaller and served from our
 * own address. Null where none of these can be made of what was seen; undefined where nothing came to be looked at.
 */
export async function fitImage(
  needs: Needs,
  image: ArticleImage,
): Promise<ArticleImage | null | undefined> {
  const known = await findRendition(needs.db, image.url)
  if (known !== undefined) return ours(needs, image, known)
  const whole = await look(needs.fetch, image.url)
  if (whole !== undefined && fits(whole)) return shown(image, image.url, whole)
  const smaller = (image.renditions ?? [])
    .filter(({ width, url }) => width <= WIDEST && width >= WIDEST / 4 && url !== image.url)
    .toSorted((a, b) => b.width - a.width)
    .slice(0, MOST_RENDITIONS)
  for (const { url } of smaller) {
    const seen = await look(needs.fetch, url)
    if (seen !== undefined && fits(seen)) return shown(image, url, seen)
  }
  return whole === undefined ? undefined : makeSmaller(needs, image, whole)
}

type Seen = ImageHeader & { bytes: Uint8Array }

async function look(fetch: Fetch, url: string): Promise<Seen | undefined> {
  try {
    const { status, bytes } = await fetch({ url, accepts: /^image\//, maxBytes: FETCHED_BYTES })
    const header = status === 200 ? readImageHeader(bytes) : null
    return header === null ? undefined : { ...header, bytes }
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}

/** Outlook shows no WebP (caniemail). */
function fits({ type, width, bytes }: Seen): boolean {
  return type !== 'image/webp' && width <= WIDEST && bytes.length <= MOST_BYTES
}

function shown({ alt }: ArticleImage, url: string, { width, height }: Seen): ArticleImage {
  return { url, alt, width, height }
}

async function makeSmaller(
  needs: Needs,
  image: ArticleImage,
  { type, width, height, bytes }: Seen,
): Promise<ArticleImage | null> {
  const readable = type === 'image/jpeg' || type === 'image/png'
  if (!readable || width * height > MOST_PIXELS) return null
  const made = await resizeImage(bytes, { width: WIDEST })
  if (made === undefined || made.bytes.length > MOST_BYTES * 2) return null
  const hash = createHash('sha256').update(made.bytes).digest()
  await saveRendition(needs.db, {
    ...made,
    hash,
    sourceUrl: image.url,
    mediaType: 'image/jpeg',
    now: needs.clock.now(),
  })
  return ours(needs, image, { ...made, hash })
}

function ours(
  { config }: Needs,
  { alt }: ArticleImage,
  { hash, width, height }: { hash: Buffer; width: number; height: number },
): ArticleImage {
  const url = new URL(`/images/${hash.toString('hex')}.jpg`, config.publicUrl).href
  return { url, alt, width, height }
}
