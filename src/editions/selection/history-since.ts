import type { Context } from '#context.ts'
import { parseDuration } from '#duration.ts'

const WEEK_MS = 7 * 24 * 3_600_000

/** From when on a digest also takes what a feed held before it was added: `24h` before now; null takes none. @throws Refusal */
export function historySinceOf(
  { clock }: Pick<Context, 'clock'>,
  since: string | undefined,
): Date | null {
  if (since === undefined) return null
  return new Date(clock.now().getTime() - parseDuration(since, { field: 'since', mostMs: WEEK_MS }))
}
