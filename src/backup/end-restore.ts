import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { Pool } from 'pg'
import type { Log } from '#log.ts'
import { placeStaged, STAGED } from './kept-files.ts'
import { findRestore } from './restore-store.ts'

/** A restore that was killed between the records and the keys is brought to its end, or what is left of it removed. */
export async function endRestore(
  pool: Pool,
  { dataDir, log }: { dataDir: string; log: Log },
): Promise<void> {
  const staged = join(dataDir, STAGED)
  if (!(await isThere(staged))) return
  const client = await pool.connect()
  try {
    await client.query(`select pg_advisory_lock(hashtext('daybreak end restore'))`)
    const files = (await isThere(staged))
      ? await placeStaged(dataDir, await findRestore(client))
      : []
    if (files.length > 0) log.warn({ files }, 'a restore that was broken off is brought to its end')
  } finally {
    await client.query(`select pg_advisory_unlock(hashtext('daybreak end restore'))`)
    client.release()
  }
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
