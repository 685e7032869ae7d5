/** What a template may expect under a name. `absent`: it is not there in every mail. */
export type Shape = { absent?: true } & (
  | { is: 'text' | 'number' | 'flag' | 'unknown' }
  | { is: 'list'; of: Shape }
  | { is: 'record'; fields: ReadonlyMap<string, Shape> }
)

export const TEXT: Shape = { is: 'text' }
export const NUMBER: Shape = { is: 'number' }
export const FLAG: Shape = { is: 'flag' }
/** Something was wrong with it already, so nothing more is said of it. */
export const UNKNOWN: Shape = { is: 'unknown' }

/** What all of these samples have in common: the fullest mail and the barest say together what may be missing. */
export function shapeOf(samples: readonly unknown[]): Shape {
  const there = samples.filter((sample) => sample !== null && sample !== undefined)
  const shape = shapeOfThose(there)
  return there.length < samples.length ? { ...shape, absent: true } : shape
}

function shapeOfThose(samples: readonly unknown[]): Shape {
  const [first] = samples
  if (typeof first === 'string') return TEXT
  if (typeof first === 'number') return NUMBER
  if (typeof first === 'boolean') return FLAG
  if (Array.isArray(first)) return { is: 'list', of: shapeOf(samples.flat()) }
  if (typeof first === 'object' && first !== null) return recordOf(samples.map(fieldsOf))
  return UNKNOWN
}

function fieldsOf(sample: unknown): Map<string, unknown> {
  return new Map(Object.entries(typeof sample === 'object' && sample !== null ? sample : {}))
}

function recordOf(samples: ReadonlyMap<string, unknown>[]): Shape {
  const names = new Set(samples.flatMap((sample) => [...sample.keys()]))
  return {
    is: 'record',
    fields: new Map(
      Array.from(names, (name) => [name, shapeOf(samples.map((sample) => sample.get(name)))]),
    ),
  }
}

/** The same where it is known to be there. */
export function certain(shape: Shape): Shape {
  const { absent: _, ...rest } = shape
  return rest
}

/** For words about it: "a list", "one text". */
export function shapeInWords({ is }: Shape): string {
  switch (is) {
    case 'list':
      return 'a list'
    case 'record':
      return 'a group of values'
    case 'flag':
      return 'a yes or no'
    case 'text':
    case 'number':
    case 'unknown':
      return `a ${is}`
  }
}
