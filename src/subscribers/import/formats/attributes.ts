import { foldName } from './fold.ts'
import { MOST_ATTRIBUTES } from './recognise.ts'

const MOST_CHARACTERS = 200

/** What is kept of a column that has no meaning of its own. */
export function valueOf(text: string): string | number {
  return /^-?(0|[1-9]\d{0,14})(\.\d{1,10})?$/.test(text)
    ? Number(text)
    : text.slice(0, MOST_CHARACTERS)
}

/** Of a JSON object what is flat; undefined for text that is none. */
export function flatten(text: string): [string, string | number][] | undefined {
  let found: unknown
  try {
    found = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof found !== 'object' || found === null || Array.isArray(found)) return undefined
  return Object.entries(found)
    .flatMap(([key, value]): [string, string | number][] => {
      const name = foldName(key)
      if (name === '') return []
      if (typeof value === 'number') return [[name, value]]
      if (typeof value === 'string' || typeof value === 'boolean')
        return [[name, String(value).slice(0, MOST_CHARACTERS)]]
      return []
    })
    .slice(0, MOST_ATTRIBUTES)
}
