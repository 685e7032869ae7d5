import { Refusal } from '#errors.ts'
import { readDate } from './dates.ts'

const HEAD_LINES = 15
const MOST_WORDS = 18
const SAYS =
  /^\W*(?:strict(?:ly)? )?(?:(?:under )?embargo(?:ed)?|sperrfrist|sperrvermerk|sous embargo|embargado|sotto embargo)\b[^\p{L}\p{N}]*(.*)$/iu
const UNTIL = /^(?:until|till|to|bis|jusqu|hasta|fino|tot)\b/iu
const MOMENT = /\d{4}|\d{1,2}[:.h]\d\d|\b\d{1,2}\s*(?:uhr|a\.?m\b|p\.?m\b|h\b)/iu

/** Hours before or after UTC. What is one name for two zones (ET, IST) is left out: an hour too early is too early. */
const ZONES: Record<string, number> = {
  utc: 0,
  gmt: 0,
  z: 0,
  wet: 0,
  bst: 1,
  cet: 1,
  mez: 1,
  cest: 2,
  mesz: 2,
  eet: 2,
  eest: 3,
  est: -5,
  edt: -4,
  cst: -6,
  cdt: -5,
  mst: -7,
  mdt: -6,
  pst: -8,
  pdt: -7,
  jst: 9,
  aest: 10,
  aedt: 11,
}

/**
 * "EMBARGOED UNTIL 23 November 2026, 18:00 CET" above a pasted text: the moment, and the text without that line.
 * @throws Refusal where no exact moment can be read: guessing could let it out too early
 */
export function takeEmbargo(text: string): { text: string; until: Date | null } {
  const lines = text.split(/\r?\n/)
  for (const [index, line] of lines.slice(0, HEAD_LINES).entries()) {
    const said = SAYS.exec(line.trim())?.[1]
    if (said === undefined || line.trim().split(/\s+/).length > MOST_WORDS) continue
    if (!UNTIL.test(said) && !MOMENT.test(said)) continue
    return { text: lines.toSpliced(index, 1).join('\n'), until: momentOf(said, line.trim()) }
  }
  return { text, until: null }
}

function momentOf(said: string, line: string): Date {
  const clock = said
    .replace(/\b(\d{1,2})[.h](\d\d)(?=\s*(?:uhr|h\b|a\.?m|p\.?m|[A-Z]{3,4}\b|$))/giu, '$1:$2')
    .replace(/(?<![:.\d])(\d{1,2})\s*(?:uhr|h)\b/giu, '$1:00')
    .replace(/(?<![:.\d])(\d{1,2})\s*([ap])\.?m\b\.?/giu, '$1:00 $2m')
  const date = readDate(clock)
  if (date === null || !/\d{1,2}:\d\d/.test(clock)) throw unclear(line, 'no exact day and hour')
  if (/\d{4}-\d\d-\d\d[T ]\d\d:\d\d\S*(?:Z|[+-]\d\d:?\d\d)\b/i.test(clock)) return date
  const offset = offsetOf(clock)
  if (offset === null) throw unclear(line, 'no time zone')
  return new Date(date.getTime() - offset * 60_000)
}

/** In minutes. */
function offsetOf(clock: string): number | null {
  const numeric = /(?:utc|gmt)?\s?([+-])(\d{1,2})(?::?(\d\d))?\b(?!\d)/i.exec(
    clock.replace(/\d{4}-\d\d-\d\d/, ''),
  )
  if (numeric !== null) {
    const minutes = Number(numeric[2]) * 60 + Number(numeric[3] ?? 0)
    return numeric[1] === '-' ? -minutes : minutes
  }
  const named = clock.toLowerCase().match(/\p{L}+/gu) ?? []
  const hours = named.map((word) => ZONES[word]).find((each) => each !== undefined)
  return hours === undefined ? null : hours * 60
}

function unclear(line: string, what: string): Refusal {
  return new Refusal(
    `The embargo "${line.slice(0, 80)}" names ${what}. Write it as "Embargo: 2026-11-23T18:00+01:00", or take the line out and set the embargo yourself.`,
    { field: 'embargo' },
  )
}
