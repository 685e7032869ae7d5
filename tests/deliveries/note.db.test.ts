import { sql } from 'kysely'
import PostalMime from 'postal-mime'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { countAudience, findPlan } from '#deliveries/plan-store.ts'
import { planEdition } from '#deliveries/plan.ts'
import { sendEdition } from '#deliveries/send-edition.ts'
import { composeNote } from '#editions/notes/compose-note.ts'
import { parseNote } from '#editions/notes/note.ts'
import { lintMessage } from '#mail/lint-message.ts'
import { saveSegment } from '#subscribers/segments/segment.ts'
import { leave } from '#subscribers/store.ts'
import { addReaders, type House, openHouse } from '../house.ts'
import { choose } from './choice-fixture.ts'
import { ACCEPTED, approve, type Desk, openDesk, readRows, releaseDigest } from './send-fixture.ts'
import { join } from './service/service-fixture.ts'

let house: House
let desk: Desk
beforeEach(async () => {
  house = await openHouse()
  desk = await openDesk(house)
})
afterEach(async () => {
  await desk[Symbol.asyncDispose]()
  await house[Symbol.asyncDispose]()
})

const WORDS = {
  newsletter: 'daily',
  subject: 'We start at six from Monday',
  text: `Dear readers,

# What changes
from Monday on the digest comes at six, for all who have it at seven now.

How to keep your hour
https://courier.example/hours

https://courier.example/

Yours, the morning desk`,
}

async function approveNote(change: object = {}): Promise<number> {
  const note = parseNote({ ...WORDS, ...change })
  const { editionId } = await composeNote(house.context, { note, operatorId: null })
  await approve(house, editionId)
  return editionId
}

async function send(editionId: number, slice?: number): Promise<void> {
  await sendEdition(house.context, { editionId, rule: 'now' })
  await planEdition(house.context, { editionId, ...(slice === undefined ? {} : { slice }) })
}

/** Who is in the ledger, and as what. */
async function booked(editionId: number): Promise<[number, string][]> {
  const rows = await readRows(house, editionId)
  return rows.map(({ subscriberId, state, reason }) => [subscriberId, reason ?? state])
}

describe('a note to a newsletter', () => {
  test('goes to all its readers, says how to leave, and is a clean mail', async () => {
    await addReaders(house, 2)
    await addReaders(house, 1, { from: 3, newsletters: ['breaking'] })
    const editionId = await approveNote()

    await send(editionId)
    await desk.drain('digest')

    expect(desk.relay.mails.map(({ to }) => to)).toEqual([
      'reader1@example.org',
      'reader2@example.org',
    ])
    const raw = desk.relay.mails[0]?.raw ?? Buffer.alloc(0)
    expect(await lintMessage(raw, { kind: 'note', messageIdDomain: 'example.org' })).toEqual([])
    const { html = '', text = '', subject } = await PostalMime.parse(raw)
    expect(subject).toBe(WORDS.subject)
    expect(html).toMatch(/<h2[^>]*>What changes<\/h2>/)
    expect(html).toMatch(/<a [^>]*href="https:\/\/courier\.example\/hours"[^>]*>How to keep your/)
    expect(text).toContain('== What changes ==\n\nfrom Monday on the digest')
    expect(text).toContain('How to keep your hour:\nhttps://courier.example/hours\n')
    expect(text).toContain('\n\nhttps://courier.example/\n\nYours, the morning desk\n')
    expect(text).toMatch(/Unsubscribe:\nhttp/)
    expect(text).toContain('You get this because you signed up for Morning digest')
    expect(text).toContain('1 Example Street')
  })

  test('goes to who wants the digest once a week, and to nobody who left, or who turned it off', async () => {
    const [weekly, off, gone] = await addReaders(house, 3)
    await choose(house, weekly, { newsletter: 'daily', cadence: 'weekly' })
    await choose(house, off, { newsletter: 'daily', cadence: 'off' })
    const editionId = await approveNote()
    house.wait(1000)
    await leave(house.db, {
      subscriberId: Number(gone),
      newsletterId: null,
      now: house.now,
    })

    await send(editionId)

    expect(await booked(editionId)).toEqual([
      [weekly, 'planned'],
      [gone, 'left'],
    ])
  })
})

describe('a note to a segment', () => {
  test('goes to its readers who get the newsletter, counted before as they are planned', async () => {
    await addReaders(house, 4)
    const [berlin, other] = await addReaders(house, 2, { from: 5, timeZone: 'Europe/Berlin' })
    const [elsewhere] = await addReaders(house, 1, {
      from: 7,
      timeZone: 'Europe/Berlin',
      newsletters: ['breaking'],
    })
    await saveSegment(house.context, {
      name: 'berlin',
      filter: 'zone:Europe/Berlin',
      operatorId: null,
    })
    const editionId = await approveNote({ segment: 'berlin' })
    const counted = await countAudience(house.context, editionId)

    // Slices of two: none of the first readers is in it.
    await send(editionId, 2)

    expect(elsewhere).toBeGreaterThan(0)
    expect(await booked(editionId)).toEqual([
      [berlin, 'planned'],
      [other, 'planned'],
    ])
    expect(counted).toBe(2)
    const { rows } = await sql<{ audience: number }>`
      select audience from edition where id = ${editionId}`.execute(house.db)
    expect(rows[0]?.audience).toBe(2)
  })

  test('is timed by its own readers, not by all of the newsletter', async () => {
    await addReaders(house, 50)
    await addReaders(house, 1, { from: 51, timeZone: 'Europe/Berlin' })
    await saveSegment(house.context, {
      name: 'berlin',
      filter: 'zone:Europe/Berlin',
      operatorId: null,
    })
    const editionId = await approveNote({ segment: 'berlin' })

    const { estimate } = await sendEdition(house.context, {
      editionId,
      rule: 'now',
      spreadMs: 60_000,
    })

    expect(estimate.mails).toBe(1)
  })

  test('of nobody is sent to nobody, and done', async () => {
    await addReaders(house, 3)
    await saveSegment(house.context, { name: 'none', filter: 'language:fr', operatorId: null })
    const editionId = await approveNote({ segment: 'none' })

    await send(editionId)

    expect(await booked(editionId)).toEqual([])
    const { rows } = await sql<{ audience: number; planned: boolean }>`
      select audience, planned_at is not null as planned from edition where id = ${editionId}`.execute(
      house.db,
    )
    expect(rows).toEqual([{ audience: 0, planned: true }])
  })
})

describe('a note to who got an edition', () => {
  test('goes to those whose copy was accepted or may have arrived, and to who joined after', async () => {
    const readers = await addReaders(house, 4)
    desk.relay.script = ({ to }) => {
      if (to.startsWith('reader2')) return { kind: 'uncertain', reason: 'lost' }
      if (to.startsWith('reader3'))
        return { kind: 'rejected', reply: '550 5.1.1 no such user', code: 550, blame: 'recipient' }
      return ACCEPTED
    }
    await choose(house, readers[3], { newsletter: 'daily', cadence: 'off' })
    const got = await releaseDigest(house)
    await desk.drain('digest')
    await choose(house, readers[3], { newsletter: 'daily', cadence: 'daily' })
    desk.relay.script = () => undefined
    await join(house, desk, { email: 'new@example.org' })
    await desk.drain('confirmation')
    const [late] = await addReaders(house, 1, { from: 9 })
    const editionId = await approveNote({ got })
    const counted = await countAudience(house.context, editionId)

    await send(editionId, 2)

    const { rows } = await sql<{ id: number }>`
      select id from subscriber where email = 'new@example.org'`.execute(house.db)
    const joined = rows[0]?.id
    expect(late).toBeGreaterThan(0)
    expect((await booked(editionId)).map(([id]) => id)).toEqual([readers[0], readers[1], joined])
    expect(counted).toBe(3)
  })

  test('goes to nobody who does not get the note’s newsletter any more', async () => {
    const [first, second] = await addReaders(house, 2)
    const got = await releaseDigest(house)
    await desk.drain('digest')
    await choose(house, second, { newsletter: 'daily', cadence: 'off' })
    const editionId = await approveNote({ got })

    await send(editionId)

    expect(await booked(editionId)).toEqual([[first, 'planned']])
  })
})

test('an audience that nobody here knows is never everybody: it is not released', async () => {
  await addReaders(house, 2)
  const editionId = await approveNote()
  await sql`
    update edition set audience_rule = '{"friends": true}' where id = ${editionId}`.execute(
    house.db,
  )

  await expect(send(editionId)).rejects.toThrow('an audience that nobody here knows')
  await expect(countAudience(house.context, editionId)).rejects.toThrow('nobody here knows')
  expect(await booked(editionId)).toEqual([])
  expect(await findPlan(house.db, editionId)).toBeUndefined()
})
