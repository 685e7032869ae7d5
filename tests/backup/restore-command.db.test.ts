import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { checkBackup } from '#backup/read-backup.ts'
import { daybreak, startDaybreak } from '../daybreak-command.ts'
import { connectTo, contentOf, openEmptyDatabase, openKeeper } from './records-fixture.ts'

const REPO = fileURLToPath(new URL('../../', import.meta.url))
const PASSPHRASE = 'four words on paper'

/** A database of its own with three readers, and the program on it. */
async function openPlace() {
  const keeper = await openKeeper()
  const database = await openEmptyDatabase()
  const { dataDir } = keeper
  const env = {
    DATABASE_URL: database.url,
    DAYBREAK_BACKUP_PASSPHRASE: PASSPHRASE,
    LOG_LEVEL: 'error',
  }
  const run = async (...args: string[]) => daybreak(args, { dataDir, env })
  const added = await run('subscribers', 'add', 'a@example.org', 'b@example.org', 'c@example.org')
  expect(added).toMatchObject({ code: 0, err: '' })
  return {
    ...keeper,
    dataDir,
    env,
    run,
    database,
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]()
      await keeper[Symbol.asyncDispose]()
    },
  }
}

test('a backup is made, listed, checked, and brought back over what is there, which is kept', async () => {
  await using place = await openPlace()

  const made = await place.run('backup', 'first.daybreak')
  await place.run('subscribers', 'add', 'late@example.org')
  const listed = await place.run('backup', 'list')
  const checked = await place.run('restore', 'first.daybreak', '--check')
  const refused = await place.run('restore', 'first.daybreak')
  const restored = await place.run('restore', 'first.daybreak', '--replace')
  const held = await place.run('hold')

  expect(made.out).toMatch(/^first\.daybreak: \d+ kB, \d+ rows, read back and found whole \(\d/)
  expect(listed.out).toMatch(/by hand +\d+ kB +\d+ +.*first\.daybreak/)
  expect(checked.out).toMatch(/^first\.daybreak is whole: \d+ rows, 3 readers, made 20/)
  expect(refused).toMatchObject({ code: 1, out: '' })
  expect(refused.err).toContain(
    'say so with --replace (they are kept in a backup first); nothing was changed',
  )
  expect(restored).toMatchObject({ code: 0, err: '' })
  expect(restored.out).toMatch(/^restored: \d+ rows, as they were at 20/)
  expect(held.out).toMatch(/^everything is held since .*restored from a backup/)
  const { rows } = await place.database.client.query(
    'select count(*)::int as count from subscriber',
  )
  expect(rows).toEqual([{ count: 3 }])
  const [kept = ''] = await readdir(join(place.dataDir, 'backups'))
  expect(restored.out).toContain(`what was there before is in backups/${kept}`)
  const { end } = await checkBackup(join(place.dataDir, 'backups', kept), {
    passphrase: PASSPHRASE,
  })
  expect(end.rows['subscriber']).toBe(4)
})

test('on another machine with nothing but the file and its passphrase', async () => {
  await using place = await openPlace()
  await using elsewhere = await openEmptyDatabase()
  await place.run('backup', 'first.daybreak')
  const dataDir = join(place.dataDir, 'elsewhere')
  await mkdir(dataDir)
  const there = async (args: string[], env: NodeJS.ProcessEnv = {}) =>
    daybreak(args, { dataDir, env: { DATABASE_URL: elsewhere.url, LOG_LEVEL: 'error', ...env } })

  const without = await there(['restore', '../first.daybreak'])
  const wrong = await there(['restore', '../first.daybreak'], {
    DAYBREAK_BACKUP_PASSPHRASE: 'another one entirely',
  })
  const untouched = await contentOf(elsewhere.client)
  const restored = await there(['restore', '../first.daybreak'], {
    DAYBREAK_BACKUP_PASSPHRASE: PASSPHRASE,
  })
  const status = await there(['status'])

  expect(without).toMatchObject({ code: 1 })
  expect(without.err).toContain(
    'a backup opens only with its passphrase: set DAYBREAK_BACKUP_PASSPHRASE',
  )
  expect(wrong.err).toContain('the passphrase is not the one that first.daybreak was made with')
  expect(untouched).toEqual({})
  expect(restored).toMatchObject({ code: 0, err: '' })
  expect(await readFile(join(dataDir, 'secrets/token-key'), 'utf8')).toBe(
    await readFile(join(place.dataDir, 'secrets/token-key'), 'utf8'),
  )
  expect(status.out).toContain('readers: 3 active')
  expect(status.out).toContain('everything is held')
})

test('a restore over a database that Daybreak runs on is refused, and changes nothing', async () => {
  await using place = await openPlace()
  await place.run('backup', 'first.daybreak')
  const living = await connectTo(`${place.database.url}?application_name=daybreak`)
  const before = await contentOf(place.database.client)

  const refused = await place.run('restore', 'first.daybreak', '--replace')
  await living.end()

  expect(refused).toMatchObject({ code: 1, out: '' })
  expect(refused.err).toContain(
    'Daybreak runs on this database (one connection): stop it on every machine first; nothing was changed',
  )
  expect(await contentOf(place.database.client)).toEqual(before)
})

test('killed in the middle of a backup it leaves none, and the next one is whole', async () => {
  await using place = await openPlace()
  await fill(place.database.client)
  const child = startDaybreak(['backup', 'big.daybreak'], place)
  await untilThere(place.dataDir, 'big.daybreak.partial')

  child.kill('SIGKILL')
  await once(child, 'exit')
  const left = await readdir(place.dataDir)
  const again = await place.run('backup', 'big.daybreak')

  expect(left).toContain('big.daybreak.partial')
  expect(left).not.toContain('big.daybreak')
  expect(again).toMatchObject({ code: 0, err: '' })
  expect(await readdir(place.dataDir)).not.toContain('big.daybreak.partial')
  const { end } = await checkBackup(join(place.dataDir, 'big.daybreak'), { passphrase: PASSPHRASE })
  expect(end.rows['audit_event']).toBeGreaterThanOrEqual(ROWS)
})

test('killed in the middle of a restore everything is as it was, and the next one is whole', async () => {
  await using place = await openPlace()
  const { client } = place.database
  await fill(client)
  await place.run('backup', 'big.daybreak')
  await place.run('subscribers', 'add', 'late@example.org')
  const before = await contentOf(client)
  const args = ['restore', 'big.daybreak', '--replace', '--without-backup']

  const child = startDaybreak(args, place)
  await untilCopying(client)
  child.kill('SIGKILL')
  await once(child, 'exit')
  const after = await contentOf(client)
  const again = await place.run(...args)

  expect(after).toEqual(before)
  expect(again).toMatchObject({ code: 0, err: '' })
  const { rows } = await client.query('select count(*)::int as count from subscriber')
  expect(rows).toEqual([{ count: 3 }])
})

test('an upgrade that fails half-way names two commands, and they bring the old version back', async () => {
  await using place = await openPlace()
  const { client } = place.database
  const before = await contentOf(client)
  const newer = await newerVersion(place.dataDir, {
    good: 'alter table subscriber add column colour text',
    broken: 'create table half (id integer); select 1 / 0',
  })

  const upgraded = await daybreak(['status'], { ...place, program: newer })
  const old = await place.run('status')
  const [, file = ''] = /npm run daybreak -- restore (\S+) --replace/.exec(upgraded.err) ?? []
  const back = await place.run('restore', file, '--replace')
  const works = await place.run('subscribers')

  expect(upgraded.code).toBe(78)
  expect(upgraded.err).toMatch(
    /^daybreak: migration \d{4}-broken\.sql failed \(division by zero\), and nothing of it was kept$/m,
  )
  expect(upgraded.err).toContain(
    'To bring back the old version and the records as they were before the upgrade:',
  )
  expect(upgraded.err).toMatch(/^ {2}git checkout /m)
  expect(file).toMatch(/^backups\/before-schema-\d+-\d{8}-\d{6}\.daybreak$/)
  // Of the old version: what it says to a schema that is newer.
  expect(old.code).toBe(78)
  expect(old.err).toContain('it was made by a newer Daybreak')
  expect(old.err).toContain(`npm run daybreak -- restore ${file} --replace`)
  expect(back).toMatchObject({ code: 0, err: '' })
  expect(works).toMatchObject({ code: 0, err: '' })
  const after = await contentOf(client)
  expect(Object.keys(before).filter((name) => before[name] !== after[name])).toEqual([
    'restore_mark',
    'setting',
  ])
})

test('an upgrade that cannot keep what is there does not begin', async () => {
  await using place = await openPlace()
  const newer = await newerVersion(place.dataDir, { good: 'create table colour (id integer)' })
  await writeFile(join(place.dataDir, 'no-folder'), '')

  const refused = await daybreak(['status'], {
    ...place,
    env: { ...place.env, DAYBREAK_BACKUP_DIR: join(place.dataDir, 'no-folder') },
    program: newer,
  })
  const works = await place.run('subscribers')

  expect(refused.code).toBe(78)
  expect(refused.err).toContain('what is there could not be kept before')
  expect(refused.err).toContain('DAYBREAK_BACKUP_DIR')
  expect(works).toMatchObject({ code: 0, err: '' })
})

const ROWS = 300_000

async function fill(client: Awaited<ReturnType<typeof connectTo>>): Promise<void> {
  await client.query(
    `insert into audit_event (at, actor, verb, subject, detail)
     select now(), 'ines', 'say', md5(n::text) || md5((n + 1)::text), '{}' from generate_series(1, $1) n`,
    [ROWS],
  )
}

async function untilThere(dir: string, name: string): Promise<void> {
  while (!(await readdir(dir)).includes(name)) await sleep(2)
}

async function untilCopying(client: Awaited<ReturnType<typeof connectTo>>): Promise<void> {
  for (;;) {
    const { rows } = await client.query(
      `select from pg_stat_activity where datname = current_database() and query like 'copy "audit_event"%from stdin'`,
    )
    if (rows.length > 0) return
    await sleep(2)
  }
}

/** The program with more migrations, as its next version brings them. */
async function newerVersion(dir: string, migrations: Record<string, string>): Promise<string> {
  const copy = join(dir, 'newer')
  for (const part of ['bin', 'src', 'workers', 'templates', 'package.json'])
    await cp(join(REPO, part), join(copy, part), { recursive: true })
  await symlink(join(REPO, 'node_modules'), join(copy, 'node_modules'))
  const folder = join(copy, 'src/db/migrations')
  let number = (await readdir(folder)).length
  for (const [name, text] of Object.entries(migrations)) {
    number += 1
    await writeFile(join(folder, `${String(number).padStart(4, '0')}-${name}.sql`), text)
  }
  return join(copy, 'bin/daybreak.mjs')
}
