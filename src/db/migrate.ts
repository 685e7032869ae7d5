import { readFile, readdir } from 'node:fs/promises'
import type pg from 'pg'
import { Refusal } from '#errors.ts'

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
    create table if not exists schema_migration (
      version integer primary key, name text not null, applied_at timestamptz not null default now());
    commit`)
}

async function applyOnce(client: pg.ClientBase, migration: Migration): Promise<boolean> {
  await client.query('begin')
  try {
    await client.query(`select pg_advisory_xact_lock(hashtext('daybreak migrate'))`)
    const claimed = await client.query(
      'insert into schema_migration (version, name) values ($1, $2) on conflict do nothing returning version',
      [migration.version, migration.name],
    )
    if (claimed.rowCount === 1) await client.query(await readFile(migration.file, 'utf8'))
    await client.query('commit')
    return claimed.rowCount === 1
  } catch (cause) {
    await client.query('rollback')
    throw new Error(`migration ${migration.name} failed`, { cause })
  }
}

async function refuseNewerSchema(client: pg.ClientBase, known: number): Promise<number> {
  const { rows } = await client.query<{ version: number }>(
    'select coalesce(max(version), 0) as version from schema_migration',
  )
  const version = rows[0]?.version ?? 0
  if (version > known) {
    throw new Refusal(
      `the database has schema version ${version}, this program knows ${known}: it was made by a newer Daybreak. Start that version, or restore a backup from before the upgrade`,
      { status: 78 },
    )
  }
  return version
}
