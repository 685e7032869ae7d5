import { Refusal } from '#errors.ts'

/** What the API said of a reader, for segments. */
export type Attributes = Record<string, string | number>

const MOST = 30
const LONGEST = 200

/** Flat, text and finite numbers only. @throws Refusal that names the attribute */
export function parseAttributes(input: Record<string, unknown>): Attributes {
  const entries = Object.entries(input)
  if (entries.length > MOST) {
    throw new Refusal(`attributes: ${entries.length} are too many, at most ${MOST} are kept`, {
      field: 'attributes',
    })
  }
  return Object.fromEntries(entries.map(([name, value]) => [nameOf(name), valueOf(name, value)]))
}

function nameOf(name: string): string {
  if (/^[\p{L}\p{N}][\p{L}\p{N} _.-]{0,59}$/u.test(name)) return name
  throw new Refusal(
    `attributes: "${name.slice(0, 60)}" is no name for one: use at most 60 letters, digits, spaces, _ . and -`,
    { field: 'attributes' },
  )
}

function valueOf(name: string, value: unknown): string | number {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  if (typeof value === 'string' && value.length <= LONGEST && !/\p{Cc}/u.test(value)) return value
  throw new Refusal(
    `attributes.${name}: must be a number, or a line of at most ${LONGEST} characters`,
    { field: `attributes.${name}` },
  )
}
