const ISO =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2})?(\.\d+)?)? ?(Z|UTC|[+-]\d{2}(?::?\d{2})?)?$/
const EARLIEST = Date.UTC(1990, 0, 1)

/**
 * A moment as exports write it; undefined for none, one in the future, and one that may be two days, as 03/04/2024.
 * Without a zone it is UTC.
 */
export function parseMoment(text: string, now: Date): Date | undefined {
  if (text === '') return undefined
  const time = timeOf(text.trim())
  if (time === undefined || Number.isNaN(time) || time < EARLIEST || time > now.getTime())
    return undefined
  return new Date(time)
}

function timeOf(text: string): number | undefined {
  const iso = ISO.exec(text)
  if (iso !== null) {
    const [, day = '', minutes = '00:00', seconds = ':00', part = '', zone = 'Z'] = iso
    return Date.parse(`${day}T${minutes}${seconds}${part.slice(0, 4)}${offsetOf(zone)}`)
  }
  if (/^\d{10}$/.test(text)) return Number(text) * 1000
  if (/^\d{13}$/.test(text)) return Number(text)
  if (/^[A-Z][a-z]{2,8}\.? \d{1,2},? \d{4}$/.test(text)) return Date.parse(`${text} UTC`)
  return numericDay(text)
}

function offsetOf(zone: string): string {
  if (zone === 'Z' || zone === 'UTC') return 'Z'
  const digits = zone.replace(':', '')
  return `${digits.slice(0, 3)}:${digits.slice(3) === '' ? '00' : digits.slice(3)}`
}

/** With dots the day comes first; with strokes either may, unless only one can be a month. */
function numericDay(text: string): number | undefined {
  const parts = /^(\d{1,2})([./])(\d{1,2})\2(\d{4})(?: (\d{1,2}:\d{2})(?::\d{2})?)?$/.exec(text)
  if (parts === null) return undefined
  const [, one = '', mark, two = '', year = '', time = '00:00'] = parts
  const dayFirst = mark === '.' || Number(one) > 12
  if (!dayFirst && Number(two) <= 12 && one !== two) return undefined
  const [day, month] = dayFirst ? [one, two] : [two, one]
  return Date.parse(
    `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}T${time.padStart(5, '0')}Z`,
  )
}
