import { phrase, wordsFor } from '#mail/words.ts'
import { daysLine, hourLine, listLine, zoneLine } from './dates.ts'
import type { Newsletter } from './newsletter.ts'

export type Rhythm = Pick<
  Newsletter,
  'cadence' | 'localTime' | 'moreHours' | 'days' | 'weeklyDay' | 'zone' | 'whoseHour'
>

/**
 * The rhythm in words for a reader: "Every day at 06:30, your time" where the hour is each reader's own, else "Every
 * day at 06:30 (Central European Time)".
 */
export function scheduleInWords(
  rhythm: Rhythm,
  { language, houseZone }: { language: string; houseZone: string },
): string {
  const words = wordsFor(language).schedule
  const { cadence, days, weeklyDay } = rhythm
  if (cadence === 'instant' || cadence === 'custom') return words[cadence]
  const chosen = days ?? (cadence === 'weekly' ? [weeklyDay] : null)
  const hours = hoursInWords(rhythm, { language, houseZone })
  if (chosen === null) return phrase(words.daily, 'hours', hours)
  const text = phrase(words[cadence === 'weekly' ? 'weekly' : 'days'], 'hours', hours)
  return capital(phrase(text, 'days', daysLine(chosen, language)), language)
}

function hoursInWords(
  { localTime, moreHours, zone, whoseHour }: Rhythm,
  { language, houseZone }: { language: string; houseZone: string },
): string {
  const words = wordsFor(language).schedule
  const hours = listLine(
    [localTime, ...moreHours].map((hour) => hourLine(hour, language)),
    language,
  )
  if (whoseHour === 'reader') return phrase(words.yours, 'hours', hours)
  const house = phrase(words.house, 'hours', hours)
  return phrase(house, 'zone', zoneLine(zone ?? houseZone, language))
}

/** French and Spanish write days in small letters. */
function capital(text: string, language: string): string {
  return text.slice(0, 1).toLocaleUpperCase(language) + text.slice(1)
}
