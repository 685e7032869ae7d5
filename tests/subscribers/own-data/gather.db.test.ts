import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { clickHashes } from '#clicks/click-hash.ts'
import { gatherOwnData } from '#reports/own-data/gather-own-data.ts'
import { suppress } from '#subscribers/suppression/suppression-store.ts'
import { EMAIL, hashOf, openLife } from '../erasure/life-fixture.ts'

test('all that a reader left anywhere is in the file, and nothing of anybody else', async () => {
  await using life = await openLife()
  await using _desk = life.desk
  const { db, context, editionId, now } = life
  await suppress(db, { rows: [{ addressHash: hashOf(life), reason: 'complained' }], now })
  const { rows } = await sql<{ publicId: number }>`
    select public_id as "publicId" from subscriber order by id`.execute(db)
  const hashes = clickHashes(context.secrets)
  for (const [position, { publicId }] of rows.entries())
    await sql`
      insert into click_raw (at, edition_id, position, reader, method, agent)
      values (${now}, ${editionId}, ${position}, decode(${hashes.readerOf({ publicId, editionId })}, 'hex'), 'GET', 'browser')`.execute(
      db,
    )

  const data = await gatherOwnData(context, 1)

  expect(data).toMatchObject({
    reader: {
      number: 1,
      email: EMAIL,
      language: 'de',
      ownHour: '07:15:00',
      attributes: { city: 'Harbour Town' },
    },
    choices: [{ cadence: 'off' }, { cadence: 'instant' }, { topic: 'Council' }],
    pausedStories: [{ headline: expect.any(String) }],
    doNotMailList: { reason: 'complained' },
    editions: [{ edition: editionId, state: 'accepted', reply: '250 <Reader1@example.org> Ok' }],
    cameBack: [
      { kind: 'bounce' },
      { kind: 'reply', words: { text: 'Hello' } },
      { kind: 'reply', words: { text: `Write to ${EMAIL}` } },
    ],
    signUps: [{ email: 'Reader1@example.org' }],
    clicks: [{ edition: editionId, position: 0 }],
    cut: [],
  })
  expect(data?.consent.map(({ kind }) => kind)).toEqual([
    'added',
    'added',
    'added',
    'asked',
    'left',
  ])
  expect(data?.otherMails.map(({ kind }) => kind)).toEqual([
    'link',
    'address change',
    'address change',
    'link',
  ])
  expect(JSON.stringify(data)).not.toMatch(/reader[23]@/)
})

test('a list that is too long keeps the newest rows, and says that it was cut', async () => {
  await using life = await openLife()
  await using _desk = life.desk

  const data = await gatherOwnData(life.context, 1, 3)

  expect(data?.cut).toEqual(['consent', 'otherMails'])
  expect(data?.consent.map(({ kind }) => kind)).toEqual(['added', 'asked', 'left'])
  expect(data?.otherMails).toHaveLength(3)
})

test('nobody has no data', async () => {
  await using life = await openLife()
  await using _desk = life.desk

  expect(await gatherOwnData(life.context, 99)).toBeUndefined()
})
