import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { identityOf, isAlive } from '#db/process-identity.ts'
import { connect, createRecords, kill, query, until, urlFrom, type Records } from './records.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let records: Records

beforeEach(async () => {
  records = await createRecords()
})

afterEach(async () => {
  await records[Symbol.asyncDispose]()
})

describe('postmaster.pid', () => {
  test('of a process that is another program now is stale', async () => {
    await (await records.open('start'))[Symbol.asyncDispose]()
    const other = spawn('sleep', ['600'], { stdio: 'ignore' })
    onTestFinished(() => void other.kill())
    await writeFile(pidFile(), pidFileText(other.pid))

    await using second = await records.open('start')

    expect(await query(second.url, 'select 1 as one')).toEqual([{ one: 1 }])
    expect(isAlive(identityOf(other.pid ?? 0))).toBe(true)
  })

  test.each(['', 'garbage', '-5\n', '\0\0\0\0', '99999999999999999999\n'])(
    'that is damaged (%j) does not keep the server from starting',
    async (text) => {
      await (await records.open('start'))[Symbol.asyncDispose]()
      await writeFile(pidFile(), text)

      await using second = await records.open('start')

      expect(await query(second.url, 'select 1 as one')).toEqual([{ one: 1 }])
    },
  )
})

describe('kill -9', () => {
  test('of Daybreak: the next start takes over the running server, and ends it', async () => {
    const child = records.openElsewhere()
    const url = await urlFrom(child)
    await query(url, 'create table kept as select 42 as answer')
    const orphan = await records.server()
    await kill(child)

    const next = await records.open('start')
    const adopted = await records.server()
    const rows = await query(next.url, 'select answer from kept')
    await next[Symbol.asyncDispose]()

    expect(adopted).toEqual(orphan)
    expect(next).toMatchObject({ url, owner: true })
    expect(rows).toEqual([{ answer: 42 }])
    expect(isAlive(identityOf(orphan?.pid ?? 0))).toBe(false)
  })

  test.each(['started', 'adopted'])(
    'of a server that was %s is told, and a restart on its port brings every committed row',
    async (how) => {
      if (how === 'adopted') await leaveOrphan()
      await using postgres = await records.open('start')
      await query(postgres.url, 'create table kept as select 42 as answer')
      const idle = await connect(postgres.url)
      const server = await records.server()
      process.kill(server?.pid ?? 0, 'SIGKILL')

      const sentence = await postgres.ended
      await postgres.restart()
      const rows = await query(postgres.url, 'select answer from kept')
      await idle.end()

      expect(sentence).toMatch(/^PostgreSQL ended \((killed by SIGKILL|its process is gone)\)$/)
      expect(rows).toEqual([{ answer: 42 }])
    },
  )

  test('of a server: a query that would go on for an hour does not keep it from starting again', async () => {
    await using postgres = await records.open('start')
    const busy = await connect(postgres.url)
    const endless = busy
      .query('select count(*) from generate_series(1, 1e10::bigint) a')
      .catch(() => 'broken')
    await until(async () => {
      const text = `select 1 from pg_stat_activity where query like '%generate_series%' and state = 'active' and pid <> pg_backend_pid()`
      return (await query(postgres.url, text)).length === 1
    })
    process.kill((await records.server())?.pid ?? 0, 'SIGKILL')

    await postgres.ended
    await postgres.restart()

    expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }])
    expect(await endless).toBe('broken')
    await busy.end()
  })
})

async function leaveOrphan(): Promise<void> {
  const child = records.openElsewhere()
  await urlFrom(child)
  await kill(child)
}

function pidFile(): string {
  return join(records.dataDir, 'postgres/postmaster.pid')
}

function pidFileText(pid: number | undefined): string {
  return [
    pid,
    join(records.dataDir, 'postgres'),
    1_795_377_576,
    20_123,
    '',
    '127.0.0.1',
    '  123 456',
    'ready   ',
    '',
  ].join('\n')
}
