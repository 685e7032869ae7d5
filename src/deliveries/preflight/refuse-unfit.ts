import type { Context } from '#context.ts'
import { checkStories, listTold } from '#editions/preflight/story-checks.ts'
import type { Edition } from '#editions/store.ts'
import { Refusal } from '#errors.ts'
import { listBlocks } from '../plan-readers-store.ts'
import { findMailStops } from './mail-checks.ts'
import { listOverridden } from './preflight-store.ts'

type Needs = Pick<Context, 'db' | 'clock' | 'secrets' | 'config'>

/**
 * Why the edition must not leave as it is, and how it may; null where nothing stops it that a publisher has not let pass.
 * What needs a network is looked at ahead of time, never here.
 */
export async function findUnfit(context: Needs, edition: Edition): Promise<string | null> {
  const { db, clock } = context
  const { id: editionId, contentHash, draft } = edition
  const everybodys = await listBlocks(db, { editionId })
  const told = await listTold(db, { draft })
  const now = clock.now()
  const found = [
    ...(await findMailStops(context, { edition, everybodys })),
    ...checkStories(told, { now, staleHours: Infinity, lastLead: null }),
  ].filter(({ outcome }) => outcome === 'stops')
  if (found.length === 0) return null
  const overridden = await listOverridden(db, { editionId, contentHash })
  const [first] = found.filter(({ check }) => !overridden.includes(check))
  if (first === undefined) return null
  return `${first.check}: ${first.reason}. A publisher can let it pass: daybreak edition ${editionId} check --pass "${first.check}" --reason "…"`
}

/** @throws Refusal that names the check, the fix, and who can let it pass */
export async function refuseUnfit(context: Needs, edition: Edition): Promise<void> {
  const unfit = await findUnfit(context, edition)
  if (unfit !== null)
    throw new Refusal(`edition ${edition.id} is not released. ${unfit}`, {
      status: 409,
      field: 'check',
    })
}
