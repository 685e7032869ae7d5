import type { SuppressionReason } from '../../suppression/suppression-store.ts'

/** What a column can be. What is none of these becomes an attribute of the reader. */
export const roles = [
  'address',
  'state',
  'reason',
  'zone',
  'language',
  /** When the person agreed, by a form of the former sender's: that is consent as it stands. */
  'agreed',
  /** When the person came to be there: the date of a consent whose source the operator names. */
  'since',
  'newsletters',
  'topics',
  'hour',
  'snoozed',
  'attributes',
  'hash',
  'key',
] as const
export type Role = (typeof roles)[number]

/** What a row wants for its person: to be a reader, to be asked, or never to be mailed. */
export type Standing =
  | { kind: 'reader' }
  | { kind: 'pending' }
  | { kind: 'never'; reason: SuppressionReason }
  | { kind: 'refused'; problem: string }

/** A cell of the row by the folded name of its column; empty where there is none. */
export type Cell = (name: string) => string

export type Format = {
  name: string
  /** In the words of its maker. */
  title: string
  /** Columns that tell it; one list must be there whole. */
  marks: readonly (readonly string[])[]
  columns: Partial<Record<Role, readonly string[]>>
  /** Of no use to a newsroom, or more than it should know: numbers of other systems, places, network addresses. */
  dropped: readonly string[]
  standing: (cell: Cell, file: string) => Standing
}

export const READER: Standing = { kind: 'reader' }
export const PENDING: Standing = { kind: 'pending' }

export function never(reason: SuppressionReason): Standing {
  return { kind: 'never', reason }
}

export function isTrue(text: string): boolean {
  return /^(true|yes|y|1|t)$/i.test(text.trim())
}

export function isFalse(text: string): boolean {
  return /^(false|no|n|0|f)$/i.test(text.trim())
}
