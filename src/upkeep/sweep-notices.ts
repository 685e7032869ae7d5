import type { Context } from '#context.ts'
import { reasonOf } from '#errors.ts'
import { readSettings } from '#editions/publication.ts'
import { type House, listTroubles } from './list-troubles.ts'
import { atItAlone, listUntold, markTold, noteTroubles } from './notice-store.ts'
import { letterOf } from './notice-words.ts'
import { earsOf, type Fetch, ping, tell } from './tell.ts'
import type { Trouble } from './trouble.ts'

/** Looked for so often; what was not seen for longer than one look is over. */
export const LOOK_MS = 60_000
const MISSING_MS = 1.5 * LOOK_MS

type Needs = House & { context: Context; fetch: Fetch }

/**
 * Looks what is wrong, and tells each once when it begins and once when it is over; what cannot be told is told at the
 * next look. Then says outside that the house is alive.
 */
export async function sweepNotices(
  house: Needs,
  look: (house: House) => Promise<Trouble[]> = listTroubles,
): Promise<void> {
  const { context, fetch } = house
  await atItAlone(context.db, async () => tellWhatIsNew(house, await look(house)))
  const { pingUrl } = context.config.notices
  if (pingUrl === null) return
  await ping(pingUrl, fetch).catch((error: unknown) =>
    context.log.warn({ reason: reasonOf(error) }, 'the ping to the watch outside failed'),
  )
}

async function tellWhatIsNew({ context, fetch }: Needs, troubles: Trouble[]): Promise<void> {
  const { db, clock, config, log } = context
  const now = clock.now()
  await noteTroubles(db, { troubles, now, missingMs: MISSING_MS })
  const graces = Object.fromEntries(troubles.map(({ cause, grace = 0 }) => [cause, grace]))
  const notices = await listUntold(db, { graces, now })
  if (notices.length === 0) return
  const { name, fromAddress, deskAddress } = await readSettings({ db })
  const ears = earsOf(config, { from: fromAddress, desk: deskAddress })
  for (const { cause, words, over } of notices)
    if (over) log.info({ cause }, 'a trouble is over')
    else log.warn({ cause, words }, 'something is wrong')
  const nobody = ears.mail === null && ears.webhooks.length === 0
  const told =
    nobody || (await tell(letterOf(notices, { house: name, now }), { config, ears, log, fetch }))
  if (told) await markTold(db, { notices, now })
}
