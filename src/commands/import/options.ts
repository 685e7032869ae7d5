import { Refusal } from '#errors.ts'
import type { Import } from '#subscribers/import/import-readers.ts'

export const importOptions = {
  newsletter: { type: 'string', multiple: true, default: [] as string[] },
  topic: { type: 'string', multiple: true, default: [] as string[] },
  map: { type: 'string', multiple: true, default: [] as string[] },
  'topic-column': { type: 'string' },
  consent: { type: 'string' },
  'consent-date': { type: 'string' },
  suppress: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  errors: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

type Values = {
  newsletter: string[]
  topic: string[]
  map: string[]
  'topic-column'?: string | undefined
  consent?: string | undefined
  'consent-date'?: string | undefined
  suppress?: string | undefined
  'dry-run': boolean
  errors?: string | undefined
}

export type Wanted = Pick<Import, 'wishes' | 'topics' | 'consent' | 'dryRun'> & {
  errorFile: string | null
}

const LIST_REASONS = ['left', 'bounced', 'complained', 'blocked'] as const

/** @throws Refusal for options that cannot be meant */
export function readImport(values: Values, files: readonly string[], now: Date): Wanted {
  if (files.length === 0)
    throw new Refusal('name the file to import: a CSV file, or a zip of CSV files', {
      field: 'file',
    })
  const suppress = LIST_REASONS.find((reason) => reason === values.suppress) ?? null
  if (values.suppress !== undefined && suppress === null)
    throw new Refusal(`--suppress takes ${LIST_REASONS.join(', ')}`, { field: 'suppress' })
  return {
    wishes: {
      map: values.map,
      topicColumn: values['topic-column'] ?? null,
      suppress,
      newsletters: [...new Set(values.newsletter)].toSorted(),
    },
    topics: [...new Set(values.topic)].toSorted(),
    consent: readConsent(values, now),
    dryRun: values['dry-run'],
    errorFile: values.errors ?? null,
  }
}

function readConsent(
  { consent, 'consent-date': day }: Values,
  now: Date,
): { source: string; date: Date | null } | null {
  const source = consent?.trim() ?? ''
  if (source === '') {
    if (consent !== undefined || day !== undefined)
      throw new Refusal(
        'consent is a place and a day: say where these readers agreed with --consent "the form on our site"',
        { field: 'consent' },
      )
    return null
  }
  if (day === undefined) return { source: source.slice(0, 200), date: null }
  const date = new Date(`${day}T00:00:00Z`)
  const isDay = !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === day
  if (!isDay || date > now)
    throw new Refusal('--consent-date takes a day that is over, such as 2024-05-01', {
      field: 'consent-date',
    })
  return { source: source.slice(0, 200), date }
}
