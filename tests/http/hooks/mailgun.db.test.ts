import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { HookReader } from '#http/hooks/hook-request.ts'
import { createMailgunReader } from '#http/hooks/mailgun.ts'
import { type House, openHouse } from '../../house.ts'
import { asked, MAILGUN_KEY, mailgunBody, NOW } from './hook-fixture.ts'

const EVENT = { event: 'complained', id: 'e1', timestamp: NOW.getTime() / 1000 }
const OTHER = { ...EVENT, id: 'e2', recipient: 'reader9@example.org' }
const after = (seconds: number) => new Date(NOW.getTime() + seconds * 1000)

let house: House
let reader: HookReader
beforeEach(async () => {
  house = await openHouse()
  reader = createMailgunReader(house, [MAILGUN_KEY])
})
afterEach(async () => house[Symbol.asyncDispose]())

const fate = async (body: string, now = NOW, by = reader) =>
  Promise.resolve()
    .then(async () => by(asked(body, {}, now)))
    .then(
      (events) => events.length,
      (error: Error) => error.message,
    )

test('an event that Mailgun signed is read, by any of the keys while one is being changed', async () => {
  const both = createMailgunReader(house, ['key-of-yesterday', MAILGUN_KEY])

  expect(await fate(mailgunBody(EVENT), NOW, both)).toBe(1)
  expect(await fate(mailgunBody(EVENT, { key: 'key-of-yesterday', word: 'b' }), NOW, both)).toBe(1)
})

test.each([
  ['its key is another', mailgunBody(EVENT, { key: 'key-of-a-stranger' }), /MAILGUN_SIGNING_KEY/],
  ['its word was changed', mailgunBody(EVENT).replace('aaa', 'aab'), /MAILGUN_SIGNING_KEY/],
  ['it is 301 seconds old', mailgunBody(EVENT, { at: after(-301) }), /5 minutes/],
  ['it is 301 seconds early', mailgunBody(EVENT, { at: after(301) }), /5 minutes/],
  ['its signature is missing', JSON.stringify({ 'event-data': EVENT }), /no signature/],
  ['it is no JSON', 'signature=1', /not JSON/],
])('an event is not believed when %s', async (_, body, reason) => {
  expect(await fate(body)).toMatch(reason)
})

test('a used signature is not believed with another body, in any process', async () => {
  const sibling = createMailgunReader(house, [MAILGUN_KEY])
  await fate(mailgunBody(EVENT))

  expect(await fate(mailgunBody(OTHER))).toMatch(/used before/)
  expect(await fate(mailgunBody(OTHER), NOW, sibling)).toMatch(/used before/)
})

test('of two bodies that come with one signature at the same moment one is believed', async () => {
  const fates = await Promise.all([EVENT, OTHER].map(async (event) => fate(mailgunBody(event))))

  expect(fates.filter((one) => one === 1)).toHaveLength(1)
})

test('what was taken may be repeated as it was, however late', async () => {
  await fate(mailgunBody(EVENT))

  expect(await fate(mailgunBody(EVENT), after(4 * 3600))).toBe(1)
  expect(await fate(mailgunBody(OTHER), after(4 * 3600))).toMatch(/5 minutes/)
})

test('words older than a day go', async () => {
  await fate(mailgunBody(EVENT))
  await fate(mailgunBody(EVENT, { at: after(90_000), word: 'b' }), after(90_000))

  const { rows } = await sql`select nonce from webhook_nonce`.execute(house.db)

  expect(rows).toEqual([{ nonce: 'b' }])
})
