import type { Db } from './open.ts'

/** Runs in the caller's transaction if there is one, else in one of its own: verbs can be put together into one. */
export async function inTransaction<Result>(
  db: Db,
  work: (db: Db) => Promise<Result>,
): Promise<Result> {
  return db.isTransaction ? work(db) : db.transaction().execute(work)
}
