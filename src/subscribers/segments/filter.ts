import { z } from 'zod'
import { Refusal } from '#errors.ts'

/** Raw clicks live no longer. */
export const CLICK_DAYS = 2
const MOST = { depth: 20, conditions: 100 }

const slug = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be a short name such as "sport" or "local-news"')
const cadence = z.enum(
  ['instant', 'daily', 'weekly', 'off'],
  'must be instant, daily, weekly or off',
)
const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a day such as 2026-01-31')
  .refine((text) => {
    const time = Date.parse(text)
    return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
  }, 'must be a day that exists, such as 2026-01-31')
const moment = z.enum(['before', 'after'], 'must be before or after')
const text = (most: number) =>
  z
    .string()
    .min(1, 'must not be empty')
    .max(most, `must have at most ${most} characters`)
    .refine((value) => !value.includes('\0'), 'must not hold a zero byte')
const days = (most: number) =>
  z
    .number()
    .int('must be a whole number of days')
    .min(1, 'must be at least 1 day')
    .max(most, `must be at most ${most} days`)

const zone = z
  .string()
  .regex(
    /^[A-Za-z0-9_+/-]{1,60}\*?$/,
    'must be a zone such as Europe/Berlin, or the beginning of some, such as Europe/*',
  )
const language = z
  .string()
  .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/, 'must be a language such as de or pt-BR')
const domain = z
  .string()
  .toLowerCase()
  .regex(
    /^(\*\.)?([a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63}$/,
    'must be a domain such as example.org, or *.example.org for all below it',
  )
const state = z.enum(
  ['pending', 'active', 'left', 'bounced', 'complained'],
  'must be pending, active, left, bounced or complained',
)

const attributeTest = z.discriminatedUnion('is', [
  z.strictObject({ is: z.literal('known') }),
  z.strictObject({ is: z.literal('equal'), value: text(500) }),
  z.strictObject({ is: z.literal('with'), value: text(500) }),
  z.strictObject({ is: z.literal('above'), value: z.number('must be a number') }),
])

const conditions = [
  z.strictObject({ kind: z.literal('topic'), slug, cadence: cadence.optional() }),
  z.strictObject({ kind: z.literal('newsletter'), slug, cadence: cadence.optional() }),
  z.strictObject({ kind: z.literal('zone'), zone }),
  z.strictObject({ kind: z.literal('language'), language }),
  z.strictObject({ kind: z.literal('signed-up'), when: moment, day }),
  z.strictObject({
    kind: z.literal('confirmed'),
    when: z.enum(['before', 'after', 'ever'], 'must be before, after or ever'),
    day: day.optional(),
  }),
  z.strictObject({ kind: z.literal('state'), state }),
  z.strictObject({ kind: z.literal('domain'), domain }),
  z.strictObject({ kind: z.literal('attribute'), name: text(100), test: attributeTest }),
  z.strictObject({ kind: z.literal('acted'), days: days(3650) }),
  z.strictObject({ kind: z.literal('clicked'), days: days(CLICK_DAYS) }),
] as const

const condition = z
  .discriminatedUnion('kind', conditions, {
    error: 'must be one of the kinds that docs/segments.md lists',
  })
  .refine(
    (each) => each.kind !== 'confirmed' || (each.when === 'ever') === (each.day === undefined),
    'takes a day with before and after, and none with ever',
  )

export type Condition = z.infer<typeof condition>
/** Which readers: conditions, joined. */
export type Filter =
  | { kind: 'all'; of: Filter[] }
  | { kind: 'any'; of: Filter[] }
  | { kind: 'not'; of: Filter }
  | Condition

/** A filter from outside, as JSON. @throws Refusal that names the place */
export function parseFilter(input: unknown): Filter {
  refuseTooMuch(input)
  return parseAt(input, 'filter')
}

const joined = z.strictObject({
  kind: z.enum(['all', 'any']),
  of: z.array(z.unknown()).min(1, 'needs at least one condition'),
})
const negated = z.strictObject({ kind: z.literal('not'), of: z.unknown() })

function parseAt(input: unknown, place: string): Filter {
  switch (kindOf(input)) {
    case 'all':
    case 'any': {
      const { kind, of } = parseBy(joined, { input, place })
      return { kind, of: of.map((each, index) => parseAt(each, `${place}.of.${index}`)) }
    }
    case 'not':
      return { kind: 'not', of: parseAt(parseBy(negated, { input, place }).of, `${place}.of`) }
    default:
      return parseCondition(input, place)
  }
}

/** One condition. @throws Refusal that begins with the place */
export function parseCondition(input: unknown, place: string): Condition {
  return parseBy(condition, { input, place })
}

function parseBy<Output>(
  schema: z.ZodType<Output>,
  { input, place }: { input: unknown; place: string },
): Output {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const at = [place, ...(issue?.path ?? []).filter((each) => each !== place)].join('.')
  throw new Refusal(`${at} ${issue?.message ?? 'is not understood'}`, { field: 'filter' })
}

/** Before anything walks into it: also what is nested a million times is refused in words. */
function refuseTooMuch(input: unknown): void {
  let level = [input]
  let count = 0
  for (let depth = 0; level.length > 0; depth += 1) {
    count += level.length
    if (depth > MOST.depth || count > MOST.conditions)
      throw new Refusal(
        `the filter is too long: at most ${MOST.conditions} conditions, ${MOST.depth} deep`,
        { field: 'filter' },
      )
    level = level.flatMap((each) => {
      const of = typeof each === 'object' && each !== null && 'of' in each ? each.of : []
      return Array.isArray(of) ? of : [of]
    })
  }
}

function kindOf(input: unknown): unknown {
  return typeof input === 'object' && input !== null && 'kind' in input ? input.kind : undefined
}

/** Every condition of the filter, in its order. */
export function conditionsOf(filter: Filter): Condition[] {
  if (filter.kind === 'all' || filter.kind === 'any') return filter.of.flatMap(conditionsOf)
  if (filter.kind === 'not') return conditionsOf(filter.of)
  return [filter]
}

/** Clicks count how many readers, not who, and each mail says so: such a segment is counted in tens and names nobody. */
export function countsOnly(filter: Filter): boolean {
  return conditionsOf(filter).some(({ kind }) => kind === 'clicked')
}

/** Who asks for a state means it; otherwise a segment is of active readers. */
export function namesState(filter: Filter): boolean {
  return conditionsOf(filter).some(({ kind }) => kind === 'state')
}
