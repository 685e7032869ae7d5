import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

export async function listNames(db: Db, ids: readonly number[]): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select name from operator where id = any(${[...ids]}::bigint[]) order by name limit 100`.execute(
    db,
  )
  return rows.map(({ name }) => name)
}
