/** RFC 9110, 10.2.3: seconds, or a date; null for anything else. */
export function retryAfterOf(value: string | undefined): Date | number | null {
  const text = value?.trim() ?? ''
  if (/^\d{1,9}$/.test(text)) return Number(text)
  // A date has letters: "-5" and "1.5" are dates to the parser, and no dates.
  if (!/[a-z]/i.test(text)) return null
  const at = new Date(text)
  return Number.isNaN(at.getTime()) ? null : at
}

/** How long an answer is good for (RFC 9111, 5.2.2), in seconds; null where nothing is said, 0 where it may not be kept. */
export function maxAgeOf(value: string | undefined): number | null {
  const directives = (value ?? '')
    .toLowerCase()
    .split(',')
    .map((part) => part.trim())
  if (directives.some((part) => part === 'no-store' || part === 'no-cache')) return 0
  for (const part of directives) {
    const seconds = /^max-age="?(\d{1,9})"?$/.exec(part)?.[1]
    if (seconds !== undefined) return Number(seconds)
  }
  return null
}
