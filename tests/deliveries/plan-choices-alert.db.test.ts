import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { countAudience } from '#deliveries/plan-store.ts'
import { planEdition } from '#deliveries/plan.ts'
import { sendEdition } from '#deliveries/send-edition.ts'
import { draftAlert } from '#editions/alerts/draft-alert.ts'
import { ingestArticle } from '../articles-fixture.ts'
import { addReaders, openHouse } from '../house.ts'
import { choose, SUNDAY } from './choice-fixture.ts'
import { approve, nameTopics, readRows } from './send-fixture.ts'

test('alerts: at once gets all, the others only what has a topic marked "at once", off none', async () => {
  await using house = await openHouse({ now: SUNDAY })
  await nameTopics(house)
  const readers = await addReaders(house, 6)
  const [instant, daily, marked, weekly, otherTopic, off] = readers
  await choose(house, daily, { newsletter: 'breaking', cadence: 'daily' })
  await choose(house, daily, { topic: 'sport', cadence: 'daily' })
  await choose(house, marked, { newsletter: 'breaking', cadence: 'daily' })
  await choose(house, marked, { topic: 'sport', cadence: 'instant' })
  await choose(house, weekly, { newsletter: 'breaking', cadence: 'weekly' })
  await choose(house, weekly, { topic: 'sport', cadence: 'instant' })
  await choose(house, otherTopic, { newsletter: 'breaking', cadence: 'daily' })
  await choose(house, otherTopic, { topic: 'council', cadence: 'instant' })
  await choose(house, off, { newsletter: 'breaking', cadence: 'off' })
  await choose(house, off, { topic: 'sport', cadence: 'instant' })
  await sql`update subscription set changed_at = '2026-11-20' where cadence = 'off'`.execute(
    house.db,
  )

  const { articleId } = await ingestArticle(house.context, {
    headline: 'Rovers stadium closed after the roof gave way',
    topics: ['Sport'],
    breaking: true,
  })
  const { editionId } = await draftAlert(house.context, { articleId, operatorId: null })
  await approve(house, editionId)
  await sendEdition(house.context, { editionId, rule: 'now' })
  await planEdition(house.context, { editionId })

  expect((await readRows(house, editionId)).map((row) => row.subscriberId)).toEqual([
    instant,
    marked,
    weekly,
  ])
})

test('an alert goes past who turned off all of its topics, and to who left one of them on', async () => {
  await using house = await openHouse({ now: SUNDAY })
  await nameTopics(house)
  const [all, one, both, other] = await addReaders(house, 4)
  await choose(house, one, { topic: 'sport', cadence: 'off' })
  await choose(house, both, { topic: 'sport', cadence: 'off' })
  await choose(house, both, { topic: 'council', cadence: 'off' })
  await choose(house, other, { topic: 'sport', cadence: 'daily' })

  const got = []
  for (const topics of [['Sport', 'Council'], ['Sport'], []]) {
    const { articleId } = await ingestArticle(house.context, {
      headline: `Stadium closed: ${topics.join(' ')}`,
      topics,
      breaking: true,
    })
    const { editionId } = await draftAlert(house.context, { articleId, operatorId: null })
    const audience = await countAudience(house.context, editionId)
    await approve(house, editionId)
    await sendEdition(house.context, { editionId, rule: 'now' })
    await planEdition(house.context, { editionId })
    const rows = await readRows(house, editionId)
    got.push([audience, rows.map((row) => row.subscriberId)])
  }

  expect(got).toEqual([
    [3, [all, one, other]],
    [2, [all, other]],
    [4, [all, one, both, other]],
  ])
})

test('who cannot be mailed is not counted as an audience', async () => {
  await using house = await openHouse({ now: SUNDAY })
  await addReaders(house, 3)
  await sql`
    insert into suppression (address_hash, reason, at)
    select address_hash, 'blocked', ${SUNDAY} from subscriber order by id limit 1`.execute(house.db)
  const { articleId } = await ingestArticle(house.context, {
    headline: 'Bridge closed',
    breaking: true,
  })
  const { editionId } = await draftAlert(house.context, { articleId, operatorId: null })
  const blocked = await countAudience(house.context, editionId)
  await sql`insert into suppressed_domain (domain, at) select domain, ${SUNDAY} from subscriber limit 1`.execute(
    house.db,
  )

  expect([blocked, await countAudience(house.context, editionId)]).toEqual([2, 0])
})
