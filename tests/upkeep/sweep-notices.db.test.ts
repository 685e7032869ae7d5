import { expect, test } from 'vitest'
import { changeSetting } from '#editions/publication.ts'
import { startFakeRelay } from '../support/fake-relay.ts'
import { openListener, openWatched, type Post } from './upkeep-fixture.ts'

const relayDown = {
  cause: 'relay ours',
  words: 'the relay ours does not work',
  fix: 'daybreak status',
}
const diskFull = { cause: 'disk', words: 'the disk has 1 GB left', fix: 'df -h' }

function subjectsOf(posts: readonly Post[]): string[] {
  return posts.map(({ body }) => (JSON.parse(body) as { subject: string }).subject)
}

test('it is told once while it lasts, and once when it is over', async () => {
  await using listener = await openListener()
  await using watched = await openWatched({ NOTICE_WEBHOOKS: `${listener.url}/hook` })
  watched.now = [relayDown]

  await watched.pass(30)
  watched.now = []
  await watched.pass(30)

  expect(subjectsOf(listener.posts)).toEqual([
    'Your Newspaper: the relay ours does not work',
    'Your Newspaper: over: the relay ours does not work',
  ])
  expect(JSON.parse(listener.posts[1]?.body ?? '').text).toContain('Over, after 31 minutes')
})

test('what begins together is one notice, and each ends for itself', async () => {
  await using listener = await openListener()
  await using watched = await openWatched({ NOTICE_WEBHOOKS: listener.url })
  watched.now = [relayDown, diskFull]

  await watched.pass(2)
  watched.now = [diskFull]
  await watched.pass(5)

  expect(subjectsOf(listener.posts)).toEqual([
    'Your Newspaper: the disk has 1 GB left (and 1 more)',
    'Your Newspaper: over: the relay ours does not work',
  ])
})

test('what is over before its grace is told to nobody', async () => {
  await using listener = await openListener()
  await using watched = await openWatched({ NOTICE_WEBHOOKS: listener.url })
  watched.now = [{ ...relayDown, grace: 120_000 }]

  await watched.pass(2)
  watched.now = []
  await watched.pass(10)
  expect(listener.posts).toEqual([])

  watched.now = [{ ...relayDown, grace: 120_000 }]
  await watched.pass(3)
  expect(listener.posts).toHaveLength(1)
})

test('what comes and goes is told at most once an hour', async () => {
  await using listener = await openListener()
  await using watched = await openWatched({ NOTICE_WEBHOOKS: listener.url })

  for (let round = 0; round < 12; round += 1) {
    watched.now = [relayDown]
    await watched.pass(5)
    watched.now = []
    await watched.pass(5)
  }

  const begun = subjectsOf(listener.posts).filter((subject) => !subject.includes('over:'))
  // Two hours: at the beginning, and after an hour.
  expect(begun).toHaveLength(2)
  const ended = subjectsOf(listener.posts).filter((subject) => subject.includes('over:'))
  expect(ended).toHaveLength(2)
})

test('a notice that nobody took is told at the next look', async () => {
  await using listener = await openListener()
  await using watched = await openWatched({ NOTICE_WEBHOOKS: `slack+${listener.url}/secret` })
  listener.status = 503
  watched.now = [relayDown]

  await watched.pass(2)
  const refused = listener.posts.length
  listener.status = 200
  await watched.pass(3)

  expect(refused).toBe(2)
  expect(listener.posts).toHaveLength(3)
  const said = watched.house.lines.filter((line) => line.includes('a notice could not be told'))
  expect(said).toHaveLength(2)
  expect(said.join()).toContain('answers 503')
  expect(watched.house.lines.join()).not.toContain('/secret')
})

test('of two web processes one tells', async () => {
  await using listener = await openListener()
  await using watched = await openWatched({ NOTICE_WEBHOOKS: listener.url })
  watched.now = [relayDown]
  watched.house.wait(60_000)

  await Promise.all([watched.look(), watched.look(), watched.look()])

  expect(listener.posts).toHaveLength(1)
})

test('by mail it goes through the relay of its own, and through the house’s when that does not answer', async () => {
  await using own = await startFakeRelay()
  await using house = await startFakeRelay()
  await using watched = await openWatched({
    SMTP_URL: house.url,
    NOTICE_SMTP_URL: own.url,
    NOTICE_MAIL: 'ops@courier.example, night@courier.example',
  })
  await changeSetting(watched.house.context, 'fromAddress', 'news@courier.example')
  watched.now = [relayDown]

  await watched.pass(1)
  const first = [own.bodies.length, house.bodies.length]
  await own[Symbol.asyncDispose]()
  watched.now = []
  await watched.pass(3)

  expect(first).toEqual([1, 0])
  expect(house.bodies).toHaveLength(1)
  const [mail = ''] = own.bodies.map(String)
  expect(mail).toMatch(/^Subject: Your Newspaper: the relay ours does not work\r$/m)
  expect(mail).toMatch(/^Auto-Submitted: auto-generated\r$/m)
  expect(mail).toMatch(/^To: ops@courier\.example, night@courier\.example\r$/m)
  expect(mail).toMatch(/^From: news@courier\.example\r$/m)
})

test('without anybody to tell it stays in the log and in "daybreak status"', async () => {
  await using watched = await openWatched({})
  watched.now = [relayDown]

  await watched.pass(3)

  expect(watched.house.lines.filter((line) => line.includes('something is wrong'))).toHaveLength(1)
})

test('a watch outside is pinged at every look, whatever else is wrong', async () => {
  await using listener = await openListener()
  await using watched = await openWatched({
    PING_URL: `${listener.url}/ping`,
    NOTICE_WEBHOOKS: 'http://127.0.0.1:1/nobody',
  })
  watched.now = [relayDown]

  await watched.pass(3)
  listener.status = 500
  await watched.pass(1)

  expect(listener.posts.map(({ method, url }) => `${method} ${url}`)).toEqual(
    Array.from({ length: 4 }, () => 'GET /ping'),
  )
  expect(watched.house.lines.join()).toContain('the ping to the watch outside failed')
})
