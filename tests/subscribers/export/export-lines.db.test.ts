import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { hashAddress } from '#secrets.ts'
import { exportLines, type ExportWish } from '#subscribers/export/export-lines.ts'
import { leave } from '#subscribers/store.ts'
import { suppress } from '#subscribers/suppression/suppression-store.ts'
import { addReaders, type House, openHouse } from '../../house.ts'
import { importLists, readReaders, readReasons } from '../import/list-fixture.ts'

const READERS: ExportWish = { what: 'readers', state: null, segment: null, format: 'csv' }

async function exported({ context }: House, wish: Partial<ExportWish> = {}): Promise<string[]> {
  const lines: string[] = []
  for await (const line of exportLines(context, { ...READERS, ...wish })) lines.push(line)
  return lines
}

/** Readers of all kinds. */
async function openCrowd(): Promise<House> {
  const house = await openHouse()
  const { db, now } = house
  await sql`insert into topic (slug, name) values ('sport', 'Sport'), ('local', 'Local')`.execute(
    db,
  )
  const [one = 0, two = 0, three = 0] = await addReaders(house, 4, { topics: ['sport'] })
  await sql`update subscription set cadence = 'weekly' where subscriber_id = ${one} and topic_id is not null`.execute(
    db,
  )
  await sql`update subscription set snoozed_until = '2026-12-24T00:00:00Z' where subscriber_id = ${one}`.execute(
    db,
  )
  await sql`
    update subscriber set digest_time = '07:30', attributes = '{"plan": "=gold", "seats": -3}'
     where id = ${one}`.execute(db)
  await leave(db, { subscriberId: two, newsletterId: null, now })
  await leave(db, { subscriberId: one, newsletterId: 2, now })
  const addressHash = hashAddress(house.context.secrets, 'reader3@example.org')
  await suppress(db, { rows: [{ addressHash, reason: 'complained' }], now })
  await sql`update subscriber set state = 'complained' where id = ${three}`.execute(db)
  return house
}

async function firstSettings({ db }: House): Promise<unknown[]> {
  const { rows } = await sql`
    select s.digest_time, s.created_at, s.confirmed_at, max(u.snoozed_until) as snoozed
      from subscriber s join subscription u on u.subscriber_id = s.id and u.newsletter_id = 1
     where s.email = 'reader1@example.org' group by s.id`.execute(db)
  return rows
}

async function listed({ db }: House): Promise<unknown[]> {
  const { rows } =
    await sql`select address_hash, reason from suppression order by address_hash`.execute(db)
  return rows
}

test('our own export makes the same readers again, and keeps those who left from mail', async () => {
  await using from = await openCrowd()
  await using to = await openHouse()
  await sql`insert into topic (slug, name) values ('sport', 'Sport')`.execute(to.db)
  const lines = await exported(from)

  const imported = await importLists(
    to,
    { 'readers.csv': lines.join('') },
    { newsletters: [], consent: null },
  )

  expect(imported).toMatchObject({ kind: 'done', counts: { added: 2, listed: 2, asked: 0 } })
  const before = (await readReaders(from)).filter(({ state }) => state === 'active')
  expect(await readReaders(to)).toEqual(before)
  expect(await readReasons(to)).toEqual(['complained', 'left'])
  expect(await firstSettings(to)).toEqual(await firstSettings(from))
})

test('no cell of an export is a formula', async () => {
  await using house = await openHouse()
  await importLists(house, { 'list.csv': 'email,name\n=1+1@example.org,x\n' })

  const lines = await exported(house)

  expect(lines[1]).toContain("'=1+1@example.org")
})

test('the do-not-mail list is exported as hashes, and is the same list in a house with the same keys', async () => {
  await using from = await openCrowd()
  await using to = await openHouse()
  const lines = await exported(from, { what: 'suppressions' })

  await importLists(to, { 'list.csv': lines.join('') }, { newsletters: [] })

  expect(await listed(to)).toEqual(await listed(from))
  expect(lines.join('')).not.toContain('@')
})

test('a do-not-mail list of other keys is refused line by line: it would recognise nobody', async () => {
  await using from = await openCrowd()
  await using to = await openHouse()
  to.context.secrets = { ...to.context.secrets, suppressionKey: Buffer.alloc(32, 9) }
  const lines = await exported(from, { what: 'suppressions' })

  const imported = await importLists(to, { 'list.csv': lines.join('') }, { newsletters: [] })

  expect(imported).toMatchObject({
    preview: { refused: [{ reason: expect.stringContaining('key') as string, count: 1 }] },
  })
  expect(await readReasons(to)).toEqual([])
})

test.each([
  [{ state: 'active' }, ['reader1@example.org', 'reader4@example.org']],
  [{ segment: 'topic:sport=weekly' }, ['reader1@example.org']],
  [{ segment: 'topic:sport', state: 'left' }, ['reader2@example.org']],
])('an export of %j is of these readers only', async (wish, emails) => {
  await using house = await openCrowd()

  const lines = await exported(house, wish)

  expect(lines.slice(1).map((line) => line.split(',')[1])).toEqual(emails)
})

test('JSON is an object a line, with attributes as they are', async () => {
  await using house = await openCrowd()

  const [first = ''] = await exported(house, { format: 'json' })

  expect(JSON.parse(first)).toMatchObject({
    email: 'reader1@example.org',
    attributes: { plan: '=gold', seats: -3 },
    newsletters: 'daily=daily;breaking=off',
  })
})

test('the ledger is exported whole, also in pages', async () => {
  await using house = await openHouse()
  const names = Array.from({ length: 5200 }, (_, number) => `reader${number}@example.org,`)
  await importLists(house, { 'list.csv': `email,x\n${names.join('\n')}\n` })

  const lines = await exported(house, { what: 'consent' })
  const readers = await exported(house)

  expect(lines).toHaveLength(5201)
  expect(lines[1]).toContain(',imported,daily,')
  expect(new Set(readers).size).toBe(5201)
})

test('a state that there is not is refused', async () => {
  await using house = await openHouse()

  await expect(exported(house, { state: 'aktive' })).rejects.toThrow('one of pending, active')
})
