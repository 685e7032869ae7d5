import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

/** When it leaves: a countdown that runs is not begun anew by a second press. Undefined where it is not approved. */
export async function setLeaving(
  db: Db,
  { editionId, leavesAt }: { editionId: number; leavesAt: Date },
): Promise<Date | undefined> {
  const { rows } = await sql<{ leavesAt: Date }>`
    update edition set leaves_at = coalesce(leaves_at, ${leavesAt})
     where id = ${editionId} and state = 'approved'
    returning leaves_at as "leavesAt"`.execute(db)
  return rows[0]?.leavesAt
}

/** False where there was nothing to take back. */
export async function takeBack(db: Db, editionId: number): Promise<boolean> {
  const { rows } = await sql`
    update edition set leaves_at = null
     where id = ${editionId} and state = 'approved' and leaves_at is not null
    returning 1`.execute(db)
  return rows.length > 0
}
