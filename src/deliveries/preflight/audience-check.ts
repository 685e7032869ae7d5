import { audienceRuleOf } from '#editions/audience-rule.ts'
import { type Finding, gathered, passed, warns } from '#editions/preflight/finding.ts'
import type { Edition } from '#editions/store.ts'
import type { Db } from '#db/open.ts'
import { findAudienceColumn, type Funnel, listHeldFeeds, readFunnel } from './preflight-store.ts'

/** An audience that is off by more than this from the last four is looked at. */
const DRIFT = 0.2
const ENOUGH = 4

/** Who would get it, from all who signed up, against the last editions of the same kind. */
export async function checkAudience(
  db: Db,
  { edition, now }: { edition: Edition; now: Date },
): Promise<Finding[]> {
  const rule = audienceRuleOf(await findAudienceColumn(db, edition.id))
  const funnel = await readFunnel(db, { edition, rule, now })
  const { matched, confirmed, notSuppressed, notSnoozed } = funnel
  const words = `${matched} signed up, ${confirmed} confirmed, ${notSuppressed} may be mailed, ${notSnoozed} are not on a break`
  if (notSnoozed === 0) return [warns('audience', `${words}: nobody would get it`)]
  if (!('newsletter' in rule)) return [passed('audience', `${words}; it goes to these alone`)]
  return [compared(words, funnel)]
}

function compared(words: string, { before, notSnoozed }: Funnel): Finding {
  if (before.length < ENOUGH)
    return passed('audience', `${words}; there are no four editions to compare with yet`)
  const mean = before.reduce((sum, size) => sum + size, 0) / before.length
  const drift = (notSnoozed - mean) / Math.max(1, mean)
  if (Math.abs(drift) <= DRIFT)
    return passed('audience', `${words}; the last four had ${Math.round(mean)}`)
  return warns(
    'audience',
    `${words}: ${Math.round(Math.abs(drift) * 100)} % ${drift < 0 ? 'fewer' : 'more'} than the last four had (${Math.round(mean)})`,
  )
}

/** Many more items than usual may be a fault of the feed, and what is chosen is chosen without them. */
export async function checkFeeds(db: Db): Promise<Finding[]> {
  const held = await listHeldFeeds(db)
  return gathered(
    'feeds',
    held.map((name) =>
      warns('feeds', `“${name}” brought many more items than usual, and they wait for a person`),
    ),
    'no feed brought more than usual',
  )
}
