import type pg from 'pg'
import type { End, TableHead } from './entries.ts'
import { quoted } from './snapshot-store.ts'

type Client = pg.ClientBase

/** Whether somebody's records are there. */
export async function hasRecords(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ found: boolean }>(
    `select exists (select from subscriber) or exists (select from edition)
         or exists (select from article) or exists (select from operator) as found`,
  )
  return rows[0]?.found === true
}

/** Connections of other Daybreak processes to this database. */
export async function countOthers(client: Client): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `select count(*)::int as count from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and application_name like 'daybreak%'`,
  )
  return rows[0]?.count ?? 0
}

/** False when another restore has it. */
export async function lockRestore(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ got: boolean }>(
    `select pg_try_advisory_lock(hashtext('daybreak restore')) as got`,
  )
  return rows[0]?.got === true
}

/** Everything of Daybreak goes, and its queues: what they hold are hints about the old records. */
export async function dropAll(client: Client): Promise<void> {
  await client.query(`
    drop schema public cascade;
    create schema public;
    drop schema if exists bullmq cascade`)
}

type ForeignKey = { table: string; name: string; definition: string }

/** Rows come in by their tables' names: what points from one to another is checked when all are in. */
export async function setAsideRules(client: Client): Promise<ForeignKey[]> {
  const { rows } = await client.query<ForeignKey>(`
    select conrelid::regclass::text as "table", conname as name, pg_get_constraintdef(oid) as definition
      from pg_constraint
     where contype = 'f' and connamespace = 'public'::regnamespace and conparentid = 0
     order by 1, 2`)
  for (const { table, name } of rows)
    await client.query(`alter table ${table} drop constraint ${quoted(name)}`)
  await setTriggers(client, 'disable')
  return rows
}

export async function bringBackRules(client: Client, keys: readonly ForeignKey[]): Promise<void> {
  await setTriggers(client, 'enable')
  for (const { table, name, definition } of keys)
    await client.query(`alter table ${table} add constraint ${quoted(name)} ${definition}`)
}

async function setTriggers(client: Client, word: 'enable' | 'disable'): Promise<void> {
  const { rows } = await client.query<{ table: string }>(`
    select distinct t.tgrelid::regclass::text as "table" from pg_trigger t
      join pg_class c on c.oid = t.tgrelid
     where not t.tgisinternal and t.tgparentid = 0 and c.relnamespace = 'public'::regnamespace`)
  for (const { table } of rows) await client.query(`alter table ${table} ${word} trigger user`)
}

/** What the migrations put in is in the backup too. */
export async function emptyTables(client: Client, names: readonly string[]): Promise<void> {
  if (names.length > 0) await client.query(`truncate ${names.map(quoted).join(', ')}`)
}

export async function makePartitions(client: Client, { partitions }: TableHead): Promise<void> {
  for (const first of partitions)
    await client.query('select ensure_delivery_partition($1)', [first])
}

/** The numbers go on where they were: none is given twice. */
export async function setSequences(client: Client, sequences: End['sequences']): Promise<void> {
  for (const [name, last] of Object.entries(sequences))
    await client.query('select setval($1::regclass, $2)', [`public.${quoted(name)}`, last])
}

const RESTORED = 'restored'

/** In the records, so that files of a restore that was broken off are not taken for its own. */
export async function noteRestore(client: Client, restoreId: string): Promise<void> {
  await client.query(
    `insert into setting (name, value) values ($1, to_jsonb($2::text))
     on conflict (name) do update set value = excluded.value`,
    [RESTORED, restoreId],
  )
}

export async function findRestore(client: Client): Promise<string | null> {
  const { rows } = await client.query<{ value: string }>(
    `select value #>> '{}' as value from setting where name = $1`,
    [RESTORED],
  )
  return rows[0]?.value ?? null
}

/** Nothing is planned or claimed until a person has looked. */
export async function holdRestored(
  client: Client,
  { reason, databaseId, now }: { reason: string; databaseId: string; now: Date },
): Promise<void> {
  // A database that never sent anything has no mark yet.
  await client.query(
    `insert into restore_mark (database_id, at) values ($1, $2) on conflict (only_row) do nothing`,
    [databaseId, now],
  )
  // The one that it comes from was being made as it looked.
  await client.query('delete from backup where finished_at is null and trouble is null')
  await client.query(
    `update restore_mark
        set held = case when held is null then $1 when position($1 in held) > 0 then held else held || '; ' || $1 end
          , held_at = coalesce(held_at, $2)`,
    [reason, now],
  )
}

/** The fingerprint of the keys that the records were used with. */
export async function findKeysInUse(client: Client): Promise<string | null> {
  const { rows } = await client.query<{ value: string }>(
    `select value #>> '{}' as value from setting where name = 'keys'`,
  )
  return rows[0]?.value ?? null
}
