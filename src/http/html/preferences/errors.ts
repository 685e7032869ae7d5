import type { Refusal } from '#errors.ts'
import type { PageFrame } from '../page.ts'
import { fill } from '../page-words.ts'
import { formatDay, wordsIn } from './phrases.ts'

/** By the name of the field: the reason in the reader's language. */
export type Errors = Readonly<Record<string, string>>

/** What was refused, beside the field where it was asked for. */
export function errorsIn(
  { language }: PageFrame,
  {
    refusal,
    pauseDays,
  }: { refusal: Refusal | undefined; pauseDays: { first: string; last: string } },
): Errors {
  if (refusal === undefined) return {}
  const { errors } = wordsIn(language)
  const field = refusal.field ?? 'choice'
  const [name = ''] = field.split('-')
  const message = (Object.entries(errors).find(([each]) => each === name) ?? [])[1] ?? errors.form
  const said = (day: string) => formatDay(day, language, { dateStyle: 'long' })
  const days = { first: said(pauseDays.first), last: said(pauseDays.last) }
  return { [field]: fill(message, days) }
}
