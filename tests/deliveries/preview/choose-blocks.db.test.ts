import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findBlocks } from '#deliveries/plan-store.ts'
import { chooseBlocks } from '#deliveries/preview/choose-blocks.ts'
import { listVariants } from '#deliveries/preview/variants.ts'
import { planEdition } from '#deliveries/plan.ts'
import { sendEdition } from '#deliveries/send-edition.ts'
import { getEdition } from '#editions/store.ts'
import { addReaders, type House, openHouse } from '../../house.ts'
import { contentsOf, subscriberOf } from '../../http/web-fixture.ts'
import { approveDigest, nameTopics } from '../send-fixture.ts'

let house: House
let editionId: number
beforeEach(async () => {
  house = await openHouse()
  await nameTopics(house)
  editionId = await approveDigest(house)
  await addReaders(house, 3)
  await follow('reader2@example.org', 'sport', 'daily')
  await follow('reader3@example.org', 'sport', 'off')
})
afterEach(async () => house[Symbol.asyncDispose]())

async function follow(email: string, topic: string, cadence: string): Promise<void> {
  const { id } = await subscriberOf(house, email)
  await sql`
    insert into subscription (subscriber_id, topic_id, cadence, changed_at)
    select ${id}, t.id, ${cadence}, ${house.now} from topic t where t.slug = ${topic}`.execute(
    house.db,
  )
}

const edition = async () => getEdition(house.db, editionId)
const choose = async (whose: Parameters<typeof chooseBlocks>[2]) =>
  chooseBlocks(house.context, await edition(), whose)

test('a reader’s preview has the stories that the plan then gives, and writes nothing', async () => {
  const before = await contentsOf(house)
  const emails = [1, 2, 3].map((number) => `reader${number}@example.org`)

  const previews = []
  for (const reader of emails) previews.push((await choose({ reader })).blocks)
  const unchanged = await contentsOf(house)

  await sendEdition(house.context, { editionId, rule: 'now' })
  await planEdition(house.context, { editionId })
  const planned = []
  for (const email of emails) {
    const subscriberId = (await subscriberOf(house, email)).id
    planned.push(await findBlocks(house.db, { editionId, subscriberId }))
  }
  expect(unchanged).toEqual(before)
  expect(previews).toEqual(planned)
  expect(new Set(previews.map(String)).size).toBe(3)
})

test('a follower’s variant is what a reader gets who follows that topic alone', async () => {
  const { blocks } = await choose({ reader: 'reader2@example.org' })

  expect((await choose({ variant: 'topic:sport' })).blocks).toEqual(blocks)
})

test('variants are named, and numbered as they are listed', async () => {
  const names = (await listVariants(house.context, await edition())).map(({ name }) => name)

  expect(names).toEqual(['everybody', 'largest', 'smallest', 'topic:council', 'topic:sport'])
  expect(await choose({ variant: '5' })).toEqual(await choose({ variant: 'topic:sport' }))
  expect((await choose({ variant: 'smallest' })).blocks).toHaveLength(1)
  expect((await choose({})).blocks).toEqual((await choose({ variant: 'everybody' })).blocks)
})

test.each([
  [{ variant: 'huge' }, /there is no variant "huge": use everybody, largest/],
  [{ blocks: [0, 77] }, /has no block 77: its blocks are 0, 1/],
  [{ reader: 'nobody@example.org' }, /no reader has this address/],
  [{ reader: '999' }, /reader 999 does not get edition \d+: not in its audience/],
  [{ reader: '1', variant: 'largest' }, /not two of them/],
])('what the edition does not hold is refused in words: %j', async (whose, words) => {
  await expect(choose(whose)).rejects.toThrow(words)
})

test('of a reader who gets no mail none is shown, and why', async () => {
  await sql`
    insert into suppression (address_hash, reason, at)
    select address_hash, 'bounced', ${house.now} from subscriber where email = 'reader1@example.org'`.execute(
    house.db,
  )

  await expect(choose({ reader: 'reader1@example.org' })).rejects.toThrow(/: suppressed/)
})
