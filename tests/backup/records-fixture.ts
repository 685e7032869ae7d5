import { randomBytes } from 'node:crypto'
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { inject } from 'vitest'
import { listTables } from '#backup/snapshot-store.ts'
import { databaseUrl } from '../database-server.ts'

/** What the house's secrets are, as the files of a data directory. */
export const KEYS = { token: '01'.repeat(32), suppression: '02'.repeat(32) }

/** A data directory with the house's keys. */
export async function openKeeper() {
  const dataDir = await mkdtemp(join(tmpdir(), 'daybreak-backup-'))
  await mkdir(join(dataDir, 'secrets'))
  await writeFile(join(dataDir, 'secrets/token-key'), `${KEYS.token}\n`)
  await writeFile(join(dataDir, 'secrets/suppression-key'), `${KEYS.suppression}\n`)
  return {
    dataDir,
    file: join(dataDir, 'kept', 'records.daybreak'),
    async [Symbol.asyncDispose]() {
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** A database with nothing in it, and a connection to it. */
export async function openEmptyDatabase() {
  const server = inject('serverUrl')
  const name = `restored_${randomBytes(6).toString('hex')}`
  await on(server, `create database ${name}`)
  const url = databaseUrl(server, name)
  const client = await connectTo(url)
  return {
    url,
    client,
    async [Symbol.asyncDispose]() {
      await client.end()
      await on(server, `drop database ${name} with (force)`)
    },
  }
}

export async function connectTo(url: string): Promise<Client> {
  const client = new Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  return client
}

/** Every table with the number of its rows and a sum over all of them. */
export async function contentOf(client: Client): Promise<Record<string, string>> {
  const content: Record<string, string> = {}
  for (const { name } of await listTables(client)) {
    const { rows } = await client.query<{ told: string }>(
      `select count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' order by t::text)), '') as told from ${name} t`,
    )
    content[name] = rows[0]?.told ?? ''
  }
  return content
}

async function on(url: string, statement: string): Promise<void> {
  const client = await connectTo(url)
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
