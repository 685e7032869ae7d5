import { sql } from 'kysely'
import type { LeavingNote } from '#context.ts'
import type { Db } from '#db/open.ts'
import { listedAs } from '../leaving-line.ts'
import { type NewSuppression, suppress } from '../suppression/suppression-store.ts'
import type { Batch } from './reader-store.ts'

/** Puts the batch's unwanted on the do-not-mail list; readers among them see it in their consent ledger. */
export async function stopBatch(
  db: Db,
  { after, upto, importId, operatorId, now }: Batch,
): Promise<{ listed: number; notes: LeavingNote[] }> {
  const { rows } = await sql<NewSuppression>`
    select hash as "addressHash", part as reason
      from import_person where n > ${after} and n <= ${upto} and fate = 'never'`.execute(db)
  if (rows.length === 0) return { listed: 0, notes: [] }
  await sql`
    insert into consent_event (at, subscriber_id, kind, form, operator_id, import_id)
    select ${now}, s.id, 'suppressed', 'import', ${operatorId}::bigint, ${importId}::bigint
      from import_person i join subscriber s on s.address_hash = i.hash
     where i.n > ${after} and i.n <= ${upto} and i.fate = 'never' and s.state in ('active', 'pending')
       and not exists (select from suppression p where p.address_hash = i.hash)`.execute(db)
  const notes = rows.map(({ addressHash, reason }) => ({
    at: now,
    kind: listedAs[reason],
    newsletterId: null,
    addressHash,
  }))
  return { listed: await suppress(db, { rows, importId, now }), notes }
}
