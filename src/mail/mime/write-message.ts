import type { MessageBytes } from '#mail/outcome.ts'
import type { Profile } from '#mail/profile.ts'
import { type Block, fillTexts, sizeOf, type Values, writeBlocks } from './block.ts'
import type { FreeBuffers } from './free-buffers.ts'
import { headerField } from './header-field.ts'
import type { HeaderField, Signer } from './unsigned-message.ts'

export type MessageParts = {
  fields: readonly HeaderField[]
  /** The token of the envelope sender, for a relay that puts an envelope sender of its own. */
  token: string
  /** Joined, they are the whole body. */
  body: readonly Block[]
  values: Values
}

/** For a mail that is looked at and not sent. */
export const UNSIGNED: Profile = {
  name: 'generic',
  sign: false,
  replaces: [],
  headers: [],
  keepsMessageId: true,
  bounces: 'envelope',
  warmUp: false,
}

/** Before the head; two signatures take about 1,300 bytes. */
const ROOM_FOR_SIGNATURES = 4096

/** One whole message as a relay of this profile wants it. The same input gives the same bytes. */
export function writeMessage(
  { buffers, signer }: { buffers: FreeBuffers; signer: Signer | null },
  { fields, token, body, values }: MessageParts,
  profile: Profile,
): MessageBytes | Promise<MessageBytes> {
  const all = withOwnHeaders(fields, token, profile)
  const blocks = body.map((block) => fillTexts(block, values))
  const head = headOf(all)
  const headLength = Buffer.byteLength(head)
  const start = signer === null || !profile.sign ? 0 : ROOM_FOR_SIGNATURES
  const bodyStart = start + headLength
  const { buffer, free } = buffers.take(bodyStart + sizeOf(blocks))
  try {
    buffer.write(head, start)
    const end = writeBlocks(blocks, { target: buffer, start: bodyStart }, values)
    if (signer === null || !profile.sign) return { bytes: buffer.subarray(0, end), free }
    const unsigned: Unsigned = { buffer, free, fields: all, start, bodyStart, end }
    return sign(signer, unsigned, profile.replaces)
  } catch (error) {
    free()
    throw error
  }
}

function withOwnHeaders(
  fields: readonly HeaderField[],
  token: string,
  { headers, tokenHeader }: Profile,
): readonly HeaderField[] {
  if (headers.length === 0 && tokenHeader === undefined) return fields
  const own = headers.map(([name, value]) => headerField(name, value))
  if (tokenHeader === undefined) return [...fields, ...own]
  return [...fields, ...own, headerField(...tokenHeader(token))]
}

function headOf(fields: readonly HeaderField[]): string {
  let head = ''
  for (const { line } of fields) head += `${line}\r\n`
  return `${head}\r\n`
}

type Unsigned = {
  buffer: Buffer
  free: () => void
  fields: readonly HeaderField[]
  start: number
  bodyStart: number
  end: number
}

/** The signatures are written in front, where room was left, so that nothing is copied. */
async function sign(
  signer: Signer,
  { buffer, free, fields, start, bodyStart, end }: Unsigned,
  replaces: readonly string[],
): Promise<MessageBytes> {
  try {
    const body = buffer.subarray(bodyStart, end)
    const signatures = Buffer.from(await signer.sign(fields, body, { replaces }))
    const first = start - signatures.length
    if (first < 0) throw new Error(`the signatures of a mail take ${signatures.length} bytes`)
    signatures.copy(buffer, first)
    return { bytes: buffer.subarray(first, end), free }
  } catch (error) {
    free()
    throw error
  }
}
