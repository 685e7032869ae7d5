import { mkdtemp, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import type { TestProject } from 'vitest/node'
import { openEmbedded } from '#db/embedded.ts'
import { migrate } from '#db/migrate.ts'
import { createLog } from '#log.ts'

declare module 'vitest' {
  interface ProvidedContext {
    serverUrl: string
  }
}

/** One PostgreSQL for all test files, with a migrated template that each file clones. */
export default async function startServer(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(await roomyDir(), 'daybreak-test-'))
  const log = createLog({ level: 'error', name: 'test' })
  const server = await openEmbedded({ dataDir, command: 'test', purpose: 'server', log })
  const client = new Client({ connectionString: server.url })
  await client.connect()
  // A power cut in the middle of the tests may lose them: a clone a test then takes half as long.
  for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes']) {
    await client.query(`alter system set ${setting} = off`)
  }
  await client.query(`alter system set max_wal_size = '256MB'`)
  await client.query('select pg_reload_conf()')
  await client.query('create database template_house')
  await client.end()
  const template = new Client({ connectionString: databaseUrl(server.url, 'template_house') })
  await template.connect()
  await migrate(template)
  await template.end()
  project.provide('serverUrl', server.url)
  return async () => {
    await server[Symbol.asyncDispose]()
    await rm(dataDir, { recursive: true, force: true })
  }
}

/** A clone is some 800 files: 20 ms in memory, ten to twenty times that on a disk that keeps a journal. */
async function roomyDir(): Promise<string> {
  try {
    const { bavail, bsize } = await statfs(MEMORY)
    return bavail * bsize >= ROOM_BYTES ? MEMORY : tmpdir()
  } catch {
    return tmpdir()
  }
}

const MEMORY = '/dev/shm'
const ROOM_BYTES = 4 * 1024 ** 3

export function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.href
}
