import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { readEditionReport } from '#reports/edition-report.ts'
import { readSenderHealth, warningsOf } from '#reports/sender-health.ts'
import {
  openSettled,
  REJECTED,
  type ReleasedHouse,
  settleRows,
  UNCERTAIN,
} from '../deliveries/settled-fixture.ts'

type Came = { reader: number; verdict: string; reason: string; channel?: string }

async function cameBack(house: ReleasedHouse, came: Came[]): Promise<void> {
  for (const [place, { reader, verdict, reason, channel = 'smtp' }] of came.entries()) {
    await sql`
      insert into returned (at, channel, event_key, kind, verdict, reason, edition_id, subscriber_id, effect, handled_at)
      values (${house.now}, ${channel}, ${`key ${place}`}, ${verdict === 'complaint' ? 'complaint' : 'bounce'}
            , ${verdict}, ${reason}, ${house.editionId}, ${reader}, 'done', ${house.now})`.execute(
      house.db,
    )
  }
}

const GOOGLE = sql`destination = 2`

test('an edition is told apart by provider, and the parts add up', async () => {
  await using house = await openSettled(8, {
    1: GOOGLE,
    2: sql`destination = 2, bounced_at = now()`,
    3: sql`destination = 2, complained_at = now()`,
    4: REJECTED,
    5: UNCERTAIN,
    6: sql`replies = 2`,
  })
  await cameBack(house, [
    { reader: 2, verdict: 'soft', reason: 'mailbox full' },
    { reader: 3, verdict: 'complaint', reason: 'abuse' },
    { reader: 4, verdict: 'hard', reason: 'no such mailbox', channel: 'reply' },
  ])

  const { total, destinations } = await readEditionReport(house.db, house.editionId)

  expect(destinations.map(({ destination, accepted }) => ({ destination, accepted }))).toEqual([
    { destination: 'other', accepted: 3 },
    { destination: 'google', accepted: 3 },
  ])
  expect(destinations[1]).toMatchObject({
    bounced: 1,
    bouncedBy: { 'mailbox full': 1 },
    complained: 1,
    rejected: 0,
  })
  expect(total).toMatchObject({
    accepted: 6,
    rejected: 1,
    rejectedBy: { 'no such mailbox': 1 },
    uncertain: 1,
    triedAgain: 1,
    bounced: 1,
    complained: 1,
  })
})

test('what came back and marked no row is not counted', async () => {
  await using house = await openSettled(2)
  await cameBack(house, [
    { reader: 1, verdict: 'hard', reason: 'no such mailbox' },
    { reader: 2, verdict: 'complaint', reason: 'abuse' },
    { reader: 99, verdict: 'hard', reason: 'no such mailbox' },
  ])

  const { total } = await readEditionReport(house.db, house.editionId)

  expect(total).toMatchObject({ bounced: 0, bouncedBy: {}, complained: 0 })
})

test('an edition that is over is counted once, and again when its counters have changed', async () => {
  await using house = await openSettled(4, { 1: UNCERTAIN })
  await sql`update edition set state = 'sent', sent_at = now(), planned_at = now(), audience = 4 where id = ${house.editionId}`.execute(
    house.db,
  )
  await readEditionReport(house.db, house.editionId)
  await sql`update delivery set destination = 5 where subscriber_id = 2`.execute(house.db)
  const kept = await readEditionReport(house.db, house.editionId)
  await settleRows(house, house.editionId, { 2: GOOGLE })

  const { total, destinations } = await readEditionReport(house.db, house.editionId)

  expect(kept.destinations).toHaveLength(1)
  expect(total).toMatchObject({ accepted: 4, uncertain: 0 })
  expect(destinations.map(({ destination }) => destination)).toContain('google')
})

test('who left by a mail is counted to its provider, a complaint is not a leaving', async () => {
  await using house = await openSettled(3, { 1: GOOGLE })
  const left = async (reader: number, form: string) =>
    sql`
      insert into consent_event (at, subscriber_id, kind, form, edition_id)
      values (${house.now}, ${reader}, 'left', ${form}, ${house.editionId})`.execute(house.db)
  await left(1, 'one-click')
  await left(1, 'one-click')
  await left(2, 'complaint')

  const { total, destinations } = await readEditionReport(house.db, house.editionId)

  expect(total.left).toBe(1)
  expect(destinations.find(({ destination }) => destination === 'google')?.left).toBe(1)
})

test('health sums the editions of the span that went to readers, and warns in words', async () => {
  await using house = await openSettled(4, {
    1: sql`complained_at = now()`,
    2: sql`complained_at = now()`,
    3: sql`bounced_at = now()`,
  })
  await cameBack(house, [
    { reader: 1, verdict: 'complaint', reason: 'abuse' },
    { reader: 2, verdict: 'complaint', reason: 'abuse' },
    { reader: 3, verdict: 'hard', reason: 'no such mailbox' },
  ])
  const span = {
    from: new Date(house.now.getTime() - 86_400_000),
    until: new Date(house.now.getTime() + 1),
  }

  const asTest = await readSenderHealth(house.db, span)
  await sql`update edition set test = false where id = ${house.editionId}`.execute(house.db)
  const read = await readSenderHealth(house.db, span)

  expect(asTest.editions).toBe(0)
  expect(read).toMatchObject({ editions: 1, total: { accepted: 4, complained: 2, bounced: 1 } })
  expect(warningsOf(read)[0]).toMatch(/other: 2 readers said .+ 50\.00 %, over the 0\.3 %/)
})
