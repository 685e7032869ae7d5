import type { Context } from '#context.ts'
import { inTransaction } from '#db/transaction.ts'
import { confirmForm } from './confirmation.ts'
import { ensureForm } from './form.ts'
import { lockLimits, planLimited } from './plan-store.ts'
import { listUnconfirmed, type Unconfirmed } from './reminder-store.ts'

type Needs = Pick<Context, 'db' | 'clock' | 'relay' | 'enqueue'>

/** A call stays short beside other work of its clock: the rest comes with the next. */
const AT_ONCE = 500

/**
 * Reminds those who signed up two days ago and have not confirmed, once in their life, within the limits of an address.
 * @returns how many reminders were planned
 */
export async function remindUnconfirmed(context: Needs): Promise<number> {
  const { db, clock, relay, enqueue } = context
  const now = clock.now()
  const unconfirmed = await listUnconfirmed(db, { test: relay.test, limit: AT_ONCE, now })
  const alike = Map.groupBy(unconfirmed, (one) => JSON.stringify(wishOf(one)))
  let planned = 0
  for (const group of alike.values()) planned += await remind(context, group)
  if (planned > 0) await enqueue('drain-lane', { lane: 'confirmation' })
  return planned
}

/** What they asked for, and in which language: the same form for all who asked the same. */
function wishOf({ payload, language }: Unconfirmed) {
  return { newsletterIds: payload.newsletterIds, language: payload.language ?? language }
}

async function remind(context: Needs, group: Unconfirmed[]): Promise<number> {
  const [first] = group
  if (first === undefined) return 0
  const { db, relay, clock } = context
  const form = await ensureForm(
    db,
    await confirmForm(context, { ...wishOf(first), reminder: true }),
  )
  const common = { kind: 'reminder', form, test: relay.test, now: clock.now() } as const
  const readers = group.map((reader) => ({
    ...reader,
    // A confirmation from before limits had a hash of their own.
    limitHash: reader.limitHash ?? reader.addressHash,
  }))
  return inTransaction(db, async (transaction) => {
    await lockLimits(
      transaction,
      readers.map(({ limitHash }) => limitHash),
    )
    let planned = 0
    for (const reader of readers) {
      const mail = { ...common, ...reader, recipient: reader.email }
      if (await planLimited(transaction, mail)) planned += 1
    }
    return planned
  })
}
