import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { codeOf, Refusal } from '#errors.ts'
import type { Log } from '#log.ts'

export function urlOf({ port, password }: { port: number; password: string }): string {
  return `postgres://daybreak:${password}@127.0.0.1:${port}/daybreak`
}

/** Waits until the server answers, without a limit: after a crash it replays its log first. Makes the database once. */
export async function untilAnswers(input: {
  url: string
  log: Log
  signal: AbortSignal
}): Promise<void> {
  const { url, log, signal } = input
  let tellAt = performance.now() + 10_000
  while (!signal.aborted) {
    const answer = await ask(url)
    if (answer === 'yes') return
    if (answer === 'no database') await createDatabase(url)
    if (performance.now() > tellAt) {
      log.info({ answer }, 'PostgreSQL does not answer yet, it may be recovering')
      tellAt += 10_000
    }
    await sleep(20)
  }
}

export async function ask(url: string): Promise<'yes' | 'no database' | 'not yet'> {
  try {
    await query(url, 'select 1')
    return 'yes'
  } catch (error) {
    switch (codeOf(error)) {
      case '28P01':
        throw new Refusal(
          'the embedded PostgreSQL does not take the password in secrets/postgres-password of the data directory: ' +
            'restore that file from the backup that the records are from',
          { cause: error },
        )
      case '3D000':
        return 'no database'
      case '53100':
        throw error
      default:
        return 'not yet'
    }
  }
}

async function createDatabase(url: string): Promise<void> {
  const maintenance = new URL(url)
  maintenance.pathname = '/postgres'
  await query(maintenance.href, 'create database daybreak')
}

async function query(url: string, text: string): Promise<void> {
  const client = new Client({ connectionString: url, ssl: false, connectionTimeoutMillis: 3000 })
  // A connection that breaks while idle has nobody to tell; the query's own error is what counts.
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query(text)
  } finally {
    await client.end().catch(() => {})
  }
}
