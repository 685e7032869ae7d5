import { randomBytes } from 'node:crypto'
import { readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { checkBackup } from '#backup/read-backup.ts'
import { restoreBackup } from '#backup/restore-backup.ts'
import { writeBackup } from '#backup/write-backup.ts'
import { addReaders, openHouse } from '../house.ts'
import { openSettled } from '../deliveries/settled-fixture.ts'
import { connectTo, contentOf, KEYS, openEmptyDatabase, openKeeper } from './records-fixture.ts'

const passphrase = 'four words on paper'
const now = new Date('2026-11-24T03:30:00Z')
const HELD = 'the database was restored'
const keys = [
  { name: 'secrets/token-key', bytes: Buffer.from(`${KEYS.token}\n`) },
  { name: 'dkim/a.example.org.pem', bytes: Buffer.from('a key\n') },
]
const order = { passphrase, files: keys, program: '0.1.0', now }

test('what is restored is what was there, to the last row, and numbers go on behind the last', async () => {
  const house = await openSettled(20)
  await using _ = house
  await using keeper = await openKeeper()
  await using empty = await openEmptyDatabase()
  await sql`insert into audit_event (at, actor, verb, subject, detail)
            values (${now}, 'ines', 'say', E'tab\tnew line\nback\\slash \\N é', '{"a": [1, null]}')`.execute(
    house.db,
  )
  const client = await connectTo(house.url)
  const before = await contentOf(client)

  const made = await writeBackup(client, { ...order, file: keeper.file })
  const restored = await restoreBackup(empty.client, {
    ...keeper,
    passphrase,
    held: HELD,
    keys: null,
    now,
  })
  const after = await contentOf(empty.client)
  await client.end()

  expect(restored).toMatchObject({ rows: made.rows, schema: made.schema, program: '0.1.0' })
  // What the restore itself says in the records, and nothing else.
  expect(Object.keys(before).filter((name) => before[name] !== after[name])).toEqual([
    'restore_mark',
    'setting',
  ])
  expect(before['delivery']).toMatch(/^20 /)
  const { rows } = await empty.client.query<{ id: number }>(
    `insert into operator (name, role, created_at) values ('otto', 'viewer', now()) returning id::int`,
  )
  expect(rows[0]?.id).toBe(2)
})

test('the rules of the records are back too: what they forbid is refused', async () => {
  const house = await openSettled(3)
  await using _ = house
  await using keeper = await openKeeper()
  await using empty = await openEmptyDatabase()
  await backUp(house.url, keeper.file)

  await restoreBackup(empty.client, { ...keeper, passphrase, held: HELD, keys: null, now })

  await expect(empty.client.query('delete from audit_event')).rejects.toThrow('append-only')
  await expect(empty.client.query('delete from newsletter')).rejects.toThrow('foreign key')
  const held = await empty.client.query('select held from restore_mark')
  expect(held.rows).toEqual([{ held: HELD }])
  expect(await rulesOf(empty.url)).toEqual(await rulesOf(house.url))
})

test('it is of one moment: what changes while it is written is not in it', async () => {
  await using house = await openHouse()
  await addReaders(house, 5)
  await using keeper = await openKeeper()
  const client = await connectTo(house.url)
  let added = false

  await writeBackup(client, {
    ...order,
    file: keeper.file,
    progress: () => {
      if (added) return
      added = true
      void addReaders(house, 1, { from: 6 })
    },
  })
  await client.end()
  const { end } = await checkBackup(keeper.file, { passphrase })

  expect(added).toBe(true)
  expect(end.rows['subscriber']).toBe(5)
})

test('the keys take the places of those that are there, which stay beside them, closed to others', async () => {
  await using house = await openHouse()
  await using keeper = await openKeeper()
  await using empty = await openEmptyDatabase()
  await backUp(house.url, keeper.file)
  await writeFile(join(keeper.dataDir, 'secrets/token-key'), 'older\n')

  const { files } = await restoreBackup(empty.client, {
    ...keeper,
    passphrase,
    held: HELD,
    keys: null,
    now,
  })

  expect(files).toEqual(['dkim/a.example.org.pem', 'secrets/token-key'])
  const read = async (name: string) => readFile(join(keeper.dataDir, name), 'utf8')
  expect(await read('secrets/token-key')).toBe(`${KEYS.token}\n`)
  expect(await read('secrets/token-key.before-restore')).toBe('older\n')
  const { mode } = await stat(join(keeper.dataDir, 'dkim/a.example.org.pem'))
  expect(mode & 0o777).toBe(0o600)
})

test('a backup that is not whole changes nothing, and says so', async () => {
  const house = await openSettled(5)
  await using _ = house
  await using keeper = await openKeeper()
  const client = await connectTo(house.url)
  await writeBackup(client, { ...order, file: keeper.file })
  const before = await contentOf(client)
  const { size } = await stat(keeper.file)
  await truncate(keeper.file, size - 10)

  const restoring = restoreBackup(client, { ...keeper, passphrase, held: HELD, keys: null, now })

  await expect(restoring).rejects.toThrow('records.daybreak is cut off')
  expect(await contentOf(client)).toEqual(before)
  await client.end()
})

test('a restore whose connection is lost half-way changes nothing', async () => {
  const house = await openSettled(5)
  await using _ = house
  await using keeper = await openKeeper()
  const client = await connectTo(house.url)
  await writeBackup(client, { ...order, file: keeper.file })
  const other = await connectTo(house.url)
  const before = await contentOf(other)
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')

  const restoring = restoreBackup(client, {
    ...keeper,
    passphrase,
    held: HELD,
    keys: null,
    now,
    progress: ({ table }) => {
      if (table === 'newsletter')
        void other.query('select pg_terminate_backend($1)', [rows[0]?.pid])
    },
  })

  await expect(restoring).rejects.toThrow(
    /the restore was broken off .*; the records are as they were before/,
  )
  expect(await contentOf(other)).toEqual(before)
  await other.end()
})

test('who owns the database and is no superuser makes backups and restores them', async () => {
  const house = await openSettled(3)
  await using _ = house
  await using keeper = await openKeeper()
  await using empty = await openEmptyDatabase()
  await backUp(house.url, keeper.file)
  const role = `owner_${randomBytes(4).toString('hex')}`
  const url = new URL(empty.url)
  await empty.client.query(`create role ${role} login password 'quay'`)
  await empty.client.query(`alter database ${url.pathname.slice(1)} owner to ${role}`)
  url.username = role
  url.password = 'quay'
  const owner = await connectTo(url.href)

  await restoreBackup(owner, { ...keeper, passphrase, held: HELD, keys: null, now })
  const again = join(keeper.dataDir, 'again.daybreak')
  await writeBackup(owner, { ...order, file: again })
  await restoreBackup(owner, { ...keeper, file: again, passphrase, held: HELD, keys: null, now })
  const { rows } = await owner.query('select count(*)::int as count from delivery')
  await owner.end()
  await empty.client.query(
    `reassign owned by ${role} to current_user; drop owned by ${role}; drop role ${role}`,
  )

  expect(rows).toEqual([{ count: 3 }])
})

async function backUp(url: string, file: string): Promise<void> {
  const client = await connectTo(url)
  await writeBackup(client, { ...order, file })
  await client.end()
}

async function rulesOf(url: string): Promise<unknown[]> {
  const client = await connectTo(url)
  const { rows } = await client.query(
    `select conrelid::regclass::text || ' ' || conname || ' ' || pg_get_constraintdef(oid) as rule from pg_constraint
      where connamespace = 'public'::regnamespace order by 1`,
  )
  await client.end()
  return rows
}
