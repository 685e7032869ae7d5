import type { Table } from './examine.ts'
import type { Encoding } from './reading/encoding.ts'
import { type Role, roles } from './formats/format.ts'
import type { Wishes } from './formats/recognise.ts'
import type { RowReader } from './read-row.ts'
import type { Place } from './run-store.ts'
import type { StageCounts } from './stage-store.ts'
import type { Read, SampleRow } from './stage-tables.ts'

export type PreviewFile = {
  name: string
  format: string
  encoding: Encoding
  delimiter: string
  header: boolean
  /** What each column is taken for: a role, an attribute or nothing. */
  columns: { column: string; as: Role | 'attribute' | 'nothing' }[]
}

/** What an import would do, before it does anything. */
export type Preview = {
  files: PreviewFile[]
  /** Tables that are no lists of people. */
  passedOver: string[]
  sample: SampleRow[]
  rows: number
  /** Further rows of an address that was there before, in any spelling. */
  twice: number
  newReaders: number
  /** Asked here before and never confirmed: active with the consent that the list states. */
  activated: number
  toBeAsked: number
  alreadyHere: number
  staysUnsubscribed: number
  onDoNotMailList: number
  toDoNotMailList: number
  /** Of those, readers who get mail today. */
  stopsActive: number
  refused: { reason: string; count: number }[]
  unknownZones: number
  needsNewsletter: boolean
  /** Where an import that was interrupted goes on. */
  goesOnAt: Place | null
}

type Staged = {
  tables: readonly Table[]
  read: Read
  counts: StageCounts
  rows: RowReader
  wishes: Wishes
  goesOnAt: Place | null
  passedOver: string[]
}

export function previewOf(staged: Staged): Preview {
  const { tables, read, counts, rows, wishes, goesOnAt, passedOver } = staged
  const { fates } = counts
  const refused = [...read.refused].map(([reason, count]) => ({ reason, count }))
  return {
    files: tables.map(fileOf),
    passedOver,
    sample: read.sample,
    rows: counts.rows + refused.reduce((sum, { count }) => sum + count, 0),
    twice: counts.rows - counts.people,
    newReaders: fates.new,
    activated: fates.agreed,
    toBeAsked: fates.ask,
    alreadyHere: fates.here,
    staysUnsubscribed: fates.gone,
    onDoNotMailList: fates.stopped,
    toDoNotMailList: fates.never,
    stopsActive: counts.stopsActive,
    refused: refused.toSorted((a, b) => b.count - a.count),
    unknownZones: rows.unknownZones,
    needsNewsletter: counts.withoutChoice > 0 && wishes.newsletters.length === 0,
    goesOnAt,
  }
}

function fileOf({ source, encoding, shape, layout }: Table): PreviewFile {
  const { names, places, attributes, format, header } = layout
  const roleAt = new Map(
    roles.flatMap((role) => (places[role] ?? []).map((place) => [place, role] as const)),
  )
  const kept = new Set(attributes.map(({ at }) => at))
  return {
    name: source.name,
    format: format.title,
    encoding,
    delimiter: shape.delimiter,
    header,
    columns: names.map((name, at) => ({
      column: name === '' ? `column ${at + 1}` : name,
      as: roleAt.get(at) ?? (kept.has(at) ? 'attribute' : 'nothing'),
    })),
  }
}
