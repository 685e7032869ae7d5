import type { Compiled } from '#editions/store.ts'
import { type CompiledDigest, digestBlock, digestVariant, htmlBytes } from '#mail/digest-blocks.ts'
import { compileBody, compileFrame } from '#mail/message.ts'
import { type Block, encodeBlock, joinBlocks, sizeOf } from '#mail/mime/block.ts'
import { type Fillings, piecesOf } from '#mail/slots.ts'

/** Bodies of an edition: its blocks are encoded once, and a reader's body is a list of them. */
export type EditionBlocks = {
  /** The body of a mail with these stories. Joined, its blocks are the whole. */
  bodyOf(choice: readonly number[]): readonly Block[]
}

type Shared = { fillings: Fillings; boundarySeed: string; imageBytes?: number }

/**
 * Ready bodies of the variants that many readers have; the others are joined from their blocks. A mail of 34 KB takes
 * 23 µs from a ready body and 29 µs from 50 blocks, so more than this would cost memory and save nothing.
 */
const IMAGE_BYTES = 4 * 1024 * 1024
/** Of this many variants it is remembered that they were seen once. */
const SEEN = 4096
/** Once full, one new image in so many: variants that come round in turn would push each other out for nothing. */
const SELDOM = 16

export function compileEdition(compiled: Compiled, shared: Shared): EditionBlocks {
  if (compiled.form === 'digest') return new DigestBlocks(compiled.digest, shared)
  const { fillings } = shared
  const image = joinBlocks(
    compileBody(shared, {
      text: piecesOf(compiled.text, fillings, { as: 'text' }),
      html: piecesOf(compiled.html, fillings, { as: 'html' }),
    }),
  )
  return { bodyOf: () => [image] }
}

type EncodedBlock = { text: Block; html: Block; htmlBytes: number }

class DigestBlocks implements EditionBlocks {
  readonly #digest: CompiledDigest
  readonly #fillings: Fillings
  readonly #frame: ReturnType<typeof compileFrame>
  readonly #blocks = new Map<string, EncodedBlock>()
  readonly #images: Images

  constructor(digest: CompiledDigest, { fillings, boundarySeed, imageBytes }: Shared) {
    this.#digest = digest
    this.#fillings = fillings
    this.#frame = compileFrame({ boundarySeed })
    this.#images = new Images(imageBytes ?? IMAGE_BYTES)
  }

  bodyOf(choice: readonly number[]): readonly Block[] {
    const variant = choice.join(' ')
    const image = this.#images.find(variant)
    if (image !== undefined) return [image]
    const body = this.#join(choice)
    const wanted = this.#images.wants({ variant, bytes: sizeOf(body) })
    return wanted ? [this.#images.keep(variant, joinBlocks(body))] : body
  }

  #join(choice: readonly number[]): Block[] {
    const keys = digestVariant(this.#digest, choice, (key) => this.#blockOf(key).htmlBytes)
    const blocks = keys.map((key) => this.#blockOf(key))
    const { beforeText, beforeHtml, end } = this.#frame
    return [
      beforeText,
      ...blocks.map(({ text }) => text),
      beforeHtml,
      ...blocks.map(({ html }) => html),
      end,
    ]
  }

  #blockOf(key: string): EncodedBlock {
    const known = this.#blocks.get(key)
    if (known !== undefined) return known
    const { text, html } = digestBlock(this.#digest, key)
    const made = {
      text: encodeBlock(piecesOf(text, this.#fillings, { as: 'text' })),
      html: encodeBlock(piecesOf(html, this.#fillings, { as: 'html' })),
      htmlBytes: htmlBytes({ html }),
    }
    this.#blocks.set(key, made)
    return made
  }
}

/** Least recently used first. A variant is worth an image when it is asked for again: most have one reader or thousands. */
class Images {
  readonly #images = new Map<string, Block>()
  readonly #seen = new Set<string>()
  readonly #maxBytes: number
  #bytes = 0
  #refused = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  find(variant: string): Block | undefined {
    const image = this.#images.get(variant)
    if (image === undefined) return undefined
    this.#images.delete(variant)
    this.#images.set(variant, image)
    return image
  }

  wants({ variant, bytes }: { variant: string; bytes: number }): boolean {
    if (this.#seen.has(variant)) return this.#hasRoom(bytes)
    if (this.#seen.size >= SEEN) this.#seen.clear()
    this.#seen.add(variant)
    return false
  }

  #hasRoom(bytes: number): boolean {
    if (this.#bytes + bytes <= this.#maxBytes) return true
    this.#refused = (this.#refused + 1) % SELDOM
    return this.#refused === 0
  }

  keep(variant: string, image: Block): Block {
    this.#images.set(variant, image)
    this.#bytes += sizeOf([image])
    for (const [oldest, { bytes }] of this.#images) {
      if (this.#bytes <= this.#maxBytes) break
      this.#images.delete(oldest)
      this.#bytes -= bytes.length
    }
    return image
  }
}
