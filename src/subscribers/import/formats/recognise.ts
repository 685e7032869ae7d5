import { Refusal } from '#errors.ts'
import type { SuppressionReason } from '../../suppression/suppression-store.ts'
import { foldName } from './fold.ts'
import { type Format, type Role, roles } from './format.ts'
import { knownFormats } from './known-formats.ts'
import { guessColumns, listFormat, listReasonOf, plainFormat } from './plain-formats.ts'

export const MOST_ATTRIBUTES = 30

/** What a table is, and what each of its columns is. */
export type Layout = {
  format: Format
  header: boolean
  /** Folded, by their places. */
  names: string[]
  places: Partial<Record<Role, number[]>>
  attributes: { at: number; name: string }[]
}

export type Wishes = {
  /** "address=Email": what a person says of a column, instead of the guess. */
  map: readonly string[]
  topicColumn: string | null
  /** Everybody in the files is put on the do-not-mail list. */
  suppress: SuppressionReason | null
  newsletters: readonly string[]
}

/** @throws Refusal for a table in which no column can be the address */
export function recognise(
  first: readonly string[],
  { file, wishes }: { file: string; wishes: Wishes },
): Layout {
  const header = !first.some(isAddress)
  const names = header ? uniqueNames(first) : first.map((cell, at) => bareName(cell, at, first))
  const mapped = readMap(wishes, { names, file })
  const format = formatOf(names, { file, wishes, mapped, header })
  const columns = { ...format.columns, ...mapped.columns }
  const places = Object.fromEntries(
    Object.entries(columns).flatMap(([role, known]) => {
      const at = known.map((name) => names.indexOf(name)).filter((place) => place !== -1)
      return at.length === 0 ? [] : [[role, at]]
    }),
  ) as Layout['places']
  if (places.address === undefined && places.hash === undefined)
    throw new Refusal(
      `${file} has no column that looks like a mail address (${names.slice(0, 8).join(', ')}): name it with --map address=COLUMN`,
      { field: 'map' },
    )
  const taken = new Set(Object.values(places).flat())
  const dropped = new Set([...format.dropped, ...mapped.skipped])
  const attributes = names
    .map((name, at) => ({ at, name }))
    .filter(({ at, name }) => name !== '' && !taken.has(at) && !dropped.has(name))
  return { format, header, names, places, attributes: attributes.slice(0, MOST_ATTRIBUTES) }
}

function isAddress(cell: string): boolean {
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(cell.trim())
}

/** Two columns of one name would be one attribute: the second is told apart by its place. */
function uniqueNames(first: readonly string[]): string[] {
  const folded = first.map(foldName)
  return folded.map((name, at) =>
    name !== '' && folded.indexOf(name) < at ? `${name}_${at + 1}` : name,
  )
}

/** Without a header the first address is the address, and a word behind it may be the reason. */
function bareName(cell: string, at: number, first: readonly string[]): string {
  const address = first.findIndex(isAddress)
  if (at === address) return 'email'
  return at === address + 1 && first.length === 2 ? 'reason' : ''
}

type Mapped = { columns: Partial<Record<Role, string[]>>; skipped: string[] }

function readMap(
  { map, topicColumn }: Wishes,
  { names, file }: { names: string[]; file: string },
): Mapped {
  const columns: Partial<Record<Role, string[]>> = {}
  const skipped: string[] = []
  const wanted = [...map, ...(topicColumn === null ? [] : [`topics=${topicColumn}`])]
  for (const pair of wanted) {
    const [, what = '', column = ''] = /^([a-z-]+)=(.+)$/s.exec(pair) ?? []
    const role = roles.find((each) => each === what)
    if (what !== 'skip' && role === undefined)
      throw new Refusal(
        `--map takes WHAT=COLUMN, where WHAT is address, state, reason, zone, language, agreed, since or skip: "${pair.slice(0, 60)}" is not that`,
        { field: 'map' },
      )
    const name = foldName(column)
    if (!names.includes(name))
      throw new Refusal(
        `${file} has no column "${column.slice(0, 60)}": it has ${names.slice(0, 12).join(', ')}`,
        { field: 'map' },
      )
    if (role === undefined) skipped.push(name)
    else columns[role] = [name]
  }
  return { columns, skipped }
}

type Hints = { file: string; wishes: Wishes; mapped: Mapped; header: boolean }

function formatOf(names: readonly string[], hints: Hints): Format {
  const { wishes, mapped, file } = hints
  const guessed = { ...guessColumns(names), ...mapped.columns }
  if (wishes.suppress !== null) return listFormat(withReason(guessed, names), wishes.suppress)
  const known = knownFormats.find(({ marks }) =>
    marks.some((list) => list.every((name) => names.includes(name))),
  )
  if (known !== undefined) return known
  const reason = listReasonIn(names, hints)
  if (reason !== undefined) return listFormat(withReason(guessed, names), reason)
  if (names.length === 1 && wishes.newsletters.length === 0)
    throw new Refusal(
      `${file} has addresses and nothing else: say what they are with --newsletter SLUG for readers, or --suppress left|bounced|complained|blocked for a do-not-mail list`,
      { field: 'newsletter' },
    )
  return plainFormat(guessed)
}

function withReason(
  columns: Partial<Record<Role, readonly string[]>>,
  names: readonly string[],
): Partial<Record<Role, readonly string[]>> {
  const reason = names.find((name) =>
    /(^|_)(reason|type|status|state|grund|motif|motivo)$/.test(name),
  )
  return reason === undefined ? columns : { ...columns, reason: [reason] }
}

/** A list by its file's name, by a column of reasons next to the address, or by the name of its only column. */
function listReasonIn(
  names: readonly string[],
  { file, header }: Hints,
): SuppressionReason | undefined {
  const stem = file.replace(/\.[a-z]+$/i, '')
  const byFile = listReasonOf(stem)
  if (byFile !== undefined) return byFile
  const hasReason = names.includes('reason') || names.includes('bounce_type')
  if (hasReason && names.length <= 4) return 'blocked'
  return header && names.length === 1 ? listReasonOf(names[0] ?? '') : undefined
}
