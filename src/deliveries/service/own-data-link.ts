import type { Context } from '#context.ts'
import { inTransaction } from '#db/transaction.ts'
import { findAddressee, lockAddressee } from './addressee-store.ts'
import { ensureForm } from './form.ts'
import { type Letter, letterForm } from './letter.ts'
import { planOwn, type Seldom } from './plan-store.ts'

type Needs = Pick<Context, 'db' | 'clock' | 'relay' | 'enqueue'>

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** Mails are forwarded, and whoever has the link can erase: it works for an hour. */
export const OWN_DATA_HOURS = 1
const PREFERENCES_DAYS = 30

/** Whoever has an old mail can press the button: nobody's inbox is filled by it. */
const SELDOM: Seldom = [
  { most: 1, withinMs: 10 * MINUTE_MS },
  { most: 3, withinMs: 24 * HOUR_MS },
]

/**
 * Mails a reader the link to all that is held, change of address, and erasure. The page's answer is the same whether
 * one was due or not.
 * @returns whether a mail is planned
 */
export async function sendOwnDataLink(
  context: Needs,
  { subscriberId }: { subscriberId: number },
): Promise<boolean> {
  const letter = { about: 'ownData', slot: 'ownDataUrl', life: { hours: OWN_DATA_HOURS } } as const
  return sendLink(context, { subscriberId, letter })
}

/** Mails a reader whose link has grown too old a fresh one to the preferences. @returns whether a mail is planned */
export async function sendFreshPreferences(
  context: Needs,
  { subscriberId }: { subscriberId: number },
): Promise<boolean> {
  const letter = {
    about: 'fresh',
    slot: 'preferencesUrl',
    life: { days: PREFERENCES_DAYS },
  } as const
  return sendLink(context, { subscriberId, letter })
}

async function sendLink(
  { db, clock, relay, enqueue }: Needs,
  { subscriberId, letter }: { subscriberId: number; letter: Letter },
): Promise<boolean> {
  const reader = await findAddressee(db, subscriberId)
  if (reader === undefined || reader.state === 'pending' || reader.state === 'erased') return false
  const form = await ensureForm(db, await letterForm(db, { ...letter, language: reader.language }))
  const planned = await inTransaction(db, async (transaction) => {
    await lockAddressee(transaction, subscriberId)
    const mail = {
      kind: 'link',
      subscriberId,
      form,
      payload: { for: letter.about },
      lifeMs: HOUR_MS,
      test: relay.test,
      now: clock.now(),
    } as const
    return planOwn(transaction, mail, SELDOM)
  })
  if (planned) await enqueue('drain-lane', { lane: 'confirmation' })
  return planned
}
