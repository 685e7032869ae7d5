import { crc32 } from 'node:zlib'
import type { DomainNote, LeavingNote } from '#context.ts'
import type { SuppressionReason } from './suppression/suppression-store.ts'

/** What a list that was imported says is noted as less than what a reader does here: it erases nobody, for one. */
export const listedAs = {
  left: 'listed',
  bounced: 'bounced',
  complained: 'reported',
  asked: 'asked',
  erased: 'forgotten',
  blocked: 'blocked',
} as const satisfies Record<SuppressionReason, LeavingNote['kind']>

const KINDS = [
  'opened',
  'left',
  'returned',
  'moved',
  'asked',
  'lifted',
  'complained',
  'erased',
  'listed',
  'bounced',
  'reported',
  'forgotten',
  'blocked',
] as const

/** A line of the file of those who left; the first one names the file. */
export type Line = Omit<LeavingNote, 'kind'> & { kind: (typeof KINDS)[number] }

const PATTERN =
  /^(\S{24}) (\w{4,10}) {1,7}(\*|\d{1,15}) {1,15}([0-9a-f]{64}|@\S{1,255}) ([0-9a-f]{8})$/

/** With a checksum: `2026-11-22T06:30:00.000Z left       7               3b…  9c01d2aa`; of one length but for domains. */
export function lineOf(line: Line | DomainNote): string {
  const [newsletterId, whom] =
    'domain' in line
      ? [null, `@${line.domain}`]
      : [line.newsletterId, line.addressHash.toString('hex')]
  const newsletter = newsletterId === null ? '*' : String(newsletterId)
  const fields = [line.at.toISOString(), line.kind.padEnd(10), newsletter.padEnd(15), whom].join(
    ' ',
  )
  return `${fields} ${crc32(fields).toString(16).padStart(8, '0')}\n`
}

/** Undefined for a line that is damaged. */
export function parseLine(text: string): Line | DomainNote | undefined {
  const [, time = '', kind = '', newsletter = '', whom = '', sum = ''] = PATTERN.exec(text) ?? []
  if (sum === '' || crc32(text.slice(0, -9)) !== Number.parseInt(sum, 16)) return undefined
  const at = new Date(time)
  return whom.startsWith('@')
    ? domainNote(kind, { at, domain: whom.slice(1) })
    : leavingLine(kind, {
        at,
        newsletterId: newsletter === '*' ? null : Number(newsletter),
        addressHash: Buffer.from(whom, 'hex'),
      })
}

function domainNote(text: string, rest: Omit<DomainNote, 'kind'>): DomainNote | undefined {
  return text === 'closed' || text === 'reopened' ? { ...rest, kind: text } : undefined
}

function leavingLine(text: string, rest: Omit<Line, 'kind'>): Line | undefined {
  const kind = KINDS.find((name) => name === text)
  return kind === undefined ? undefined : { ...rest, kind }
}
