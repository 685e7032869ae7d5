import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { defaultDataDir } from '#db/embedded.ts'
import { createRecords, firstLine, kill, query, until, urlFrom, type Records } from './records.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let records: Records

beforeEach(async () => {
  records = await createRecords()
})

afterEach(async () => {
  await records[Symbol.asyncDispose]()
})

describe('starting', () => {
  test('keeps the rows from one start to the next, in a directory that reveals nothing', async () => {
    {
      await using first = await records.open('start')
      await query(first.url, 'create table kept as select 42 as answer')
    }

    await using second = await records.open('start')

    expect(await query(second.url, 'select answer from kept')).toEqual([{ answer: 42 }])
    expect(await modesOf('.', 'postgres', 'secrets', 'holder.json', 'postgres.log')).toMatchObject({
      postgres: '700',
      secrets: '700',
      'holder.json': '600',
      'postgres.log': '600',
    })
    expect(await modesOf('secrets/postgres-password')).toEqual({
      'secrets/postgres-password': '600',
    })
  })

  test('gives a server that is durable, in UTF-8 and UTC, and answers on this machine only', async () => {
    await using postgres = await records.open('start')

    const settings = await query(
      postgres.url,
      `select name, setting from pg_settings
        where name in ('fsync', 'synchronous_commit', 'full_page_writes', 'listen_addresses',
                       'server_encoding', 'TimeZone', 'unix_socket_directories', 'data_checksums')`,
    )

    expect(Object.fromEntries(settings.map(({ name, setting }) => [name, setting]))).toEqual({
      fsync: 'on',
      synchronous_commit: 'on',
      full_page_writes: 'on',
      data_checksums: 'on',
      listen_addresses: '127.0.0.1',
      server_encoding: 'UTF8',
      TimeZone: 'UTC',
      unix_socket_directories: '',
    })
  })

  test('needs the password', async () => {
    await using postgres = await records.open('start')
    const url = new URL(postgres.url)
    url.password = 'wrong'

    const asked = query(url.href, 'select 1')

    await expect(asked).rejects.toThrow(/password authentication failed/)
  })

  test('after a kill in the middle of making the records leaves nothing half-made', async () => {
    const child = records.openElsewhere()
    await until(async () =>
      (await readdir(records.dataDir)).some((name) => name.startsWith('.initdb-')),
    )
    await kill(child)

    await using postgres = await records.open('start')

    expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }])
    expect((await readdir(records.dataDir)).toSorted()).toEqual([
      'holder.json',
      'postgres',
      'postgres.log',
      'secrets',
    ])
  })

  test('without the password of existing records is refused, with the file to restore', async () => {
    await (await records.open('start'))[Symbol.asyncDispose]()
    await rm(join(records.dataDir, 'secrets/postgres-password'))

    const second = records.open('start')

    await expect(second).rejects.toThrow(
      /postgres-password is missing or damaged.*restore it from a backup/,
    )
    expect(await readdir(records.dataDir)).not.toContain('holder.json')
  })

  test('over files that are no records is refused, and touches none of them', async () => {
    await mkdir(join(records.dataDir, 'postgres'))
    await writeFile(join(records.dataDir, 'postgres/novel.txt'), 'chapter one')

    const attempt = records.open('start')

    await expect(attempt).rejects.toThrow(/is not a PostgreSQL data directory: move it away/)
    expect(await readdir(join(records.dataDir, 'postgres'))).toEqual(['novel.txt'])
  })
})

describe('two at once', () => {
  test('of two servers one opens, and the other names it', async () => {
    const outcomes = await Promise.all([
      firstLine(records.openElsewhere()),
      firstLine(records.openElsewhere()),
    ])

    const refused = outcomes.filter((line) => 'refusal' in line)
    expect(outcomes.filter((line) => line.owner === true)).toHaveLength(1)
    expect(refused).toHaveLength(1)
    expect(refused[0]?.refusal).toContain(
      `the data directory ${records.dataDir} is in use by "daybreak start" (process `,
    )
  })

  test('a command joins a server that is just starting, and leaves it running', async () => {
    const server = records.openElsewhere()
    await until(async () => (await readdir(records.dataDir)).includes('holder.json'))

    const command = await records.open('ingest')
    await command[Symbol.asyncDispose]()

    const url = await urlFrom(server)
    expect(command).toMatchObject({ url, owner: false })
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  test('two commands without a server take turns', async () => {
    const outcomes = await Promise.all(
      ['ingest', 'export'].map(async (command) => {
        await using postgres = await records.open(command)
        await query(postgres.url, 'create table if not exists told (command text)')
        await query(postgres.url, `insert into told values ('${command}')`)
        return postgres.owner
      }),
    )

    await using postgres = await records.open('list')
    expect(outcomes).toEqual([true, true])
    expect(await query(postgres.url, 'select count(*)::int as count from told')).toEqual([
      { count: 2 },
    ])
  })
})

test('records live in ./data of a clone that everybody can reach', async () => {
  expect(await defaultDataDir({ cwd: tmpdir() })).toBe(join(tmpdir(), 'data'))
})

test.runIf(process.getuid?.() === 0)(
  'records of root live in the system state directory where the clone is closed to others',
  async () => {
    expect(await defaultDataDir({ cwd: records.dataDir })).toMatch(
      /^\/var\/lib\/daybreak\/daybreak-embedded-\w+-[0-9a-f]{8}$/,
    )
  },
)

async function modesOf(...names: string[]): Promise<Record<string, string>> {
  const modes = names.map(async (name) => {
    const { mode } = await stat(join(records.dataDir, name))
    return [name, (mode & 0o777).toString(8)] as const
  })
  return Object.fromEntries(await Promise.all(modes))
}
