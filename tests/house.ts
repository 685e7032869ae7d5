import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { Client } from 'pg'
import { inject } from 'vitest'
import { type Config, readConfig } from '#config.ts'
import type { Context, DomainNote, LeavingNote } from '#context.ts'
import { type Db, openDb } from '#db/open.ts'
import { ensureFirstNewsletters } from '#editions/newsletter.ts'
import { createLog } from '#log.ts'
import type { JobName, Jobs } from '#queue/jobs.ts'
import { addSubscriber } from '#subscribers/sign-up.ts'
import { databaseUrl } from './database-server.ts'

export type LeftJob = { [Name in JobName]: { name: Name; data: Jobs[Name] } }[JobName]

export type House = AsyncDisposable & {
  context: Context
  db: Db
  url: string
  /** Jobs that verbs left, in order; nobody works on them. */
  jobs: LeftJob[]
  /** What the file of those who left was told. */
  leavings: (LeavingNote | DomainNote)[]
  /** What was logged. */
  lines: string[]
  /** The time that verbs see. */
  now: Date
  wait(ms: number): void
}

/** A fresh house for one test or one file: a clone of the migrated template, a clock that stands still, no workers. */
export async function openHouse({
  now = new Date('2026-11-22T06:30:00Z'),
  env = {},
}: { now?: Date; env?: NodeJS.ProcessEnv } = {}): Promise<House> {
  const serverUrl = inject('serverUrl')
  const name = `house_${randomBytes(6).toString('hex')}`
  await onServer(serverUrl, `create database ${name} template template_house`)
  const url = databaseUrl(serverUrl, name)
  const { db } = await openDb({ url, max: 6, onError: () => undefined })
  const config: Config = readConfig({ LOG_LEVEL: 'info', ...env })
  const house: Pick<House, 'jobs' | 'leavings' | 'lines' | 'now'> = {
    jobs: [],
    leavings: [],
    lines: [],
    now,
  }
  const context: Context = {
    config,
    log: createLog({ level: 'info', name: 'test', write: (line) => void house.lines.push(line) }),
    db,
    clock: { now: () => house.now },
    secrets: { tokenKey: Buffer.alloc(32, 1), suppressionKey: Buffer.alloc(32, 2) },
    enqueue: async (job, data) => void house.jobs.push({ name: job, data } as LeftJob),
    relay: { test: true },
    leavings: { note: async (notes) => void house.leavings.push(...notes) },
  }
  await ensureFirstNewsletters(context)
  // Tests do not wait, and send at any hour, but for those of spreading and of the night.
  await sql`update newsletter set hold_back = '0', spread = '0', quiet_from = null, quiet_until = null`.execute(
    db,
  )
  return Object.assign(house, {
    context,
    db,
    url,
    wait(ms: number) {
      house.now = new Date(house.now.getTime() + ms)
    },
    async [Symbol.asyncDispose]() {
      await db.destroy()
      await onServer(serverUrl, `drop database ${name} with (force)`)
    },
  })
}

/** Readers `reader1@…`, `reader2@…`, confirmed, of the daily digest and the alerts. */
export async function addReaders(
  { context }: Pick<House, 'context'>,
  count: number,
  {
    timeZone = 'Europe/London',
    newsletters = ['daily', 'breaking'],
    topics = [] as string[],
    domain = 'example.org',
    from = 1,
  } = {},
): Promise<number[]> {
  const ids: number[] = []
  for (let number = from; number < from + count; number += 1) {
    const reader = await addSubscriber(context, {
      email: `reader${number}@${domain}`,
      newsletters,
      topics,
      timeZone,
      language: 'en',
      actor: 'test',
    })
    ids.push(reader.id)
  }
  return ids
}

async function onServer(serverUrl: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: serverUrl })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
