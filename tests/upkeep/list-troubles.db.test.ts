import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { readFile, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { holdEverything } from '#deliveries/restore-mark.ts'
import { pauseEdition } from '#deliveries/send-edition.ts'
import { writeKey } from '#mail/dkim/key-folder.ts'
import { listTroubles } from '#upkeep/list-troubles.ts'
import { openReleased } from '../deliveries/settled-fixture.ts'
import { openDesk } from '../deliveries/send-fixture.ts'
import { startFakeRelay } from '../support/fake-relay.ts'
import { openWatched } from './upkeep-fixture.ts'

const DAY_MS = 86_400_000

test('a new house has none', async () => {
  await using watched = await openWatched({})

  expect(await listTroubles(watched)).toEqual([])
})

test('a hold of everything and a held edition say why, and how to look at them', async () => {
  const house = await openReleased(2)
  await using watched = await openWatched({}, house)
  await using _ = await openDesk(house)
  await pauseEdition(house.context, { editionId: house.editionId, by: 'ines' })
  await holdEverything(house.context, { reason: 'wrong sender' })

  const troubles = await listTroubles(watched)

  expect(troubles).toEqual([
    {
      cause: 'everything held',
      words: 'everything is held, no mail leaves: wrong sender',
      fix: 'daybreak hold',
    },
    {
      cause: `edition ${house.editionId} held`,
      words: expect.stringMatching(/^edition 1 is held: paused by ines/),
      fix: `daybreak edition ${house.editionId}`,
    },
  ])
})

test('mails that wait for a sender that does not run are counted', async () => {
  const house = await openReleased(3)
  await using watched = await openWatched({}, house)

  const without = await listTroubles(watched)
  await using _ = await openDesk(house)
  const beside = await listTroubles(watched)

  expect(without).toMatchObject([
    { cause: 'no sender', words: 'no sender is running, and 3 mails wait' },
  ])
  expect(beside).toEqual([])
})

test('each relay that does not answer is named, with what it says', async () => {
  await using works = await startFakeRelay()
  await using full = await startFakeRelay({ atOnce: 0 })
  await using watched = await openWatched({
    SMTP_URL: `${works.url}?name=one ${full.url}?name=two`,
  })

  expect(await listTroubles(watched)).toEqual([
    {
      cause: 'relay two',
      words: expect.stringMatching(/^the relay two does not work: .*421/),
      fix: 'daybreak doctor',
      grace: 120_000,
    },
  ])
})

test('a backup that is older than a day and a half, or was never made, with what failed', async () => {
  await using watched = await openWatched({})
  const { house } = watched
  await sql`insert into operator (name, role, created_at) values ('ines', 'admin', ${house.now})`.execute(
    house.db,
  )

  const fresh = await listTroubles(watched)
  house.wait(2 * DAY_MS)
  const never = await listTroubles(watched)
  await sql`insert into backup (kind, host, file, started_at, finished_at, bytes, rows)
            values ('daily', 'here', 'f', ${house.now}, ${house.now}, 1, 1)`.execute(house.db)
  const made = await listTroubles(watched)
  house.wait(2 * DAY_MS)
  await sql`insert into backup (kind, host, file, started_at, trouble)
            values ('daily', 'here', 'g', ${house.now}, 'the disk is full')`.execute(house.db)
  const old = await listTroubles(watched)

  expect([fresh, made]).toEqual([[], []])
  expect(never).toMatchObject([
    { cause: 'backup', words: 'no backup was ever made', fix: 'daybreak backup' },
  ])
  expect(old).toMatchObject([{ words: 'the last backup is 48 hours old (the disk is full)' }])
  await using off = await openWatched({ DAYBREAK_BACKUP_AT: 'off' })
  off.house.wait(9 * DAY_MS)
  expect(await listTroubles(off)).toEqual([])
})

test('a provider that refuses us, and until when', async () => {
  await using watched = await openWatched({})
  await sql`
    insert into breaker (destination, opened_at, until, reason, reply)
    values ((select id from destination order by id limit 1), ${watched.house.now}, ${watched.house.now}::timestamptz + interval '10 minutes'
          , 'DKIM did not align', '550 5.7.26')`.execute(watched.house.db)

  expect(await listTroubles(watched)).toMatchObject([
    {
      cause: expect.stringMatching(/^breaker \w+/),
      words: expect.stringMatching(
        /^\w+ refuses us and gets no mail until 06:40 UTC: DKIM did not align$/,
      ),
      fix: 'daybreak limits',
    },
  ])
})

test('keys of DKIM that are older than a year, and a certificate that cannot be read', async () => {
  await using watched = await openWatched({})
  const dir = join(watched.dataDir, 'dkim')
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })
  const key = {
    domain: 'courier.example',
    algorithm: 'ed25519-sha256',
    pem: pem.toString(),
  } as const
  await writeKey(dir, { ...key, selector: 'new' })
  await writeKey(dir, { ...key, selector: 'old' })
  const then = new Date(watched.house.now.getTime() - 401 * DAY_MS)
  await utimes(join(dir, 'old.courier.example.pem'), then, then)
  await writeFile(join(watched.dataDir, 'cert.pem'), 'no certificate')
  await using broken = await openWatched({
    INBOUND_LISTEN: '127.0.0.1:2525',
    INBOUND_TLS_CERT: join(watched.dataDir, 'cert.pem'),
    INBOUND_TLS_KEY: join(watched.dataDir, 'cert.pem'),
  })

  expect(await listTroubles(watched)).toEqual([
    {
      cause: 'dkim old.courier.example.pem',
      words: 'the DKIM key old of courier.example is older than a year',
      fix: 'daybreak dkim keygen courier.example',
    },
  ])
  expect(await listTroubles(broken)).toMatchObject([
    {
      cause: 'cannot look at keys',
      words: expect.stringContaining('it cannot be told how it stands with keys'),
    },
  ])
})

test('a certificate is told of two weeks before it ends, and when it has ended', async () => {
  const file = new URL('../support/relay-cert.pem', import.meta.url).pathname
  await using watched = await openWatched({
    INBOUND_LISTEN: '127.0.0.1:2525',
    INBOUND_TLS_CERT: file,
    INBOUND_TLS_KEY: file,
  })
  const end = new X509Certificate(await readFile(file)).validToDate.getTime()
  const at = async (ms: number) => {
    watched.house.now = new Date(ms)
    return (await listTroubles(watched)).map(({ words }) => words)
  }

  expect(await at(end - 15 * DAY_MS)).toEqual([])
  expect(await at(end - 13 * DAY_MS)).toEqual([
    expect.stringMatching(/^the certificate of INBOUND_TLS_CERT ends on /),
  ])
  expect(await at(end + DAY_MS)).toEqual([
    expect.stringMatching(/^the certificate of INBOUND_TLS_CERT ended on /),
  ])
})
