import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

/** Null takes it back; false where it is not approved, or there was nothing to take back. */
export async function setLeaving(
  db: Db,
  { editionId, leavesAt }: { editionId: number; leavesAt: Date | null },
): Promise<boolean> {
  const { rows } = await sql`
    update edition set leaves_at = ${leavesAt}
     where id = ${editionId} and state = 'approved' and (${leavesAt}::timestamptz is not null or leaves_at is not null)
    returning 1`.execute(db)
  return rows.length > 0
}
