import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { endRestore } from '#backup/end-restore.ts'
import { stageFiles } from '#backup/kept-files.ts'
import { restoreBackup } from '#backup/restore-backup.ts'
import { writeBackup } from '#backup/write-backup.ts'
import { createPool } from '#db/open.ts'
import { openHouse } from '../house.ts'
import { connectTo, contentOf, KEYS, openEmptyDatabase, openKeeper } from './records-fixture.ts'

const passphrase = 'four words on paper'
const now = new Date('2026-11-24T03:30:00Z')
const HELD = 'the database was restored'
const keys = [
  { name: 'secrets/token-key', bytes: Buffer.from(`${KEYS.token}\n`) },
  { name: 'dkim/a.example.org.pem', bytes: Buffer.from('a key\n') },
]
const order = { passphrase, files: keys, program: '0.1.0', now }

test('the backup of a newer version is refused, for the configuration, and changes nothing', async () => {
  await using house = await openHouse()
  await using keeper = await openKeeper()
  await using empty = await openEmptyDatabase()
  await house.db.executeQuery(
    sql`insert into schema_migration (version, name) values (999, 'later')`.compile(house.db),
  )
  await backUp(house.url, keeper.file)

  const restoring = restoreBackup(empty.client, {
    ...keeper,
    passphrase,
    held: HELD,
    keys: null,
    now,
  })

  await expect(restoring).rejects.toMatchObject({
    status: 78,
    message: expect.stringMatching(
      /was made by a newer Daybreak \(0\.1\.0, schema version 999; this one knows \d+\)/,
    ),
  })
  expect(await contentOf(empty.client)).toEqual({})
})

test('other keys in the environment than those of the backup are refused by name', async () => {
  await using house = await openHouse()
  await sql`insert into setting (name, value) values ('keys', '"aaaa bbbb"')`.execute(house.db)
  await using keeper = await openKeeper()
  await using empty = await openEmptyDatabase()
  await backUp(house.url, keeper.file)

  const restoring = restoreBackup(empty.client, {
    ...keeper,
    passphrase,
    held: HELD,
    keys: 'cccc dddd',
    now,
  })

  await expect(restoring).rejects.toThrow(
    /^DAYBREAK_TOKEN_KEY and DAYBREAK_SUPPRESSION_KEY are not the keys of the backup/,
  )
  expect(await contentOf(empty.client)).toEqual({})
})

test('a backup takes no other file’s place, and leaves nothing of one that failed', async () => {
  await using house = await openHouse()
  await using keeper = await openKeeper()
  await backUp(house.url, keeper.file)
  const first = await readFile(keeper.file)
  const client = await connectTo(house.url)

  await expect(writeBackup(client, { ...order, file: keeper.file })).rejects.toThrow(
    'is there already: give the backup another name',
  )
  const lost = writeBackup(client, {
    ...order,
    file: join(keeper.dataDir, 'kept', 'second.daybreak'),
    progress: () => void client.end(),
  })

  await expect(lost).rejects.toThrow(
    /^cannot write the backup second\.daybreak .*nothing is left of it$/,
  )
  expect(await readdir(dirname(keeper.file))).toEqual(['records.daybreak'])
  expect((await readFile(keeper.file)).equals(first)).toBe(true)
})

test('files of a restore that never reached the records are removed, not used', async () => {
  await using house = await openHouse()
  await using keeper = await openKeeper()
  const pool = createPool({ url: house.url, max: 1, onError: () => undefined })
  await stageFiles(keeper.dataDir, {
    files: [{ name: 'secrets/token-key', bytes: Buffer.from('of a restore\n') }],
    restoreId: 'abc',
  })

  await endRestore(pool, { dataDir: keeper.dataDir, log: house.context.log })
  const key = await readFile(join(keeper.dataDir, 'secrets/token-key'), 'utf8')
  await stageFiles(keeper.dataDir, {
    files: [{ name: 'secrets/token-key', bytes: Buffer.from('of this restore\n') }],
    restoreId: 'def',
  })
  await sql`insert into setting (name, value) values ('restored', '"def"')`.execute(house.db)
  await endRestore(pool, { dataDir: keeper.dataDir, log: house.context.log })
  await pool.end()

  expect(key).toBe(`${KEYS.token}\n`)
  expect(await readFile(join(keeper.dataDir, 'secrets/token-key'), 'utf8')).toBe(
    'of this restore\n',
  )
  expect((await readdir(keeper.dataDir)).toSorted()).toEqual(['secrets'])
})

async function backUp(url: string, file: string): Promise<void> {
  const client = await connectTo(url)
  await writeBackup(client, { ...order, file })
  await client.end()
}
