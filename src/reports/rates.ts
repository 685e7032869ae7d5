/** How bad a share is, against lines that providers have drawn. */
export type Level = 'fine' | 'early' | 'over' | 'far over'

type Lines = Record<Exclude<Level, 'fine'>, number>

/**
 * Gmail asks bulk senders to stay below 0.1 % complaints and never to reach 0.3 % (support.google.com/mail/answer/81126).
 * Half of the first line is the time to look.
 */
export const COMPLAINT_LINES: Lines = { early: 0.0005, over: 0.001, 'far over': 0.003 }

/** Amazon SES reviews a sender at 5 % of returned mail (SES, "Reputation metrics"); a list that is looked after has below 1 %. */
export const BOUNCE_LINES: Lines = { early: 0.01, over: 0.02, 'far over': 0.05 }

/** One complaint among a hundred readers is one person, not a rate. */
const FEWEST = 2
const MANY = 1000

export function levelOf(
  { count, of }: { count: number; of: number },
  lines: Lines,
): { rate: number | null; level: Level } {
  if (of === 0) return { rate: null, level: 'fine' }
  const rate = count / of
  if (count === 0 || (count < FEWEST && of < MANY)) return { rate, level: 'fine' }
  const levels = ['far over', 'over', 'early'] as const
  return { rate, level: levels.find((level) => rate >= lines[level]) ?? 'fine' }
}

/** "0.12 %"; a dash where there is nothing to divide. */
export function percent(rate: number | null): string {
  return rate === null ? '–' : `${(rate * 100).toFixed(2)} %`
}
