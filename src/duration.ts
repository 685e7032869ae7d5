import { Refusal } from '#errors.ts'

const UNITS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000 }

/** `0`, `90s`, `10m` or `2h` in milliseconds. @throws Refusal that names the field */
export function parseDuration(
  text: string,
  { field, mostMs }: { field: string; mostMs: number },
): number {
  const [, digits = '', unit = 's'] = /^(\d{1,6})([smh])$/.exec(text) ?? /^(0)$/.exec(text) ?? []
  const ms = Number(digits) * (UNITS[unit] ?? 0)
  if (digits === '' || ms > mostMs) {
    throw new Refusal(
      `${field} "${text}" is not a time: write 0, or seconds, minutes or hours as in 90s, 10m or 2h, at most ${durationInWords(mostMs)}`,
      { field },
    )
  }
  return ms
}

/** "45 s", "12 min", "3 h 20 min": as exact as a person needs it. */
export function durationInWords(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 90) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 90) return `${minutes} min`
  const rest = minutes % 60
  return `${Math.floor(minutes / 60)} h${rest === 0 ? '' : ` ${rest} min`}`
}
