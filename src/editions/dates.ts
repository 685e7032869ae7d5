/** The calendar day of an instant in a zone, as ISO 8601: `2026-11-22`. */
export function dayIn(timeZone: string, now: Date): string {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).formatToParts(
    now,
  )
  const part = (type: string) => parts.find((candidate) => candidate.type === type)?.value ?? ''
  return `${part('year')}-${part('month')}-${part('day')}`
}

/** For the masthead: "Sunday, 22 November 2026", in the publication's language. */
export function dateLine({
  language,
  timeZone,
  now,
}: {
  language: string
  timeZone: string
  now: Date
}): string {
  return new Intl.DateTimeFormat(spoken(language), {
    timeZone,
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  }).format(now)
}

/** For an alert: "06:42 GMT, 22 November". */
export function momentLine({
  language,
  timeZone,
  now,
}: {
  language: string
  timeZone: string
  now: Date
}): string {
  const time = new Intl.DateTimeFormat(spoken(language), {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  }).format(now)
  const day = new Intl.DateTimeFormat(spoken(language), {
    timeZone,
    day: 'numeric',
    month: 'long',
  }).format(now)
  return `${time}, ${day}`
}

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
