import type { Context } from '#context.ts'
import { parseDuration } from '#duration.ts'
import { refuseOverLimit } from '#editions/alerts/alert-limits.ts'
import { type Edition, getEdition } from '#editions/store.ts'
import { countAudience } from './plan-store.ts'
import { type Promised, type Releasing, sendEdition } from './send-edition.ts'

export type SendWish = {
  editionId: number
  rule: Edition['releaseRule']
  /** `10m`: over which time its mails leave evenly; without it, the newsletter's. */
  spread?: string | undefined
  /** Of an alert over the day's budget or within its story's cooldown: why it leaves anyway. */
  overLimit?: string | null | undefined
  dkimDir?: string | undefined
}

export type Sent = Promised & { edition: Edition; audience: number }

const DAY_MS = 24 * 3_600_000

/**
 * A person sends what was approved, without the clock and without a countdown.
 * @throws Refusal also of an alert over a limit, unless a reason says that it is to leave anyway
 */
export async function sendByHand(
  context: Releasing & Pick<Context, 'db' | 'clock'>,
  { editionId, rule, spread, overLimit = null, dkimDir }: SendWish,
): Promise<Sent> {
  const spreadMs =
    spread === undefined ? undefined : parseDuration(spread, { field: 'spread', mostMs: DAY_MS })
  const edition = await getEdition(context.db, editionId)
  if (overLimit === null) await refuseOverLimit(context, edition)
  const promised = await sendEdition(context, { editionId, rule, spreadMs, dkimDir })
  return { ...promised, edition, audience: await countAudience(context, editionId) }
}
