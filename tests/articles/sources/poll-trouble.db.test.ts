import { expect, test } from 'vitest'
import { addSource } from '#articles/sources/add-source.ts'
import { pollSource } from '#articles/sources/polling/poll-source.ts'
import { getSource } from '#articles/sources/source.ts'
import { sweepSources } from '#articles/sources/sweep-sources.ts'
import { Refusal } from '#errors.ts'
import { type House, openHouse } from '../../house.ts'
import { FEED_URL, feedOf, items, openNewsroom } from './feed-fixture.ts'

const HOUR = 3_600_000

async function openWithFeed(house: House) {
  const newsroom = openNewsroom(house)
  newsroom.answer = { text: feedOf(items(1, 3)), etag: '"one"' }
  const { source } = await addSource(newsroom, { url: FEED_URL })
  house.jobs.length = 0
  return { newsroom, sourceId: source.id }
}

test('410 ends it: it is never due again', async () => {
  await using house = await openHouse()
  const { newsroom, sourceId } = await openWithFeed(house)
  newsroom.answer = { status: 410 }
  house.wait(HOUR)

  await pollSource(newsroom, { sourceId })
  house.wait(1000 * HOUR)
  const again = await pollSource(newsroom, { sourceId })
  await sweepSources(house.context)

  expect(again).toEqual({ kind: 'not due' })
  expect(await getSource(house.db, sourceId)).toMatchObject({ state: 'gone', pollAt: null })
  expect((await getSource(house.db, sourceId)).error).toContain('gone for good')
  expect(house.jobs.filter(({ name }) => name === 'poll-source')).toEqual([])
})

test.each([
  [{ status: 404 }, '404'],
  [{ status: 403 }, 'does not let us'],
  [{ status: 500 }, 'error of its own'],
  [new Refusal('courier.example could not be reached.'), 'could not be reached'],
  [{ text: '<p>not a feed</p>' }, ''],
])(
  'a feed that cannot be read is failing after three times in a row, and comes back by itself: %o',
  async (answer, words) => {
    await using house = await openHouse()
    const { newsroom, sourceId } = await openWithFeed(house)
    newsroom.answer = answer

    for (let failure = 0; failure < 3; failure += 1) {
      house.wait(24 * HOUR)
      await pollSource(newsroom, { sourceId })
    }
    const failing = await getSource(house.db, sourceId)
    newsroom.answer = { text: feedOf(items(1, 3)) }
    house.wait(HOUR)
    await pollSource(newsroom, { sourceId })

    expect(failing).toMatchObject({ state: 'failing', failures: 3, etag: '"one"' })
    expect(failing.error).toContain(words)
    expect(await getSource(house.db, sourceId)).toMatchObject({
      state: 'active',
      failures: 0,
      error: null,
    })
  },
)

test('after ten failures it is inactive and asked once a day, and one success brings it back', async () => {
  await using house = await openHouse()
  const { newsroom, sourceId } = await openWithFeed(house)
  newsroom.answer = { status: 502 }

  for (let failure = 0; failure < 10; failure += 1) {
    house.wait(25 * HOUR)
    await pollSource(newsroom, { sourceId })
  }
  const inactive = await getSource(house.db, sourceId)
  newsroom.answer = { text: feedOf(items(1, 3)) }
  house.wait(24 * HOUR)
  await pollSource(newsroom, { sourceId })

  expect(inactive.state).toBe('inactive')
  expect((inactive.pollAt?.getTime() ?? 0) + HOUR - house.now.getTime()).toBe(HOUR)
  expect((await getSource(house.db, sourceId)).state).toBe('active')
})

test.each([
  [429, 7200],
  [503, new Date('2026-11-22T09:30:00Z')],
])('%i with Retry-After is asked again no sooner', async (status, retryAfter) => {
  await using house = await openHouse()
  const { newsroom, sourceId } = await openWithFeed(house)
  house.wait(HOUR)
  newsroom.answer = { status, retryAfter }

  await pollSource(newsroom, { sourceId })

  expect((await getSource(house.db, sourceId)).pollAt).toEqual(new Date('2026-11-22T09:30:00Z'))
})
