import { inTransaction } from '#db/transaction.ts'
import type { Token } from '#subscribers/tokens.ts'
import { actOnLeaving } from './act-on-wish.ts'
import type { Channel, Effect } from './effect.ts'
import { addReturn, NO_VERDICT, settleReturn } from './returned-store.ts'
import { finish, type Taking } from './take-return.ts'

/** A mail to the unsubscribe address: whoever holds one of our mails may leave by it, and gets no answer. */
export async function takeUnsubscribe(
  context: Taking,
  { channel, key, token }: { channel: Channel; key: string; token: Token },
): Promise<Effect> {
  const now = context.clock.now()
  const done = await inTransaction(context.db, async (db) => {
    const row = { ...NO_VERDICT, kind: 'unsubscribe', relayId: null, payload: {} } as const
    const id = await addReturn(db, { ...row, channel, key, at: now })
    if (id === undefined) return undefined
    const acted = await actOnLeaving(db, { token, form: 'mail', now })
    await settleReturn(db, { id, ...acted, now })
    return acted
  })
  if (done === undefined) return 'known already'
  await finish(context, [done])
  return done.effect
}
