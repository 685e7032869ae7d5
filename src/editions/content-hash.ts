import { createHash } from 'node:crypto'
import type { Compiled } from './store.ts'

type Content = { subject: string; preheader: string; compiled: Compiled }

/** What an approval is about: every byte that a reader may see, before the reader's own links are filled in. */
export function contentHashOf({ subject, preheader, compiled }: Content): string {
  return createHash('sha256').update(canonical({ subject, preheader, compiled })).digest('hex')
}

/** PostgreSQL's jsonb does not keep the order of keys, so it must not matter. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
    return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(',')}}`
  }
  return JSON.stringify(value) ?? 'null'
}
