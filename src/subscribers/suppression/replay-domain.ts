import type { DomainNote } from '#context.ts'
import type { Db } from '#db/open.ts'
import { inTransaction } from '#db/transaction.ts'
import { addDomain, dropDomain, findDomain, recordDomain } from './domain-store.ts'

/** A rule about a whole domain is set, or taken back, once more. @returns whether one was set */
export async function replayDomain(
  db: Db,
  { at: now, kind, domain }: DomainNote,
  form: string,
): Promise<boolean> {
  return inTransaction(db, async (transaction) => {
    const event = { domain, form, operatorId: null, now }
    if (kind === 'closed') {
      const added = await addDomain(transaction, event)
      if (added) await recordDomain(transaction, { ...event, kind: 'suppressed' })
      return added
    }
    const found = await findDomain(transaction, domain)
    // Set anew since.
    if (found === undefined || found.at > now) return false
    await dropDomain(transaction, domain)
    await recordDomain(transaction, { ...event, kind: 'lifted' })
    return false
  })
}
