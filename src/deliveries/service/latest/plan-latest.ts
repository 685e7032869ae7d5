import { inTransaction } from '#db/transaction.ts'
import type { Db } from '#db/open.ts'
import { findLatest, insertLatest, listOwnBlocks } from './latest-store.ts'

type New = { subscriberId: number; newsletterIds: readonly number[]; test: boolean; now: Date }

/**
 * The newest edition at once, for who has just confirmed: one mail, of the first newsletter that has one. It is booked
 * apart from the edition's audience, and never planned for a reader whom the edition's own plan has or will have.
 * @returns the edition
 */
export async function planLatest(db: Db, reader: New): Promise<number | undefined> {
  return inTransaction(db, async (transaction) => {
    for (const newsletterId of reader.newsletterIds) {
      const latest = await findLatest(transaction, { ...reader, newsletterId })
      if (latest === undefined) continue
      const { subscriberId } = reader
      const blocks = await listOwnBlocks(transaction, { ...latest, subscriberId })
      if (blocks.length === 0) continue
      await insertLatest(transaction, { ...reader, editionId: latest.editionId, blocks })
      return latest.editionId
    }
    return undefined
  })
}
