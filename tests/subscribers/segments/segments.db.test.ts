import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { clickHashes } from '#clicks/click-hash.ts'
import { readFilter } from '#subscribers/segments/filter-text.ts'
import { countReaders } from '#subscribers/segments/segment-store.ts'
import {
  countSegment,
  deleteSegment,
  findFilter,
  getSegment,
  listSegments,
  saveSegment,
} from '#subscribers/segments/segment.ts'
import { hashAddress } from '#secrets.ts'
import { randomFrom } from '../../mail/mime/made-up-text.ts'
import { addReaders, type House, openHouse } from '../../house.ts'
import { madeUpFilter } from './made-up-filter.ts'

/** Readers 1 to 4 in London, of sport; 5 to 7 in Berlin, German, of nothing; 8 in Lima at another domain. */
async function openCrowd(): Promise<House> {
  const house = await openHouse()
  await sql`insert into topic (slug, name) values ('sport', 'Sport'), ('politics', 'Politics')`.execute(
    house.db,
  )
  await addReaders(house, 4, { topics: ['sport'] })
  await addReaders(house, 3, { from: 5, timeZone: 'Europe/Berlin', newsletters: ['daily'] })
  await addReaders(house, 1, { from: 8, timeZone: 'America/Lima', domain: 'mail.other.example' })
  await sql`update subscriber set language = 'de-AT' where id between 5 and 7`.execute(house.db)
  await sql`update subscription set cadence = 'weekly' where subscriber_id = 4 and topic_id is not null`.execute(
    house.db,
  )
  await sql`
    update subscriber set attributes = case id when 1 then '{"plan": "Gold member", "age": 41}'::jsonb
                                               when 2 then '{"plan": "silver", "age": "29.5"}'
                                               else '{"plan": "gold", "age": "many"}' end
     where id <= 3`.execute(house.db)
  return house
}

async function idsOf({ context, now }: House, text: string): Promise<number[]> {
  const { sample } = await countSegment(context, { filter: readFilter(text), sample: 100 })
  expect(
    await countReaders(context.db, {
      filter: readFilter(text),
      whole: true,
      now,
      secrets: context.secrets,
    }),
  ).toBeGreaterThanOrEqual(sample.length)
  return sample.map(({ reader }) => reader).toSorted((one, other) => one - other)
}

test('each condition finds the readers it says', async () => {
  await using house = await openCrowd()
  const { db } = house
  await sql`update subscriber set created_at = '2026-01-31T23:59:59Z' where id = 1`.execute(db)
  await sql`update subscriber set confirmed_at = '2025-06-01' where id = 2`.execute(db)

  const found = async (text: string) => idsOf(house, text)

  expect(await found('topic:sport')).toEqual([1, 2, 3, 4])
  expect(await found('topic:sport=weekly')).toEqual([4])
  expect(await found('newsletter:breaking')).toEqual([1, 2, 3, 4, 8])
  expect(await found('newsletter:daily=off')).toEqual([])
  expect(await found('zone:Europe/*')).toEqual([1, 2, 3, 4, 5, 6, 7])
  expect(await found('zone:Europe/Berlin')).toEqual([5, 6, 7])
  expect(await found('zone:Europe/B')).toEqual([])
  expect(await found('language:de')).toEqual([5, 6, 7])
  expect(await found('language:DE-at')).toEqual([5, 6, 7])
  expect(await found('language:at')).toEqual([])
  expect(await found('signed-up:before=2026-02-01')).toEqual([1])
  expect(await found('signed-up:after=2026-02-01 and zone:America/*')).toEqual([8])
  expect(await found('confirmed:before=2026-01-01')).toEqual([2])
  expect(await found('confirmed:ever and not confirmed:after=2026-01-01')).toEqual([2])
  expect(await found('domain:other.example')).toEqual([])
  expect(await found('domain:*.other.example')).toEqual([8])
  expect(await found('attribute:plan')).toEqual([1, 2, 3])
  expect(await found('attribute:plan="Gold member"')).toEqual([1])
  expect(await found('attribute:plan~gold')).toEqual([1, 3])
  expect(await found('attribute:age>29')).toEqual([1, 2])
  expect(await found('attribute:age=41')).toEqual([1])
})

test('conditions are joined as they are written, and what a reader has nothing of is not true of it', async () => {
  await using house = await openCrowd()

  expect(await idsOf(house, 'topic:sport and zone:Europe/* and not attribute:plan')).toEqual([4])
  expect(await idsOf(house, 'language:de or zone:America/Lima')).toEqual([5, 6, 7, 8])
  expect(await idsOf(house, 'not (language:de or topic:sport)')).toEqual([8])
  expect(await idsOf(house, 'not attribute:plan~gold')).toEqual([2, 4, 5, 6, 7, 8])
  expect(await idsOf(house, 'not attribute:age>30')).toEqual([2, 3, 4, 5, 6, 7, 8])
})

test('a segment is of readers whom mail may go to, unless asked', async () => {
  await using house = await openCrowd()
  const { db, context } = house
  await sql`update subscriber set state = 'left', left_at = now() where id = 1`.execute(db)
  await sql`
    insert into suppression (address_hash, reason, at)
    values (${hashAddress(context.secrets, 'reader2@example.org')}, 'blocked', now())`.execute(db)
  await sql`insert into suppressed_domain (domain, at) values ('mail.other.example', now())`.execute(
    db,
  )
  const everybody = readFilter('zone:Europe/* or zone:America/*')

  const usual = await countSegment(context, { filter: everybody })
  const whole = await countSegment(context, { filter: everybody, whole: true })

  expect(usual.count).toBe(5)
  expect(whole.count).toBe(8)
  expect(await idsOf(house, 'state:left')).toEqual([1])
})

test('five readers are shown before use, without their addresses', async () => {
  await using house = await openCrowd()

  const { count, sample } = await countSegment(house.context, {
    filter: readFilter('zone:Europe/*'),
  })

  expect(count).toBe(7)
  expect(sample).toHaveLength(5)
  expect(new Set(sample.map(({ address }) => address))).toEqual(new Set(['r…@example.org']))
})

test('who did something lately is told by own acts, not by those of the team', async () => {
  await using house = await openCrowd()
  await sql`
    insert into consent_event (at, subscriber_id, kind, form, operator_id)
    values (${house.now}::timestamptz - interval '3 days', 1, 'changed', 'preferences', null)
         , (${house.now}::timestamptz - interval '40 days', 2, 'snoozed', 'preferences', null)
         , (${house.now}, 3, 'changed', 'operator bo', 1)
         , (${house.now}, 4, 'asked', 'sign-up page', null)`.execute(house.db)

  expect(await idsOf(house, 'acted:30')).toEqual([1])
  expect(await idsOf(house, 'acted:60')).toEqual([1, 2])
})

/** Twelve of fifteen readers clicked; of one only a program did, and of one it was long ago. */
async function openClicked(): Promise<House> {
  const house = await openHouse()
  const { context, db } = house
  await addReaders(house, 15)
  await sql`update newsletter set clicks = true where slug = 'daily'`.execute(db)
  const { rows } = await sql<{ publicId: number }>`
    select public_id as "publicId" from subscriber order by id limit 14`.execute(db)
  const hashes = clickHashes(context.secrets)
  for (const [index, { publicId }] of rows.entries()) {
    const reader = Buffer.from(hashes.readerOf({ publicId, editionId: 17 + (index % 3) }), 'hex')
    const at = new Date(house.now.getTime() - (index === 13 ? 60 : 3) * 3_600_000)
    await sql`
      insert into click_raw (at, edition_id, position, reader, method, agent, verdict)
      values (${at}, ${17 + (index % 3)}, 0, ${reader}, 'GET', 'browser', ${index === 12 ? 'link scanner' : 'person'})`.execute(
      db,
    )
  }
  return house
}

test('clicks are counted for a segment in tens, and nobody is named', async () => {
  await using house = await openClicked()
  const { context, db, now } = house
  const filter = readFilter('clicked:2')

  const counted = await countSegment(context, { filter })

  expect(await countReaders(db, { filter, whole: false, now, secrets: context.secrets })).toBe(12)
  expect(counted).toEqual({ count: 10, rounded: true, sample: [] })
})

test('while no newsletter counts clicks, a filter over clicks is refused with what to do', async () => {
  await using house = await openHouse()

  await expect(findFilter(house.context, 'clicked:2')).rejects.toThrow(/acted:30.*daybreak clicks/)
})

test('hostile words in a filter are only words: every made-up filter is counted and nothing is changed', async () => {
  await using house = await openCrowd()
  const { context, db, now } = house
  const random = randomFrom(21)
  const filters = Array.from({ length: 150 }, () => madeUpFilter(random, 2))

  const counts: number[] = []
  for (const filter of filters)
    counts.push(await countReaders(db, { filter, whole: true, now, secrets: context.secrets }))

  expect(counts).toHaveLength(150)
  expect(counts.every((count) => count >= 0 && count <= 8)).toBe(true)
  const { rows } = await sql<{ count: number }>`select count(*) as count from subscriber`.execute(
    db,
  )
  expect(rows[0]?.count).toBe(8)
})

test('a filter and its opposite together are everybody', async () => {
  await using house = await openCrowd()
  const { context, db, now } = house
  const random = randomFrom(22)
  const count = async (filter: ReturnType<typeof madeUpFilter>) =>
    countReaders(db, { filter, whole: true, now, secrets: context.secrets })

  for (let round = 0; round < 100; round += 1) {
    const filter = madeUpFilter(random, 2)
    expect((await count(filter)) + (await count({ kind: 'not', of: filter }))).toBe(8)
  }
})

test('a segment is saved under its name, changed, listed and deleted', async () => {
  await using house = await openCrowd()
  const { context } = house
  const json = {
    kind: 'all',
    of: [
      { kind: 'topic', slug: 'sport' },
      { kind: 'not', of: { kind: 'language', language: 'de' } },
    ],
  }

  const first = await saveSegment(context, {
    name: 'fans',
    filter: 'topic:sport',
    operatorId: null,
  })
  const again = await saveSegment(context, { name: 'fans', filter: json, operatorId: null })

  expect([first.added, again.added]).toEqual([true, false])
  expect(await listSegments(context)).toEqual([
    { name: 'fans', filter: json, text: 'topic:sport and not language:de', changedAt: house.now },
  ])
  expect(await findFilter(context, 'fans')).toEqual(json)
  await deleteSegment(context, 'fans')
  await expect(getSegment(context, 'fans')).rejects.toThrow(/no segment "fans"/)
  await expect(deleteSegment(context, 'fans')).rejects.toThrow(/no segment "fans"/)
})

test.each([
  ['Sport Fans', 'topic:sport', /short name/],
  ['fans', 'topic:sprot', /there is no topic "sprot"/],
  ['fans', 'newsletter:sport', /there is no newsletter "sport"/],
  ['fans', 'topic:sport and', /missing at the end/],
])('a segment named %s of %s is refused, and nothing is saved', async (name, filter, reason) => {
  await using house = await openCrowd()

  await expect(saveSegment(house.context, { name, filter, operatorId: null })).rejects.toThrow(
    reason,
  )
  expect(await listSegments(house.context)).toEqual([])
})
