import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { planEdition } from '#deliveries/plan.ts'
import { releaseEdition } from '#editions/store.ts'
import { hashAddress } from '#secrets.ts'
import { addReaders, type House, openHouse } from '../house.ts'
import { approveDigest, nameTopics, readRows, releaseDigest } from './send-fixture.ts'

const RELEASED = new Date('2026-11-22T06:30:00Z')

async function changeReader({ db }: House, id: number | undefined, set: string) {
  await sql`update subscriber set ${sql.raw(set)} where id = ${id}`.execute(db)
}

async function changeChoice({ db }: House, id: number | undefined, set: string) {
  await sql`update subscription set ${sql.raw(set)} where subscriber_id = ${id}`.execute(db)
}

/** Approved, and released without its first slice. */
async function releaseUnplanned(house: House): Promise<number> {
  const editionId = await approveDigest(house)
  await releaseEdition(house.db, { id: editionId, rule: 'now', test: true, now: house.now })
  return editionId
}

test('readers who cannot be mailed are left out with the reason, and those who never asked are no part of it', async () => {
  await using house = await openHouse()
  const [
    reader,
    pending,
    leftBefore,
    leftAfter,
    offBefore,
    offAfter,
    snoozed,
    suppressed,
    bounced,
  ] = await addReaders(house, 9)
  const later = `'2026-11-22T06:31:00Z'`
  const before = `'2026-11-21T06:00:00Z'`
  await changeReader(house, pending, `state = 'pending'`)
  await changeReader(house, leftBefore, `state = 'left', left_at = ${before}`)
  await changeReader(house, leftAfter, `state = 'left', left_at = ${later}`)
  await changeChoice(house, offBefore, `cadence = 'off', changed_at = ${before}`)
  await changeChoice(house, offAfter, `cadence = 'off', changed_at = ${later}`)
  await changeChoice(house, snoozed, `snoozed_until = '2026-12-01T00:00:00Z'`)
  await changeReader(house, bounced, `state = 'bounced'`)
  const hash = hashAddress(house.context.secrets, 'reader8@example.org')
  await sql`insert into suppression (address_hash, reason, at) values (${hash}, 'asked', ${house.now})`.execute(
    house.db,
  )

  const editionId = await releaseDigest(house)

  const rows = await readRows(house, editionId)
  expect(rows.map(({ subscriberId, state, reason }) => [subscriberId, reason ?? state])).toEqual([
    [reader, 'planned'],
    [leftAfter, 'left'],
    [offAfter, 'left'],
    [snoozed, 'snoozed'],
    [suppressed, 'suppressed'],
    [bounced, 'suppressed'],
  ])
})

test('many slices plan the same rows as one', async () => {
  await using house = await openHouse()
  await nameTopics(house)
  await addReaders(house, 6)
  await addReaders(house, 5, {
    from: 7,
    topics: ['sport'],
    domain: 'gmail.com',
    timeZone: 'Asia/Tokyo',
  })
  const one = await releaseUnplanned(house)
  const several = await copyEdition(house, one)

  await planEdition(house.context, { editionId: one })
  await planEdition(house.context, { editionId: several, slice: 3 })

  expect(await plannedRows(house, several)).toEqual(await plannedRows(house, one))
  const { rows } =
    await sql`select audience, planned_at is not null as planned from edition order by id`.execute(
      house.db,
    )
  expect(rows).toEqual([
    { audience: 11, planned: true },
    { audience: 11, planned: true },
  ])
})

test('with the rule "local hour" each zone has its own hour, past hours go now and unknown zones count as UTC', async () => {
  await using house = await openHouse({ now: new Date('2026-03-29T05:00:00Z') })
  const zones = ['Europe/London', 'Europe/Berlin', 'America/New_York', 'Asia/Tokyo', 'UTC']
  const readers: number[] = []
  for (const [index, timeZone] of zones.entries())
    readers.push(...(await addReaders(house, 1, { from: index + 1, timeZone })))
  await changeReader(house, readers[4], `time_zone = 'Mars/Olympus'`)

  const editionId = await releaseDigest(house, 'local hour')

  const { rows } = await sql<{ zone: string; at: Date }>`
    select c.time_zone as zone, d.release_at as at
      from delivery d join cohort c on (c.edition_id, c.id) = (d.edition_id, d.cohort)
     where d.edition_id = ${editionId} order by d.subscriber_id`.execute(house.db)
  expect(rows.map(({ zone, at }) => `${zone} ${at.toISOString()}`)).toEqual([
    'Europe/London 2026-03-29T05:30:00.000Z', // the clocks went forward this night
    'Europe/Berlin 2026-03-29T05:00:00.000Z', // 04:30 has passed
    'America/New_York 2026-03-29T10:30:00.000Z',
    'Asia/Tokyo 2026-03-29T05:00:00.000Z', // 21:30 of the day before has passed
    'Mars/Olympus 2026-03-29T06:30:00.000Z',
  ])
})

test('an hour that the clocks leave out is the hour after it', async () => {
  await using house = await openHouse({ now: new Date('2026-03-29T00:10:00Z') })
  await addReaders(house, 1)
  await sql`update newsletter set local_time = '01:30'`.execute(house.db)

  const editionId = await releaseDigest(house, 'local hour')

  const { rows } = await sql<{
    at: Date
  }>`select release_at as at from delivery where edition_id = ${editionId}`.execute(house.db)
  expect(rows[0]?.at.toISOString()).toBe('2026-03-29T01:30:00.000Z')
})

test('with the rule "now" all readers are one cohort, released at once', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  await addReaders(house, 1, { from: 2, timeZone: 'Asia/Tokyo' })

  await releaseDigest(house)

  const { rows } = await sql`select time_zone, release_at from cohort`.execute(house.db)
  expect(rows).toEqual([{ time_zone: '*', release_at: RELEASED }])
})

test('a reader of topics gets their stories, all without topics, and the lead where nothing matches', async () => {
  await using house = await openHouse()
  await nameTopics(house)
  const [all] = await addReaders(house, 1)
  const [sport] = await addReaders(house, 1, { from: 2, topics: ['sport'] })
  const [both] = await addReaders(house, 1, { from: 3, topics: ['sport', 'council'] })
  const [weather] = await addReaders(house, 1, { from: 4, topics: ['weather'] })

  const editionId = await releaseDigest(house)

  const { rows } = await sql<{ id: number; topics: string[] }>`
    select d.subscriber_id as id
         , (select array_agg(distinct t.slug order by t.slug) from unnest(v.blocks) b
              join edition_story es on es.edition_id = d.edition_id and es.position = b
              join article_topic at on at.article_id = es.article_id join topic t on t.id = at.topic_id) as topics
      from delivery d join variant v on (v.edition_id, v.id) = (d.edition_id, d.variant)
     where d.edition_id = ${editionId} order by 1`.execute(house.db)
  const lead = await sql<{ slug: string }>`
    select t.slug from edition_story es join article_topic at using (article_id) join topic t on t.id = at.topic_id
     where es.edition_id = ${editionId} and es.position = 0`.execute(house.db)
  expect(rows).toEqual([
    { id: all, topics: ['council', 'sport'] },
    { id: sport, topics: ['sport'] },
    { id: both, topics: ['council', 'sport'] },
    { id: weather, topics: lead.rows.map((row) => row.slug) },
  ])
})

test('big providers are destinations of their own', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  await addReaders(house, 1, { from: 2, domain: 'gmail.com' })

  const editionId = await releaseDigest(house)

  const { rows } = await sql`
    select t.name from delivery d join destination t on t.id = d.destination
     where d.edition_id = ${editionId} order by d.subscriber_id`.execute(house.db)
  expect(rows).toEqual([{ name: 'other' }, { name: 'google' }])
})

async function copyEdition({ db }: House, id: number): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    insert into edition (newsletter_id, kind, state, run_key, subject, preheader, language, edition_date, compiled
                        , content_hash, approved_hash, release_at, not_after, created_at, test)
    select newsletter_id, kind, state, 'copy', subject, preheader, language, edition_date, compiled
         , content_hash, approved_hash, release_at, not_after, created_at, test from edition where id = ${id}
    returning id`.execute(db)
  const copy = rows[0]?.id ?? 0
  await sql`
    insert into edition_story (edition_id, position, story_id, article_id, revision, section)
    select ${copy}, position, story_id, article_id, revision, section from edition_story where edition_id = ${id}`.execute(
    db,
  )
  return copy
}

async function plannedRows({ db }: House, editionId: number) {
  const { rows } = await sql`
    select d.subscriber_id, d.state, d.destination, d.release_at, d.not_after, v.blocks, c.time_zone
      from delivery d
      join variant v on (v.edition_id, v.id) = (d.edition_id, d.variant)
      join cohort c on (c.edition_id, c.id) = (d.edition_id, d.cohort)
     where d.edition_id = ${editionId} order by d.subscriber_id`.execute(db)
  return rows
}
