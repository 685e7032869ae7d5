import { sql } from 'kysely'
import type { Context } from '#context.ts'
import { inTransaction } from '#db/transaction.ts'
import { recordConsent } from '../consent/consent-store.ts'
import type { Witness } from '../consent/witness.ts'
import { openToken } from '../tokens.ts'
import { suppress } from './suppression-store.ts'

/**
 * "That was not me": an address that somebody else typed in is never asked again. Only for one that gets nothing:
 * a reader leaves by unsubscribing.
 */
export async function refuseFurtherMail(
  { db, clock, secrets, leavings }: Pick<Context, 'db' | 'clock' | 'secrets' | 'leavings'>,
  token: string,
  witness: Witness = { form: 'not me' },
): Promise<boolean> {
  const opened = openToken(secrets, 'notMe', token)
  if (opened === undefined) return false
  const now = clock.now()
  const refused = await inTransaction(db, async (transaction) => {
    const { rows } = await sql<{ subscriberId: number; addressHash: Buffer }>`
      select id as "subscriberId", address_hash as "addressHash" from subscriber
       where public_id = ${opened.publicId} and state in ('pending', 'left') and address_hash is not null
         for update`.execute(transaction)
    const [row] = rows
    if (row === undefined) return undefined
    const { subscriberId, addressHash } = row
    const added = await suppress(transaction, { rows: [{ addressHash, reason: 'asked' }], now })
    if (added === 0) return undefined
    await recordConsent(transaction, { subscriberId, kind: 'suppressed', witness, now })
    return addressHash
  })
  if (refused !== undefined)
    await leavings.note([{ at: now, kind: 'asked', newsletterId: null, addressHash: refused }])
  return true
}
