import { z } from 'zod'
import { parseDuration } from '#duration.ts'
import { Refusal } from '#errors.ts'
import { faultOfRule } from '#mail/line-rule.ts'
import { parseTimeZone } from '#subscribers/address.ts'
import { subjectVariables } from '../draft/subject.ts'

// What of a newsletter a person may set. A command line says it in words, the API in JSON: both are read here.

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const COLOURS = ['paper', 'sheet', 'ink', 'muted', 'line', 'dawn', 'onDawn', 'alert']
const LINK_FIELDS = ['newsletter', 'edition', 'date', 'section', 'position']

const listOf = (value: unknown): unknown =>
  typeof value === 'string'
    ? value
        .split(',')
        .map((one) => one.trim())
        .filter(Boolean)
    : value
const numberOf = (value: unknown): unknown =>
  typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value
const nothing = (value: unknown): unknown => (value === '' || value === 'none' ? null : value)

const line = (most: number) =>
  z
    .string('must be a line of text')
    .min(1, 'must not be empty')
    .max(most, `must be at most ${most} characters`)
    .refine((text) => !/\p{Cc}/u.test(text), 'must be one line without control characters')

const hour = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be an hour such as 06:30')
const weekday = z.preprocess(numberOf, z.int('must be a day from 1 (Monday) to 7').min(1).max(7))
const count = (least: number, most: number) =>
  z.preprocess(
    numberOf,
    z
      .int(`must be a whole number from ${least} to ${most}`)
      .min(least, `must be at least ${least}`)
      .max(most, `must be at most ${most}`),
  )
const onOff = z.preprocess(
  (value) => (value === 'on' ? true : value === 'off' ? false : value),
  z.boolean('must be on or off'),
)
const orNone = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess(nothing, schema.nullable())

/** `10m`, in milliseconds. */
const duration = (mostMs: number) =>
  z.union([z.string(), z.number()]).transform((value, issues) => {
    if (typeof value === 'number') return value
    try {
      return parseDuration(value, { field: 'it', mostMs })
    } catch {
      issues.addIssue({ code: 'custom', message: 'must be a time such as 90s, 10m or 2h' })
      return z.NEVER
    }
  })

const zone = z.string().refine(isZone, 'must be a time zone such as Europe/Berlin')

const rule = line(300).superRefine((text, issues) => {
  const fault = faultOfRule(text, subjectVariables)
  if (fault !== null)
    issues.addIssue({
      code: 'custom',
      message: `cannot be used: ${fault}. It may name ${subjectVariables.join(', ')}`,
    })
})

const section = z.strictObject({
  name: line(60),
  topics: z.array(z.string()).default([]),
  most: z.int().min(1).max(30),
})

const host = z
  .string()
  .regex(/^(?=.{1,253}$)([a-z0-9-]+\.)+[a-z]{2,}$/, 'must be a host such as www.example.org')

const parameters = line(500).superRefine((text, issues) => {
  const unknown = [...text.matchAll(/\{([^}]*)\}/g)]
    .map(([, name = '']) => name)
    .filter((name) => !LINK_FIELDS.includes(name))
  if (unknown.length > 0)
    issues.addIssue({
      code: 'custom',
      message: `may name {${LINK_FIELDS.join('}, {')}}, not {${unknown[0] ?? ''}}`,
    })
  if (!/^[\w.~-]+=[^&=#?\s]*(&[\w.~-]+=[^&=#?\s]*)*$/.test(text))
    issues.addIssue({
      code: 'custom',
      message: 'must be written as utm_source=daybreak&utm_campaign={newsletter}',
    })
})

const AS_COLOURS = 'must be written as dawn=#a33b2a,alert=#a3121f'

const schema = z.object({
  name: line(80),
  description: z.string().max(300, 'must be at most 300 characters'),
  rhythm: z.enum(['daily', 'weekly', 'custom', 'instant'], 'must be daily, weekly or custom'),
  hours: z
    .preprocess(listOf, z.array(hour).min(1, 'must have an hour').max(12))
    .transform((hours) => [...new Set(hours)].toSorted()),
  days: z.preprocess(
    (value) => (value === 'every day' ? null : listOf(value)),
    z
      .array(weekday)
      .min(1)
      .transform((days) => [...new Set(days)].toSorted((a, b) => a - b))
      .nullable(),
  ),
  weeklyDay: weekday,
  zone: orNone(zone),
  whoseHour: z.enum(
    ['house', 'reader'],
    'must be house (the newsroom’s hour for everybody) or reader (each reader’s own)',
  ),
  automatic: onOff,
  lead: duration(DAY_MS),
  senderName: orNone(line(80)),
  fromAddress: orNone(z.email('must be a mail address')),
  replyTo: orNone(z.email('must be a mail address that somebody reads')),
  logo: orNone(z.url({ protocol: /^https$/, error: 'must be an https address' })),
  colours: z.preprocess(
    coloursOf,
    z
      .record(z.string(), z.string(AS_COLOURS).regex(/^#[0-9a-f]{6}$/i, AS_COLOURS), AS_COLOURS)
      .refine(
        (set) => Object.keys(set).every((name) => COLOURS.includes(name)),
        `may set ${COLOURS.join(', ')}`,
      ),
  ),
  subjectRule: orNone(rule),
  previewRule: orNone(rule),
  topics: z.preprocess(listOf, z.array(z.string()).max(100)),
  sections: z.preprocess(
    jsonOf,
    z.array(section, 'must be a JSON list of {"name", "topics", "most"}').max(20),
  ),
  minimum: count(1, 30),
  maximum: count(1, 30),
  freshness: orNone(duration(31 * DAY_MS)),
  told: z.enum(
    ['demote', 'own'],
    'must be demote (what readers were told elsewhere is left out) or own (only what this newsletter told)',
  ),
  approval: z.enum(
    ['none', 'unless stopped', 'one', 'two'],
    'must be none, unless stopped, one or two',
  ),
  late: z.enum(['send', 'hold', 'skip'], 'must be send, hold or skip'),
  empty: z.enum(['skip', 'quiet day'], 'must be skip or quiet day'),
  holdBack: duration(HOUR_MS),
  spread: duration(DAY_MS),
  notAfter: duration(DAY_MS).refine((ms) => ms >= 5 * MINUTE_MS, 'must be at least 5m'),
  linkParameters: orNone(parameters),
  linkHosts: z.preprocess(listOf, z.array(host).max(50)),
  archived: onOff,
  noindex: onOff,
  uncertain: z.enum(['leave', 'send again'], 'must be leave or send again'),
  alertBudget: count(0, 100),
  cooldown: duration(DAY_MS),
  quietFrom: orNone(hour),
  quietUntil: orNone(hour),
  countdown: duration(10 * MINUTE_MS),
})

export type NewsletterSettings = z.infer<typeof schema>
export type SettingName = keyof NewsletterSettings
export const settingNames = schema.keyof().options

/** @throws Refusal that names the setting and the fix */
export function parseSetting(name: SettingName, value: unknown): NewsletterSettings[SettingName] {
  const parsed = schema.shape[name].safeParse(value)
  if (parsed.success) return parsed.data
  throw new Refusal(`${name} ${parsed.error.issues[0]?.message ?? 'cannot be used'}`, {
    field: name,
  })
}

function isZone(name: string): boolean {
  try {
    return parseTimeZone(name) !== ''
  } catch {
    return false
  }
}

/** `dawn=#a33b2a,ink=#000000`, or the same as JSON. */
function coloursOf(value: unknown): unknown {
  if (typeof value !== 'string') return value
  if (value === '' || value === 'none') return {}
  if (value.startsWith('{')) return jsonOf(value)
  return Object.fromEntries(
    value.split(',').map((pair) => pair.split('=').map((part) => part.trim())),
  )
}

function jsonOf(value: unknown): unknown {
  if (typeof value !== 'string') return value
  if (value === '' || value === 'none') return []
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}
