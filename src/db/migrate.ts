import { readFile, readdir } from 'node:fs/promises'
import type pg from 'pg'
import { Refusal, reasonOf } from '#errors.ts'

const FOLDER = new URL('./migrations/', import.meta.url)

/**
 * Brings the schema up to this program's version: forward-only SQL files, each in its own transaction, in order.
 * Concurrent starters queue on a lock and find the work done. A schema newer than this program is refused.
 */
export async function migrate(
  client: pg.ClientBase,
  folder: URL = FOLDER,
): Promise<{ version: number; applied: number }> {
  const migrations = await listMigrations(folder)
  await ensureVersionTable(client)
  let applied = 0
  for (const migration of migrations) {
    if (await applyOnce(client, migration)) applied += 1
  }
  const version = await refuseNewerSchema(client, migrations.length)
  return { version, applied }
}

/** A schema that does not fit this program, or that it could not bring up to date. */
export class SchemaRefusal extends Refusal {}

/** 0 where no Daybreak ever was. */
export async function schemaVersion(client: pg.ClientBase): Promise<number> {
  const there = await client.query<{ found: boolean }>(
    `select to_regclass('public.schema_migration') is not null as found`,
  )
  return there.rows[0]?.found === true ? newestOf(client) : 0
}

/** The schema version of this program. */
export async function knownVersion(): Promise<number> {
  return (await listMigrations(FOLDER)).length
}

/** What is missing up to that version, in the transaction that is open: a restore is one step or none. */
export async function applyMigrations(
  client: pg.ClientBase,
  { upTo }: { upTo: number },
): Promise<void> {
  await client.query(VERSION_TABLE)
  const migrations = await listMigrations(FOLDER)
  for (const migration of migrations.slice(0, upTo)) await applyIn(client, migration)
}

type Migration = { version: number; name: string; file: URL }

async function listMigrations(folder: URL): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).toSorted()
  return names.map((name, index) => {
    const version = Number(name.slice(0, 4))
    if (version !== index + 1) throw new Error(`migration ${name} is out of order`)
    return { version, name, file: new URL(name, folder) }
  })
}

/** Under the lock: two `create table if not exists` at once collide in the catalogue. */
async function ensureVersionTable(client: pg.ClientBase): Promise<void> {
  await client.query(`
    begin;
    select pg_advisory_xact_lock(hashtext('daybreak migrate'));
    ${VERSION_TABLE};
    commit`)
}

const VERSION_TABLE = `
    create table if not exists schema_migration (
      version integer primary key, name text not null, applied_at timestamptz not null default now())`

async function applyOnce(client: pg.ClientBase, migration: Migration): Promise<boolean> {
  await client.query('begin')
  try {
    await client.query(`select pg_advisory_xact_lock(hashtext('daybreak migrate'))`)
    const applied = await applyIn(client, migration)
    await client.query('commit')
    return applied
  } catch (cause) {
    await client.query('rollback')
    throw new SchemaRefusal(
      `migration ${migration.name} failed (${reasonOf(cause)}), and nothing of it was kept`,
      { status: 78, cause },
    )
  }
}

async function applyIn(
  client: pg.ClientBase,
  { version, name, file }: Migration,
): Promise<boolean> {
  const claimed = await client.query(
    'insert into schema_migration (version, name) values ($1, $2) on conflict do nothing returning version',
    [version, name],
  )
  if (claimed.rowCount === 1) await client.query(await readFile(file, 'utf8'))
  return claimed.rowCount === 1
}

async function refuseNewerSchema(client: pg.ClientBase, known: number): Promise<number> {
  const version = await newestOf(client)
  if (version > known) {
    throw new SchemaRefusal(
      `the database has schema version ${version}, this program knows ${known}: it was made by a newer Daybreak. Start that version, or restore a backup from before the upgrade`,
      { status: 78 },
    )
  }
  return version
}

async function newestOf(client: pg.ClientBase): Promise<number> {
  const { rows } = await client.query<{ version: number }>(
    'select coalesce(max(version), 0) as version from schema_migration',
  )
  return rows[0]?.version ?? 0
}
