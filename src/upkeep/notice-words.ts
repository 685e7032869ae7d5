import type { Notice } from './notice-store.ts'

export type Letter = { subject: string; text: string; notices: readonly Notice[] }

/** Several at once are one letter: what is wrong first, then what is over. */
export function letterOf(
  notices: readonly Notice[],
  { house, now }: { house: string; now: Date },
): Letter {
  const wrong = notices.filter(({ over }) => !over)
  const over = notices.filter((notice) => notice.over)
  const [first] = [...wrong, ...over]
  const what = first === undefined ? 'all is well' : first.words.slice(0, 120)
  const more = notices.length > 1 ? ` (and ${notices.length - 1} more)` : ''
  const subject = `${house}: ${wrong.length === 0 ? 'over: ' : ''}${what}${more}`
  const blocks = [
    ...wrong.map(
      ({ words, fix, beganAt }) =>
        `${capital(words)}.\nSince ${clock(beganAt)}. To mend it or to see more:\n  ${fix}`,
    ),
    ...over.map(({ words, beganAt }) => `Over, after ${lasted(beganAt, now)}: ${words}.`),
  ]
  const foot = `Told by Daybreak of ${house}, ${clock(now)}. "daybreak status" shows all that is wrong now.`
  return { subject, text: [...blocks, foot].join('\n\n'), notices }
}

function capital(words: string): string {
  return words.slice(0, 1).toUpperCase() + words.slice(1)
}

function clock(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** "35 minutes", "3 hours", "2 days". */
export function lasted(from: Date, until: Date): string {
  const minutes = Math.max(1, Math.round((until.getTime() - from.getTime()) / 60_000))
  const [count, unit] =
    minutes < 120
      ? [minutes, 'minute']
      : minutes < 48 * 60
        ? [Math.round(minutes / 60), 'hour']
        : [Math.round(minutes / 1440), 'day']
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
