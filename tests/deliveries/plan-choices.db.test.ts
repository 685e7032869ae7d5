import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { countAudience } from '#deliveries/plan-store.ts'
import { composeDigest } from '#editions/compose-digest.ts'
import { sendEdition } from '#deliveries/send-edition.ts'
import { planEdition } from '#deliveries/plan.ts'
import { ingestArticle } from '../articles-fixture.ts'
import { addReaders, type House, openHouse } from '../house.ts'
import { choose, SUNDAY } from './choice-fixture.ts'
import { approve, fates, nameTopics, openDesk, readRows, releaseDigest } from './send-fixture.ts'

const ISO_SUNDAY = 7

async function weeklyOn({ db }: House, day: number): Promise<void> {
  await sql`update newsletter set weekly_day = ${day}`.execute(db)
}

async function addReader(house: House, number: number): Promise<number> {
  const [id] = await addReaders(house, 1, { from: number })
  return id ?? 0
}

/** One story of each list of topics, in this order. */
async function releaseStories(house: House, stories: string[][]): Promise<number> {
  const headlines = [
    'Council votes to rebuild the fish market',
    'Rovers win the derby at the last minute',
    'Storm of the decade reaches the northern coast',
  ]
  for (const [index, topics] of stories.entries()) {
    const headline = headlines[index] ?? ''
    await ingestArticle(house.context, { headline, topics })
  }
  const { editionId } = await composeDigest(house.context, {
    newsletterSlug: 'daily',
    operatorId: null,
    again: false,
  })
  await approve(house, editionId)
  await sendEdition(house.context, { editionId, rule: 'now' })
  await planEdition(house.context, { editionId })
  return editionId
}

/** What each reader's mail tells: the topics of its stories, `-` for none. */
async function toldTo({ db }: House, editionId: number): Promise<Record<number, string>> {
  const { rows } = await sql<{ reader: number; told: string }>`
    select d.subscriber_id as reader
         , string_agg(coalesce((select string_agg(t.slug, '+' order by t.slug)
                                  from article_topic at join topic t on t.id = at.topic_id
                                 where at.article_id = es.article_id), '-'), ' ' order by es.position) as told
      from delivery d
      join variant v on v.edition_id = d.edition_id and v.id = d.variant
      join edition_story es on es.edition_id = d.edition_id and es.position = any(v.blocks)
     where d.edition_id = ${editionId}
     group by 1 order by 1`.execute(db)
  return Object.fromEntries(
    rows.map(({ reader, told }) => [reader, told.split(' ').toSorted().join(' ')]),
  )
}

test.each([
  ['another day of the week', 1, [1]],
  ['its day', ISO_SUNDAY, [1, 2]],
])('who wants a daily newsletter weekly is, on %s, planned as asked', async (_, day, planned) => {
  await using house = await openHouse({ now: SUNDAY })
  await weeklyOn(house, day)
  await addReaders(house, 2)
  await choose(house, 2, { newsletter: 'daily', cadence: 'weekly' })

  const editionId = await releaseDigest(house)

  expect((await readRows(house, editionId)).map((row) => row.subscriberId)).toEqual(planned)
  expect(await countAudience(house.context, editionId)).toBe(planned.length)
})

test('every edition of a weekly newsletter goes to its weekly readers', async () => {
  await using house = await openHouse({ now: SUNDAY })
  await weeklyOn(house, 1)
  await sql`update newsletter set cadence = 'weekly' where slug = 'daily'`.execute(house.db)
  await addReaders(house, 1)

  const editionId = await releaseDigest(house)

  expect(await fates(house, editionId)).toEqual(['planned'])
})

test('who left after the edition was made is listed only where the edition had meant them', async () => {
  await using house = await openHouse({ now: SUNDAY })
  await weeklyOn(house, 1)
  await addReaders(house, 2)
  await sql`
    update subscription set cadence = 'off', changed_at = '2026-11-22T06:31:00Z'
         , cadence_before = case subscriber_id when 2 then 'weekly' else 'daily' end`.execute(
    house.db,
  )

  const editionId = await releaseDigest(house)

  expect(
    (await readRows(house, editionId)).map(({ subscriberId, reason }) => [subscriberId, reason]),
  ).toEqual([[1, 'left']])
})

test.each([
  ['another day of the week', 1, '-'],
  ['the weekly day', ISO_SUNDAY, '- sport'],
])('a topic at "weekly" counts on %s as asked', async (_, day, told) => {
  await using house = await openHouse({ now: SUNDAY })
  await nameTopics(house)
  await weeklyOn(house, day)
  const reader = await addReader(house, 1)
  await choose(house, reader, { topic: 'sport', cadence: 'weekly' })

  const editionId = await releaseStories(house, [['Council'], ['Sport'], []])

  expect(await toldTo(house, editionId)).toEqual({ [reader]: told })
})

test('who has only turned topics off gets all but the stories that have no other topic', async () => {
  await using house = await openHouse({ now: SUNDAY })
  await nameTopics(house)
  const [off, both] = [await addReader(house, 1), await addReader(house, 2)]
  await choose(house, off, { topic: 'sport', cadence: 'off' })
  await choose(house, both, { topic: 'sport', cadence: 'off' })
  await choose(house, both, { topic: 'council', cadence: 'off' })

  const editionId = await releaseStories(house, [['Council', 'Sport'], ['Sport'], []])

  expect(await toldTo(house, editionId)).toEqual({ [off]: '- council+sport', [both]: '-' })
})

test('who has turned off every topic of the edition is no part of it', async () => {
  await using house = await openHouse({ now: SUNDAY })
  await nameTopics(house)
  const [off, other] = [await addReader(house, 1), await addReader(house, 2)]
  await choose(house, off, { topic: 'sport', cadence: 'off' })

  const editionId = await releaseStories(house, [['Sport']])

  expect((await readRows(house, editionId)).map((row) => row.subscriberId)).toEqual([other])
})

test('where nothing matches the topics a reader follows, the first story that is not off leads', async () => {
  await using house = await openHouse({ now: SUNDAY })
  await nameTopics(house)
  const reader = await addReader(house, 1)
  await choose(house, reader, { topic: 'weather', cadence: 'daily' })
  const offs = await addReader(house, 2)
  await choose(house, offs, { topic: 'weather', cadence: 'daily' })
  await choose(house, offs, { topic: 'council', cadence: 'off' })
  const none = await addReader(house, 3)
  await choose(house, none, { topic: 'weather', cadence: 'daily' })
  await choose(house, none, { topic: 'council', cadence: 'off' })
  await choose(house, none, { topic: 'sport', cadence: 'off' })

  const editionId = await releaseStories(house, [['Council'], ['Sport']])

  const told = await toldTo(house, editionId)
  expect(Object.keys(told).map(Number)).toEqual([reader, offs])
  expect(told[offs]).toBe('sport')
})

test('a reader’s own hour counts where it is later than the newsletter’s, in the reader’s zone', async () => {
  await using house = await openHouse({ now: new Date('2026-11-22T00:30:00Z') })
  const readers = await addReaders(house, 4, { timeZone: 'Europe/Berlin' })
  const hours: [number, string][] = [
    [1, '07:30'],
    [2, '05:00'],
    [3, '18:00'],
  ]
  for (const [index, hour] of hours)
    await sql`update subscriber set digest_time = ${hour}::time where id = ${readers[index]}`.execute(
      house.db,
    )

  const editionId = await releaseDigest(house, 'local hour')

  const { rows } = await sql<{ at: Date }>`
    select release_at as at from delivery where edition_id = ${editionId} order by subscriber_id`.execute(
    house.db,
  )
  expect(rows.map(({ at }) => at.toISOString())).toEqual([
    '2026-11-22T05:30:00.000Z',
    '2026-11-22T06:30:00.000Z',
    '2026-11-22T05:30:00.000Z',
    '2026-11-22T17:00:00.000Z',
  ])
})

test('nobody at a suppressed domain is mailed: planned before it was named, or after', async () => {
  await using house = await openHouse({ now: SUNDAY })
  await addReaders(house, 1)
  await addReaders(house, 1, { from: 2, domain: 'closed.example' })
  await addReaders(house, 1, { from: 3, domain: 'sub.closed.example' })
  await addReaders(house, 1, { from: 4, domain: 'later.example' })
  const suppress = async (domain: string) =>
    sql`insert into suppressed_domain (domain, at) values (${domain}, ${SUNDAY})`.execute(house.db)
  await suppress('closed.example')
  await using desk = await openDesk(house)

  const editionId = await releaseDigest(house)
  const planned = await fates(house, editionId)
  await suppress('later.example')
  await desk.drain()

  expect(planned).toEqual(['planned', 'excluded: suppressed', 'planned', 'planned'])
  expect(await fates(house, editionId)).toEqual([
    'accepted',
    'excluded: suppressed',
    'accepted',
    'excluded: suppressed',
  ])
})

test('a snooze that ends between planning and claim is over', async () => {
  await using house = await openHouse({ now: SUNDAY })
  await addReaders(house, 1)
  await sql`update subscription set snoozed_until = '2026-11-22T06:45:00Z'`.execute(house.db)
  await sql`update newsletter set local_time = '07:00'`.execute(house.db)
  await using desk = await openDesk(house)

  const editionId = await releaseDigest(house, 'local hour')
  house.wait(3_600_000)
  await desk.drain()

  expect(await fates(house, editionId)).toEqual(['accepted'])
})
