import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import type { Cadence } from '../consent/consent-store.ts'
import type { Overview } from './choice.ts'
import { findReader, listNewsletterChoices, listTopicChoices } from './choices-store.ts'
import { type Coming, nextMailAt } from './next-mail.ts'

/** All that a reader has chosen; undefined for nobody, and for who has not confirmed or was erased. */
export async function readOverview(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  subscriberId: number,
): Promise<Overview | undefined> {
  return overviewOf(db, { subscriberId, now: clock.now() })
}

export async function overviewOf(
  db: Db,
  { subscriberId, now }: { subscriberId: number; now: Date },
): Promise<Overview | undefined> {
  const reader = await findReader(db, subscriberId)
  if (reader === undefined) return undefined
  const rows = await listNewsletterChoices(db, subscriberId)
  const newsletters = rows.map((row) => ({
    ...row,
    // Who has left gets nothing, whatever an import says they had.
    cadence: reader.state === 'left' ? ('off' as const) : row.cadence,
    options: optionsOf(row),
  }))
  const pauses = rows.flatMap(({ snoozedUntil }) => snoozedUntil?.getTime() ?? [])
  const until = Math.max(0, ...pauses)
  const snoozedUntil = until > now.getTime() ? new Date(until) : null
  const { hour, timeZone } = reader
  const active = reader.state === 'active' && !reader.closed
  return {
    subscriberId,
    ...reader,
    newsletters,
    topics: await listTopicChoices(db, subscriberId),
    snoozedUntil,
    next: active ? nextMailAt(newsletters, { hour, timeZone, snoozedUntil, now }) : undefined,
  }
}

function optionsOf({ kind, rhythm }: Pick<Coming, 'kind' | 'rhythm'>): readonly Cadence[] {
  if (kind === 'alerts') return ['instant', 'daily', 'off']
  switch (rhythm) {
    case 'weekly':
      return ['weekly', 'off']
    case 'custom':
      return ['daily', 'off']
    case 'daily':
    case 'instant':
      return ['daily', 'weekly', 'off']
  }
}
