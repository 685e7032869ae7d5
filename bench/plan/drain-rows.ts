import { claimNext, type Found } from '#deliveries/drain/claim.ts'
import { recordOutcomes } from '#deliveries/outcome-store.ts'
import type { Db } from '#db/open.ts'

const SENDER = 1

/** Relays without limits. */
const RELAYS = {
  limits: () => [],
  credit: () => Number.POSITIVE_INFINITY,
  addCredit: () => undefined,
}

export type Round = { mails: number; claimMs: number; outcomeMs: number }

/** One claim of the product and its outcomes, as if the relay took every mail; undefined when nothing is left. */
export async function drainOnce(
  db: Db,
  { want, now }: { want: number; now: Date },
): Promise<Round | undefined> {
  const began = performance.now()
  const found = await claim(db, { want, now })
  const claimed = performance.now()
  if (found === undefined) return undefined
  await recordOutcomes(db, {
    senderId: SENDER,
    rows: found.rows.map(({ editionId, subscriberId, attempt }) => ({
      key: { editionId, subscriberId, attempt },
      fate: { kind: 'accepted', relayId: `4F3A${subscriberId}`, reply: '250 2.0.0 Ok' },
      at: now,
    })),
  })
  return {
    mails: found.rows.length,
    claimMs: claimed - began,
    outcomeMs: performance.now() - claimed,
  }
}

async function claim(
  db: Db,
  { want, now }: { want: number; now: Date },
): Promise<Found | undefined> {
  const { found } = await db.transaction().execute(async (transaction) =>
    claimNext(transaction, {
      lane: 'digest',
      kinds: ['digest', 'note'],
      senderId: SENDER,
      test: false,
      leaseMs: 300_000,
      now,
      want,
      roads: ['retries', 'walk'],
      avoid: [],
      relays: RELAYS,
      admit: async () => true,
    }),
  )
  return found
}
