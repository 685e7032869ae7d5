import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { Trouble } from './trouble.ts'

export type Notice = { cause: string; words: string; fix: string; beganAt: Date; over: boolean }

/** What comes again within the hour is not told again. */
const AGAIN = sql`interval '1 hour'`

/** Writes down what is seen now; what is not seen is over once it was missed for `missingMs`. */
export async function noteTroubles(
  db: Db,
  { troubles, now, missingMs }: { troubles: readonly Trouble[]; now: Date; missingMs: number },
): Promise<void> {
  for (const { cause, words, fix } of troubles)
    await sql`
      insert into notice (cause, words, fix, began_at, seen_at)
      values (${cause}, ${words}, ${fix}, ${now}, ${now})
      on conflict (cause) do update
         set words = excluded.words, fix = excluded.fix, seen_at = excluded.seen_at
           , began_at = case when notice.cleared_at is null then notice.began_at else excluded.began_at end
           -- Come again before anybody was told that it is over: then it was never over.
           , cleared_at = null`.execute(db)
  await sql`
    update notice set cleared_at = ${now}
     where cleared_at is null and seen_at < ${now}::timestamptz - make_interval(secs => ${missingMs / 1000})`.execute(
    db,
  )
}

/** What is to be told: what is seen now and lasts longer than its grace, and what was told and is over. */
export async function listUntold(
  db: Db,
  { graces, now }: { graces: Readonly<Record<string, number>>; now: Date },
): Promise<Notice[]> {
  const { rows } = await sql<Notice>`
    select cause, words, fix, began_at as "beganAt", cleared_at is not null as over from notice
     where cleared_at is null and not told and seen_at = ${now}
       and ${now}::timestamptz - began_at >= make_interval(secs => coalesce((${JSON.stringify(graces)}::jsonb ->> cause)::float8, 0) / 1000)
       and (told_at is null or ${now}::timestamptz - told_at >= ${AGAIN})
        or cleared_at is not null and told
     order by over, began_at, cause
     limit 100`.execute(db)
  return rows
}

export async function markTold(
  db: Db,
  { notices, now }: { notices: readonly Notice[]; now: Date },
): Promise<void> {
  for (const { cause, over } of notices)
    await sql`
      update notice set told = ${!over}, told_at = ${over ? sql`told_at` : now} where cause = ${cause}`.execute(
      db,
    )
}

/** One of several web processes tells. @returns undefined where another is at it */
export async function atItAlone<Result>(
  db: Db,
  work: () => Promise<Result>,
): Promise<Result | undefined> {
  return db.connection().execute(async (own) => {
    const { rows } = await sql<{ got: boolean }>`
      select pg_try_advisory_lock(hashtext('daybreak notices')) as got`.execute(own)
    if (rows[0]?.got !== true) return undefined
    try {
      return await work()
    } finally {
      await sql`select pg_advisory_unlock(hashtext('daybreak notices'))`.execute(own)
    }
  })
}
