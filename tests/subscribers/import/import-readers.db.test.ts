import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { hashAddress } from '#secrets.ts'
import { leave } from '#subscribers/store.ts'
import { suppress } from '#subscribers/suppression/suppression-store.ts'
import { addReaders, openHouse } from '../../house.ts'
import { AGREED, importLists, lookAt, readReaders, readReasons } from './list-fixture.ts'

const LIST = `Email,Name,Time zone,Language,City
ada@example.org,Ada,Europe/Berlin,de,Hull
bo@example.org,Bo,Nowhere/Land,xx,
`

test('people with stated consent become readers of the named newsletter, each with a line in the ledger', async () => {
  await using house = await openHouse()

  const imported = await importLists(house, { 'list.csv': LIST })

  expect(imported).toMatchObject({ kind: 'done', counts: { added: 2, listed: 0, asked: 0 } })
  expect(await readReaders(house)).toMatchObject([
    {
      email: 'ada@example.org',
      state: 'active',
      zone: 'Europe/Berlin',
      language: 'de',
      attributes: { name: 'Ada', city: 'Hull' },
      newsletters: 'daily=daily',
    },
    { email: 'bo@example.org', zone: 'Europe/London', language: 'en', attributes: { name: 'Bo' } },
  ])
  const { rows } = await sql`
    select kind, form, stated_at, import_id is not null as imported, newsletter_id is not null as about
      from consent_event`.execute(house.db)
  expect(rows).toEqual(
    [1, 2].map(() => ({
      kind: 'imported',
      form: 'import',
      stated_at: AGREED.date,
      imported: true,
      about: true,
    })),
  )
})

test('people without stated consent are pending and wait to be asked, and get nothing', async () => {
  await using house = await openHouse()

  const imported = await importLists(house, { 'list.csv': LIST }, { consent: null })

  expect(imported).toMatchObject({ counts: { added: 0, asked: 2 } })
  const readers = await readReaders(house)
  expect(readers.map(({ state, newsletters }) => [state, newsletters])).toEqual([
    ['pending', null],
    ['pending', null],
  ])
  const { rows } = await sql`select count(*) as waiting from import_ask`.execute(house.db)
  expect(rows).toEqual([{ waiting: 2 }])
})

test('a dry run tells what would happen and changes nothing', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)

  const preview = await lookAt(house, {
    'list.csv': `${LIST}Reader1@example.org,,,,\nADA@EXAMPLE.ORG,,,,\nno address,,,,\n`,
  })

  expect(preview).toMatchObject({
    rows: 5,
    newReaders: 2,
    alreadyHere: 1,
    twice: 1,
    unknownZones: 1,
  })
  expect(preview.refused).toEqual([
    { reason: expect.stringContaining('space') as string, count: 1 },
  ])
  expect(preview.sample[0]).toEqual({
    file: 'list.csv',
    line: 2,
    address: 'a…@example.org',
    as: 'reader',
  })
  expect(await readReaders(house)).toHaveLength(1)
  const { rows } = await sql`select count(*) as runs from import_run`.execute(house.db)
  expect(rows).toEqual([{ runs: 0 }])
})

test('whoever is unsubscribed anywhere in the files goes to the do-not-mail list, whatever the order', async () => {
  await using house = await openHouse()
  const subscribed =
    'Email Address,OPTIN_TIME\nada@example.org,2024-01-02 03:04:05\nbo@example.org,2024-01-02 03:04:05\n'
  const gone =
    'Email Address,OPTIN_TIME,UNSUB_TIME\nAda@Example.org,2024-01-02 03:04:05,2024-02-02 00:00:00\n'

  await importLists(
    house,
    { 'a_subscribed.csv': subscribed, 'z_unsubscribed.csv': gone },
    { consent: null },
  )

  expect((await readReaders(house)).map(({ email }) => email)).toEqual(['bo@example.org'])
  expect(await readReasons(house)).toEqual(['left'])
})

test.each(['left', 'bounced', 'complained', 'asked', 'erased', 'blocked'] as const)(
  'an address on the do-not-mail list because of "%s" does not become a reader',
  async (reason) => {
    await using house = await openHouse()
    const addressHash = hashAddress(house.context.secrets, 'ada@example.org')
    await suppress(house.db, { rows: [{ addressHash, reason }], now: house.now })

    await importLists(house, { 'list.csv': LIST })

    expect((await readReaders(house)).map(({ email }) => email)).toEqual(['bo@example.org'])
    expect(await readReasons(house)).toEqual([reason])
  },
)

test('nobody at a domain on the do-not-mail list becomes a reader', async () => {
  await using house = await openHouse()
  await sql`insert into suppressed_domain (domain, at) values ('example.org', ${house.now})`.execute(
    house.db,
  )

  const imported = await importLists(house, { 'list.csv': LIST })

  expect(imported).toMatchObject({ counts: { added: 0 }, preview: { onDoNotMailList: 2 } })
  expect(await readReaders(house)).toEqual([])
})

test('a reader who left here stays unsubscribed', async () => {
  await using house = await openHouse()
  const [id = 0] = await addReaders(house, 1)
  await leave(house.db, { subscriberId: id, newsletterId: null, now: house.now })

  const imported = await importLists(house, {
    'list.csv': 'email,city\nreader1@example.org,Hull\n',
  })

  expect(imported).toMatchObject({ preview: { staysUnsubscribed: 1 }, counts: { added: 0 } })
  expect(await readReaders(house)).toMatchObject([
    { state: 'left', newsletters: 'breaking=off daily=off', attributes: {} },
  ])
})

test('a known reader gets what is new, and what was turned off stays off', async () => {
  await using house = await openHouse()
  const [id = 0] = await addReaders(house, 1, { newsletters: ['daily'] })
  await sql`
    insert into newsletter (slug, name, description, kind, cadence, not_after, created_at)
    values ('weekend', 'Weekend', '', 'digest', 'weekly', '6 hours', ${house.now})`.execute(
    house.db,
  )
  await sql`
    insert into subscription (subscriber_id, newsletter_id, cadence, changed_at)
    select ${id}, id, 'off', ${house.now} from newsletter where slug = 'breaking'`.execute(house.db)

  await importLists(
    house,
    { 'list.csv': 'email,city,time zone\nREADER1@example.org,Hull,Asia/Tokyo\n' },
    { newsletters: ['breaking', 'daily', 'weekend'] },
  )

  expect(await readReaders(house)).toMatchObject([
    {
      state: 'active',
      zone: 'Europe/London',
      attributes: { city: 'Hull' },
      newsletters: 'breaking=off daily=daily weekend=weekly',
    },
  ])
})

test('without stated consent a known reader gets no newsletter by a list', async () => {
  await using house = await openHouse()
  await addReaders(house, 1, { newsletters: ['daily'] })

  await importLists(
    house,
    { 'list.csv': 'email,city\nreader1@example.org,Hull\n' },
    { newsletters: ['breaking'], consent: null },
  )

  expect(await readReaders(house)).toMatchObject([{ newsletters: 'daily=daily' }])
})

test('a reader here who unsubscribed at the former sender gets no more mail, and the preview says so', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)

  const imported = await importLists(house, { 'unsubscribed.csv': 'reader1@example.org\n' })

  expect(imported).toMatchObject({
    preview: { toDoNotMailList: 1, stopsActive: 1 },
    counts: { listed: 1 },
  })
  expect(await readReasons(house)).toEqual(['left'])
  const { rows } = await sql`select form from consent_event where kind = 'suppressed'`.execute(
    house.db,
  )
  expect(rows).toEqual([{ form: 'import' }])
})

test('a graver reason on the do-not-mail list is not made lighter by a list', async () => {
  await using house = await openHouse()
  const addressHash = hashAddress(house.context.secrets, 'ada@example.org')
  await suppress(house.db, { rows: [{ addressHash, reason: 'complained' }], now: house.now })

  await importLists(house, { 'bounced.csv': 'ada@example.org\n' })

  expect(await readReasons(house)).toEqual(['complained'])
})

test('a pending reader becomes active with the consent that the list states', async () => {
  await using house = await openHouse()
  await importLists(house, { 'a.csv': 'email,city\nada@example.org,Hull\n' }, { consent: null })

  const imported = await importLists(house, { 'b.csv': 'email,city\nada@example.org,York\n' })

  expect(imported).toMatchObject({ counts: { activated: 1, added: 0 } })
  expect(await readReaders(house)).toMatchObject([{ state: 'active', newsletters: 'daily=daily' }])
})

test('the same file again changes nothing; with another newsletter it is another import', async () => {
  await using house = await openHouse()
  await importLists(house, { 'list.csv': LIST })

  const again = await importLists(house, { 'renamed.csv': LIST })
  const other = await importLists(house, { 'list.csv': LIST }, { newsletters: ['breaking'] })

  expect(again).toMatchObject({ kind: 'already' })
  expect(other).toMatchObject({ kind: 'done', counts: { added: 0 } })
  expect((await readReaders(house))[0]?.newsletters).toBe('breaking=instant daily=daily')
})

test('readers without a newsletter are refused before anything is changed', async () => {
  await using house = await openHouse()

  const refused = importLists(house, { 'list.csv': LIST }, { newsletters: [] })

  await expect(refused).rejects.toThrow('--newsletter')
  expect(await readReaders(house)).toEqual([])
})

test('an unknown newsletter is refused', async () => {
  await using house = await openHouse()

  await expect(
    importLists(house, { 'list.csv': LIST }, { newsletters: ['dialy'] }),
  ).rejects.toThrow('dialy')
})

test('topics of a column are followed where the newsroom has them, and no attribute', async () => {
  await using house = await openHouse()
  await sql`insert into topic (slug, name) values ('local-news', 'Local news'), ('sport', 'Sport')`.execute(
    house.db,
  )

  await importLists(
    house,
    { 'list.csv': 'email,tags\nada@example.org,"Local News, Sport, sport, Chess"\n' },
    { topicColumn: 'Tags' },
  )

  expect(await readReaders(house)).toMatchObject([
    { topics: 'local-news=daily sport=daily', attributes: {} },
  ])
})
