/** The calendar day of an instant in a zone, as ISO 8601: `2026-11-22`. */
export function dayIn(timeZone: string, now: Date): string {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).formatToParts(
    now,
  )
  const part = (type: string) => parts.find((candidate) => candidate.type === type)?.value ?? ''
  return `${part('year')}-${part('month')}-${part('day')}`
}

/** For the masthead: "Sunday, 22 November 2026", in the publication's language. */
export function dateLine({ language, timeZone, now }: Told): string {
  return new Intl.DateTimeFormat(spoken(language), {
    timeZone,
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  }).format(now)
}

type Told = { language: string; timeZone: string; now: Date }

/** "06:42 GMT" */
function clockLine({ language, timeZone, now }: Told): string {
  return new Intl.DateTimeFormat(spoken(language), {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  }).format(now)
}

/** For an alert: "06:42 GMT, 22 November". */
export function momentLine({ language, timeZone, now }: Told): string {
  const time = clockLine({ language, timeZone, now })
  const day = new Intl.DateTimeFormat(spoken(language), {
    timeZone,
    day: 'numeric',
    month: 'long',
  }).format(now)
  return `${time}, ${day}`
}

/** With its year, for what is read long after: "22 November 2026, 06:42 GMT". */
export function instantLine({ language, timeZone, now }: Told): string {
  const day = new Intl.DateTimeFormat(spoken(language), { timeZone, dateStyle: 'long' }).format(now)
  const time = clockLine({ language, timeZone, now })
  return `${day}, ${time}`
}

/** An hour of the day as people write it: "06:30:00" is "06:30" in English and "6:30 ص" in Arabic. */
export function hourLine(localTime: string, language: string): string {
  return new Intl.DateTimeFormat(spoken(language), { timeStyle: 'short', timeZone: 'UTC' }).format(
    new Date(`1970-01-01T${localTime.slice(0, 5)}Z`),
  )
}

/** Days of the week by their ISO numbers: "Monday, Wednesday and Friday". */
export function daysLine(days: readonly number[], language: string): string {
  const named = new Intl.DateTimeFormat(spoken(language), { weekday: 'long', timeZone: 'UTC' })
  // The first of January 2024 was a Monday.
  const names = days.map((day) => named.format(new Date(Date.UTC(2024, 0, day))))
  return listLine(names, language)
}

/** "06:30, 12:00 and 17:30" */
export function listLine(items: readonly string[], language: string): string {
  return new Intl.ListFormat(spoken(language)).format(items)
}

/** A time zone as people call it, whatever the season: "Central European Time". */
export function zoneLine(timeZone: string, language: string): string {
  const named = (timeZoneName: 'longGeneric' | 'long') =>
    new Intl.DateTimeFormat(spoken(language), { timeZone, timeZoneName })
      .formatToParts(ANY_DAY)
      .find(({ type }) => type === 'timeZoneName')?.value ?? timeZone
  const name = named('longGeneric')
  // Zones without a summer have no generic name, only an offset.
  return /\d/.test(name) ? named('long') : name
}

// Zones of long ago had other names.
const ANY_DAY = new Date('2026-01-15T12:00:00Z')

/** By the hour at which readers get the newsletter: "06:30:00". */
export function partOfDay(localTime: string): 'morning' | 'day' | 'evening' {
  const hour = Number(localTime.slice(0, 2))
  if (hour < 12) return 'morning'
  return hour < 17 ? 'day' : 'evening'
}

/** A newspaper's day comes before its month: plain `en` would give the American order. */
function spoken(language: string): string {
  return language === 'en' ? 'en-GB' : language
}
