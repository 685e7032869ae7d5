import { crc32 } from 'node:zlib'
import type { LeavingNote } from '#context.ts'

const KINDS = ['opened', 'left', 'returned', 'asked', 'lifted', 'complained', 'erased'] as const

/** A line of the file of those who left; the first one names the file. */
export type Line = Omit<LeavingNote, 'kind'> & { kind: (typeof KINDS)[number] }

const PATTERN = /^(\S{24}) (\w{4,10}) {1,7}(\*|\d{1,15}) {1,15}([0-9a-f]{64}) ([0-9a-f]{8})$/

/** Of one length, with a checksum: `2026-11-22T06:30:00.000Z left       7               3b…  9c01d2aa`. */
export function lineOf({ at, kind, newsletterId, addressHash }: Line): string {
  const newsletter = newsletterId === null ? '*' : String(newsletterId)
  const fields = [
    at.toISOString(),
    kind.padEnd(10),
    newsletter.padEnd(15),
    addressHash.toString('hex'),
  ].join(' ')
  return `${fields} ${crc32(fields).toString(16).padStart(8, '0')}\n`
}

/** Undefined for a line that is damaged. */
export function parseLine(text: string): Line | undefined {
  const [, at = '', kindText = '', newsletter = '', hash = '', sum = ''] = PATTERN.exec(text) ?? []
  const kind = KINDS.find((name) => name === kindText)
  if (kind === undefined || crc32(text.slice(0, -9)) !== Number.parseInt(sum, 16)) return undefined
  const newsletterId = newsletter === '*' ? null : Number(newsletter)
  return { at: new Date(at), kind, newsletterId, addressHash: Buffer.from(hash, 'hex') }
}
