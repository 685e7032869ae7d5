import type { Doubt, Evidence, Read } from '../evidence.ts'
import { fold } from '../words.ts'

const RELATIVE = new Map([
  ['yesterday', 'yesterday'],
  ['tomorrow', 'tomorrow'],
  ['today', 'today'],
  ['gestern', 'yesterday'],
  ['heute', 'today'],
  ['hier', 'yesterday'],
  ['ayer', 'yesterday'],
  ['ieri', 'yesterday'],
  ['ontem', 'yesterday'],
  ['gisteren', 'yesterday'],
])

/** Weekdays, months and "yesterday" are near the sentences that are named. */
export function doubtDates(said: Read, { near, headline, language }: Evidence): Doubt | undefined {
  const known = new Set(
    [...near, headline].flatMap(({ words }) =>
      words.flatMap((word) => dateOf(word.text, language) ?? []),
    ),
  )
  for (const word of said.words) {
    const date = dateOf(word.text, language)
    if (date !== undefined && !known.has(date))
      return { kind: 'date', reason: `"${word.text}" is not near the sentences that it names` }
  }
  return undefined
}

export function isCalendarWord(text: string, language: string): boolean {
  return dateOf(text, language) !== undefined
}

/** What day or month a word is, the same for its short form; "may" and "march" only with a capital. */
function dateOf(text: string, language: string): string | undefined {
  const folded = fold(text).replace(/\.$/, '')
  if (/^(?:may|march|mai|mars|sat|sun|mon|wed|fri)$/.test(folded) && !/^\p{Lu}/u.test(text))
    return undefined
  const calendar = calendarOf(language)
  return calendar.get(folded) ?? calendar.get(folded.replace(/s$/, '')) ?? RELATIVE.get(folded)
}

const calendars = new Map<string, Map<string, string>>()

function calendarOf(language: string): Map<string, string> {
  const known = calendars.get(language)
  if (known !== undefined) return known
  const names = new Map<string, string>()
  for (const width of ['long', 'short'] as const) {
    const weekday = formatOf(language, { weekday: width })
    const month = formatOf(language, { month: width })
    for (let day = 1; day <= 7; day += 1)
      names.set(fold(weekday.format(Date.UTC(2024, 0, day))).replace(/\.$/, ''), `weekday ${day}`)
    for (let each = 0; each < 12; each += 1)
      names.set(fold(month.format(Date.UTC(2024, each, 15))).replace(/\.$/, ''), `month ${each}`)
  }
  calendars.set(language, names)
  return names
}

function formatOf(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat(language, { ...options, timeZone: 'UTC' })
  } catch {
    return new Intl.DateTimeFormat('en', { ...options, timeZone: 'UTC' }) // no such language
  }
}
