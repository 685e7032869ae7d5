import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { addSource } from '#articles/sources/add-source.ts'
import { pollSource } from '#articles/sources/polling/poll-source.ts'
import { feeds } from '#commands/feeds.ts'
import { addOperator } from '#operators/operator.ts'
import { FEED_URL, feedOf, items, openNewsroom } from '../articles/sources/feed-fixture.ts'
import { type House, openHouse } from '../house.ts'
import { runCommand } from './run-command.ts'

async function openWithFeed() {
  const house = await openHouse()
  await addOperator(house.context, { name: 'ines', role: 'admin' })
  const newsroom = openNewsroom(house)
  newsroom.answer = { text: feedOf(items(1, 3)) }
  const { source } = await addSource(newsroom, { url: FEED_URL, name: 'courier' })
  const run = async (...args: string[]) => runCommand(house, feeds, { args })
  return Object.assign(house, { newsroom, source, run })
}

async function verbsOf({ db }: Pick<House, 'db'>): Promise<string[]> {
  const { rows } = await sql<{ verb: string }>`select verb from audit_event order by id`.execute(db)
  return rows.map(({ verb }) => verb)
}

test('the list shows each feed with its state, its success and its next poll', async () => {
  await using house = await openWithFeed()

  const [head, line] = await house.run()

  expect(head).toMatch(/^feed +state +last success +a day +waiting +next poll +trouble$/)
  expect(line).toMatch(/^courier +works +1 min ago +0 +3 +in \d+ min$/)
})

test('without a feed the list says how to add one', async () => {
  await using house = await openHouse()
  await addOperator(house.context, { name: 'ines', role: 'admin' })

  expect(await runCommand(house, feeds, { args: [] })).toEqual([
    'there are no feeds yet: "daybreak feeds add URL" adds the first',
  ])
})

test('trouble is shown in words, in the list and with the feed', async () => {
  await using house = await openWithFeed()
  house.newsroom.answer = { status: 404 }
  await pollSource(house.newsroom, { sourceId: house.source.id, insist: true })

  const [, line] = await house.run()
  const shown = await house.run('show', 'courier')

  expect(line).toContain('There is no feed at this address any more (404).')
  expect(shown).toContainEqual(expect.stringContaining('There is no feed at this address'))
})

test('a feed is paused, resumed and removed, each noted once', async () => {
  await using house = await openWithFeed()

  const lines = [
    ...(await house.run('pause', 'courier')),
    ...(await house.run('pause', 'courier')),
    ...(await house.run('resume', 'courier')),
    ...(await house.run('remove', 'courier')),
  ]

  expect(lines).toEqual([
    'courier is paused now',
    'courier is paused already',
    'courier is polled now',
    'removed courier; its articles stay',
  ])
  expect((await verbsOf(house)).slice(-3)).toEqual(['pause feed', 'resume feed', 'remove feed'])
  await expect(house.run('show', 'courier')).rejects.toThrow('there is no feed "courier"')
})

test('a rule says which words of a feed mean a topic, once', async () => {
  await using house = await openWithFeed()
  await sql`insert into topic (slug, name) values ('sport', 'Sport')`.execute(house.db)

  const lines = [
    ...(await house.run('rule', 'courier', 'section', 'Sports', 'sport')),
    ...(await house.run('rule', 'courier', 'section', 'Sports', 'sport')),
    ...(await house.run('rule', '*', 'all', 'sport')),
  ]
  const { rows } = await sql`
    select source_id as source, kind, pattern from source_rule order by id`.execute(house.db)

  expect(lines).toEqual([
    'courier: section "Sports" means sport',
    'courier: section "Sports" means sport, as before',
    'every feed: everything means sport',
  ])
  expect(rows).toEqual([
    { source: house.source.id, kind: 'section', pattern: 'Sports' },
    { source: null, kind: 'all', pattern: '' },
  ])
})

test.each([
  [['rule', 'courier', 'colour', 'blue', 'sport'], 'one of tag, section, url, keyword, all'],
  [['rule', 'courier', 'tag', 'blue', 'nosuch'], 'there is no topic "nosuch"'],
  [['rule', 'nosuch', 'all', 'sport'], 'there is no feed "nosuch"'],
  [['batch', 'courier', 'burn'], 'release or drop'],
  [['batch', 'courier', 'release'], 'nothing of "courier" is held'],
  [['add', 'https://courier.example/x', '--rank', 'high'], '--rank'],
  [['add', 'https://courier.example/x', '--body', 'both'], '--body is feed'],
  [['add', 'two', 'words'], 'stands in quotes'],
  [['polish', 'courier'], 'not "polish"'],
])('%j is refused in words, and nothing is noted', async (args, words) => {
  await using house = await openWithFeed()
  const before = await verbsOf(house)

  await expect(house.run(...args)).rejects.toThrow(words)

  expect(await verbsOf(house)).toEqual(before)
})

test('a batch that is held is shown with what to do, and released', async () => {
  await using house = await openWithFeed()
  for (let poll = 1; poll < 7; poll += 1) {
    house.wait(3_600_000)
    house.newsroom.answer = { text: feedOf(items(poll * 3, poll * 3 + 2)) }
    await pollSource(house.newsroom, { sourceId: house.source.id, insist: true })
  }
  house.wait(3_600_000)
  house.newsroom.answer = { text: feedOf(items(100, 146)) }
  await pollSource(house.newsroom, { sourceId: house.source.id, insist: true })

  const list = await house.run()
  const released = await house.run('batch', 'courier', 'release')

  expect(list.at(-1)).toContain(
    "courier: 47 new at once are held; \"daybreak feeds batch 'courier'",
  )
  expect(released).toEqual(['47 items of courier are read now'])
})

test('a viewer may look at feeds, and change nothing', async () => {
  await using house = await openWithFeed()
  await addOperator(house.context, { name: 'vera', role: 'viewer' })
  const as = 'vera'

  expect(await runCommand(house, feeds, { args: [], as })).toHaveLength(2)
  for (const args of [
    ['pause', 'courier'],
    ['remove', 'courier'],
    ['batch', 'courier', 'drop'],
    ['add', 'https://courier.example/'],
  ])
    await expect(runCommand(house, feeds, { args, as })).rejects.toThrow('vera is viewer')
})

test('an address inside the own network is not fetched, and no feed is added', async () => {
  await using house = await openWithFeed()

  for (const url of ['http://127.0.0.1/feed', 'http://169.254.169.254/', 'http://[::1]/'])
    await expect(house.run('add', url)).rejects.toThrow(/not a public|not fetched/)

  const { rows } = await sql`select 1 from source where kind = 'feed'`.execute(house.db)
  expect(rows).toHaveLength(1)
})

test('the export lists every feed', async () => {
  await using house = await openWithFeed()

  expect((await house.run('export')).join('\n')).toContain(`xmlUrl="${FEED_URL}"`)
})
