import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

export type BackupKind = 'by hand' | 'daily' | 'before an upgrade' | 'before a restore'

export type BackupRow = {
  kind: BackupKind
  host: string
  file: string
  startedAt: Date
  finishedAt: Date | null
  bytes: number | null
  rows: number | null
  trouble: string | null
}

/** The newest first. */
export async function listBackups(db: Db, limit: number): Promise<BackupRow[]> {
  const { rows } = await sql<BackupRow>`
    select kind, host, file, started_at as "startedAt", finished_at as "finishedAt", bytes, rows, trouble
      from backup order by started_at desc, id desc limit ${limit}`.execute(db)
  return rows
}

/** @returns its number, for `endBackup` */
export async function beginBackup(
  db: Db,
  { kind, host, file, now }: { kind: BackupKind; host: string; file: string; now: Date },
): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    insert into backup (kind, host, file, started_at) values (${kind}, ${host}, ${file}, ${now})
    returning id`.execute(db)
  return rows[0]?.id ?? 0
}

export async function endBackup(
  db: Db,
  {
    id,
    now,
    made,
  }: { id: number; now: Date; made: { schema: number; bytes: number; rows: number } | string },
): Promise<void> {
  await (
    typeof made === 'string'
      ? sql`update backup set trouble = ${made.slice(0, 1000)} where id = ${id}`
      : sql`update backup set finished_at = ${now}, schema = ${made.schema}, bytes = ${made.bytes}, rows = ${made.rows}
           where id = ${id}`
  ).execute(db)
}

export type Turn = {
  /** The last time that the daily backup was due. */
  dueAt: Date
  /** When one was begun since, and whether it is done. */
  begunAt: Date | null
  done: boolean
  /** Mails are going out: a long look at the records would slow them down. */
  sending: boolean
  /** Whether anybody used the database at that time. */
  inUse: boolean
}

/** How it stands with the daily backup of that hour. */
export async function findTurn(
  db: Db,
  { hour, zone, now }: { hour: string; zone: string; now: Date },
): Promise<Turn | undefined> {
  const { rows } = await sql<Turn>`
    with local as (select ${now}::timestamptz at time zone ${zone} as now)
       , due as (
         select ((local.now - case when local.now::time < ${hour}::time then interval '1 day' else interval '0' end)::date
                 + ${hour}::time) at time zone ${zone} as at
           from local)
    select due.at as "dueAt", last.started_at as "begunAt", coalesce(last.done, false) as done
         , exists (select from edition where state = 'sending') as sending
         , exists (select from operator where created_at < due.at) as "inUse"
      from due
      left join lateral (
        select max(b.started_at) as started_at, bool_or(b.finished_at is not null) as done
          from backup b where b.kind = 'daily' and b.started_at >= due.at) last on true`.execute(db)
  return rows[0]
}

/** Who used the database last: the way back names it. */
export async function noteProgram(db: Db, version: string): Promise<void> {
  await sql`
    insert into setting (name, value) values ('program', to_jsonb(${version}::text))
    on conflict (name) do update set value = excluded.value where setting.value <> excluded.value`.execute(
    db,
  )
}

/** When the last one was made, since when there is something to lose, and why the last try failed, if it did. */
export async function findLastBackup(
  db: Db,
): Promise<{ madeAt: Date | null; usedSince: Date | null; trouble: string | null }> {
  const { rows } = await sql<{
    madeAt: Date | null
    usedSince: Date | null
    trouble: string | null
  }>`
    select (select max(finished_at) from backup where kind in ('daily', 'by hand')) as "madeAt"
         , (select min(created_at) from operator) as "usedSince"
         , (select trouble from backup where kind in ('daily', 'by hand') order by started_at desc, id desc limit 1) as trouble`.execute(
    db,
  )
  return rows[0] ?? { madeAt: null, usedSince: null, trouble: null }
}
