import { encodeText } from './quoted-printable.ts'

/** What differs from mail to mail. */
export type Values = Readonly<Record<string, string>>

/** A piece of a part: text that is the same in all mails, a token, or text that is known only with the mail. */
export type Piece = string | { token: string } | { text: (values: Values) => string }

/**
 * Pieces encoded once. Every token stands on a line of its own between soft breaks, so that it can be written over
 * without encoding anything again.
 */
export type Block = {
  bytes: Buffer
  tokens: readonly { at: number; name: string }[]
  texts: readonly { at: number; text: (values: Values) => string }[]
}

/** Tokens are this long, of letters, digits, "-" and "_". */
export const TOKEN_LENGTH = 47

const TOKEN_LINE = Buffer.from(`${'-'.repeat(TOKEN_LENGTH)}=\r\n`)

export function encodeBlock(pieces: readonly Piece[]): Block {
  return joinBlocks(pieces.map(encodePiece))
}

/** Bytes that are ready as they are. */
export function rawBlock(text: string): Block {
  return { bytes: Buffer.from(text), tokens: [], texts: [] }
}

export function joinBlocks(blocks: readonly Block[]): Block {
  const starts: number[] = []
  let size = 0
  for (const { bytes } of blocks) {
    starts.push(size)
    size += bytes.length
  }
  const move = <Place extends { at: number }>(places: readonly Place[], index: number) =>
    places.map((place) => ({ ...place, at: place.at + (starts[index] ?? 0) }))
  return {
    bytes: Buffer.concat(blocks.map(({ bytes }) => bytes)),
    tokens: blocks.flatMap(({ tokens }, index) => move(tokens, index)),
    texts: blocks.flatMap(({ texts }, index) => move(texts, index)),
  }
}

/** The block with its texts encoded in; only tokens remain to be written. */
export function fillTexts(block: Block, values: Values): Block {
  if (block.texts.length === 0) return block
  const { bytes, tokens, texts } = block
  const filled = texts.flatMap(({ at, text }, index) => [
    slice(block, texts[index - 1]?.at ?? 0, at),
    { bytes: encodeText(text(values)), tokens: [], texts: [] },
  ])
  const last = slice(block, texts.at(-1)?.at ?? 0, bytes.length)
  const whole = joinBlocks([...filled, last])
  if (whole.tokens.length !== tokens.length) throw new Error('a token of a mail was lost')
  return whole
}

/** Writes blocks without texts one after the other, and returns where they end. */
export function writeBlocks(
  blocks: readonly Block[],
  { target, start }: { target: Buffer; start: number },
  values: Values,
): number {
  let end = start
  for (const { bytes, tokens } of blocks) {
    bytes.copy(target, end)
    for (const { at, name } of tokens) {
      const value = values[name]
      if (value?.length !== TOKEN_LENGTH) throw new Error(`a mail has no token “${name}”`)
      target.write(value, end + at, TOKEN_LENGTH, 'latin1')
    }
    end += bytes.length
  }
  return end
}

export function sizeOf(blocks: readonly Block[]): number {
  let size = 0
  for (const { bytes } of blocks) size += bytes.length
  return size
}

function encodePiece(piece: Piece): Block {
  if (typeof piece === 'string') return { bytes: encodeText(piece), tokens: [], texts: [] }
  if ('token' in piece)
    return { bytes: TOKEN_LINE, tokens: [{ at: 0, name: piece.token }], texts: [] }
  return { bytes: Buffer.alloc(0), tokens: [], texts: [{ at: 0, text: piece.text }] }
}

function slice({ bytes, tokens }: Block, from: number, to: number): Block {
  return {
    bytes: bytes.subarray(from, to),
    tokens: tokens
      .filter(({ at }) => at >= from && at < to)
      .map(({ at, name }) => ({ at: at - from, name })),
    texts: [],
  }
}
