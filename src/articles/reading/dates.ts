const MONTHS: [month: number, start: RegExp][] = [
  [1, /^(jan|ene|gen|sty)/],
  [2, /^(feb|fév|fev|lut)/],
  [3, /^(mar|mär|maa|mrt)/],
  [4, /^(apr|avr|abr|kwi)/],
  [5, /^(may|mai|mag|mei|maj)/],
  [6, /^(jun|juin|giu|cze)/],
  [7, /^(jul|juil|lug|lip)/],
  [8, /^(aug|aoû|ago|sie)/],
  [9, /^(sep|set|wrz)/],
  [10, /^(oct|okt|ott|out|paź)/],
  [11, /^(nov|lis)/],
  [12, /^(dec|dez|déc|dic|gru)/],
]

/** A date as pages write it: ISO 8601, "21 November 2026, 9:15 pm" or "Nov. 21, 2026". No zone is UTC. */
export function readDate(text: string | null | undefined): Date | null {
  const written = text?.trim() ?? ''
  if (written === '' || written.length > 200) return null
  return isoDate(written) ?? wordedDate(written.toLowerCase()) ?? dottedDate(written)
}

function isoDate(text: string): Date | null {
  const match =
    /(\d{4})-?(\d\d)-?(\d\d)(?:[T ](\d\d):?(\d\d)(?::?(\d\d)(?:\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?)?/i.exec(
      text,
    )
  if (match === null) return null
  const [, year, month, day, hour = '00', minute = '00', second = '00', zone = 'Z'] = match
  const offset = zone.toUpperCase() === 'Z' ? 'Z' : zone.replace(/(\d\d):?(\d\d)$/, '$1:$2')
  return valid(new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}${offset}`))
}

function wordedDate(text: string): Date | null {
  const dayFirst =
    /\b(\d{1,2})(?:st|nd|rd|th|er|º|\.)?\s+(?:de\s+)?(\p{L}{3,12})\.?,?\s+(?:de\s+)?(\d{4})\b/u.exec(
      text,
    )
  const monthFirst = /(?<!\p{L})(\p{L}{3,12})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\b/u.exec(
    text,
  )
  const [day, word, year] =
    dayFirst !== null
      ? [dayFirst[1], dayFirst[2], dayFirst[3]]
      : [monthFirst?.[2], monthFirst?.[1], monthFirst?.[3]]
  const month = MONTHS.find(([, start]) => start.test(word ?? ''))?.[0]
  if (month === undefined || day === undefined || Number(day) > 31) return null
  const [hour, minute] = timeOfDay(text)
  return valid(new Date(Date.UTC(Number(year), month - 1, Number(day), hour, minute)))
}

/** "21.11.2026"; with slashes nobody can tell day from month. */
function dottedDate(text: string): Date | null {
  const match = /\b(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})\b/.exec(text)
  const [day, month] = [Number(match?.[1]), Number(match?.[2])]
  if (match === null || month > 12 || day > 31) return null
  const [hour, minute] = timeOfDay(text)
  return valid(new Date(Date.UTC(Number(match[3]), month - 1, day, hour, minute)))
}

function timeOfDay(text: string): [hour: number, minute: number] {
  const match = /\b(\d{1,2}):(\d\d)\s*([ap])?\.?m?/.exec(text)
  const [hour, minute] = [Number(match?.[1] ?? 0), Number(match?.[2] ?? 0)]
  if (hour > 23 || minute > 59) return [0, 0]
  const half = match?.[3]
  if (half === undefined) return [hour, minute]
  return [(hour % 12) + (half === 'p' ? 12 : 0), minute]
}

function valid(date: Date): Date | null {
  const year = date.getUTCFullYear()
  return Number.isNaN(date.getTime()) || year < 1_700 || year > 2_200 ? null : date
}
