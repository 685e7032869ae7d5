import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Client } from 'pg'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { migrate } from '#db/migrate.ts'
import { openDb } from '#db/open.ts'
import { databaseUrl } from '../database-server.ts'

let stack: AsyncDisposableStack
let url: string
beforeEach(async () => {
  stack = new AsyncDisposableStack()
  const name = `migrate_${randomBytes(6).toString('hex')}`
  const server = await connect(inject('serverUrl'))
  await server.query(`create database ${name}`)
  stack.defer(async () => {
    const last = new Client({ connectionString: inject('serverUrl') })
    await last.connect()
    await last.query(`drop database ${name} with (force)`)
    await last.end()
  })
  url = databaseUrl(inject('serverUrl'), name)
})
afterEach(async () => stack.disposeAsync())

test('a fresh database gets every migration in order, and asking again applies none', async () => {
  const client = await connect(url)

  const first = await migrate(client)
  const again = await migrate(client)

  expect(first.version).toBeGreaterThan(0)
  expect(first.applied).toBe(first.version)
  expect(again).toEqual({ version: first.version, applied: 0 })
})

test('eight that start at once on a fresh database settle it: each migration is applied once', async () => {
  const clients = await Promise.all(Array.from({ length: 8 }, async () => connect(url)))

  const results = await Promise.all(clients.map(async (client) => migrate(client)))

  const { version } = results[0] ?? { version: 0 }
  expect(new Set(results.map((result) => result.version))).toEqual(new Set([version]))
  expect(results.reduce((sum, { applied }) => sum + applied, 0)).toBe(version)
})

test('a schema newer than the program is refused with a sentence, for the configuration, and left alone', async () => {
  const client = await connect(url)
  const { version } = await migrate(client)
  await client.query(`insert into schema_migration (version, name) values ($1, 'later')`, [
    version + 1,
  ])

  const opening = openDb({ url, max: 1, onError: () => undefined })

  await expect(opening).rejects.toThrow(
    expect.objectContaining({
      name: 'Refusal',
      status: 78,
      message: `the database has schema version ${version + 1}, this program knows ${version}: it was made by a newer Daybreak. Start that version, or restore a backup from before the upgrade`,
    }),
  )
})

test('a migration that fails changes nothing, names itself, and is applied once it is mended', async () => {
  const client = await connect(url)
  const folder = await migrations({
    '0001-first.sql': 'create table first (id integer)',
    '0002-second.sql':
      'create table second (id integer); insert into first values (1); select 1 / 0;',
  })

  await expect(migrate(client, folder)).rejects.toThrow('migration 0002-second.sql failed')
  const after = await tablesOf(client)
  const { rows } = await client.query('select from first')
  await writeFile(new URL('0002-second.sql', folder), 'create table second (id integer)')
  const mended = await migrate(client, folder)

  expect(after).toEqual(['first', 'schema_migration'])
  expect(rows).toEqual([])
  expect(mended).toEqual({ version: 2, applied: 1 })
})

test('a gap in the numbers of the migrations is refused before anything is applied', async () => {
  const client = await connect(url)
  const folder = await migrations({
    '0001-first.sql': 'create table first (id integer)',
    '0003-third.sql': 'select 1',
  })

  await expect(migrate(client, folder)).rejects.toThrow('migration 0003-third.sql is out of order')
  expect(await tablesOf(client)).toEqual([])
})

test('a database that does not answer is refused by the name of its variable', async () => {
  const opening = openDb({ url: 'postgres://127.0.0.1:1/none', max: 1, onError: () => undefined })

  await expect(opening).rejects.toThrow(
    expect.objectContaining({
      name: 'Refusal',
      field: 'DATABASE_URL',
      message: expect.stringMatching(/ECONNREFUSED.*check DATABASE_URL/),
    }),
  )
})

async function connect(connectionString: string): Promise<Client> {
  const client = new Client({ connectionString })
  await client.connect()
  stack.defer(async () => client.end())
  return client
}

async function migrations(files: Record<string, string>): Promise<URL> {
  const folder = await mkdtemp(join(tmpdir(), 'daybreak-migrations-'))
  stack.defer(async () => rm(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  return pathToFileURL(`${folder}/`)
}

async function tablesOf(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public' order by 1`,
  )
  return rows.map((row) => row.name)
}
