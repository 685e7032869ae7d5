import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { readAccounts } from '#deliveries/accounts.ts'
import {
  excludeStopped,
  pauseEdition,
  resumeEdition,
  stopEdition,
} from '#deliveries/send-edition.ts'
import { getEdition } from '#editions/store.ts'
import {
  AGAIN,
  CLAIMED,
  fates,
  openApproved,
  openReleased,
  openSettled,
  settleRows,
  stateOf,
  UNCERTAIN,
  WAITING,
} from './settled-fixture.ts'

test('a paused edition is held in the name of who paused it, and goes on when it is resumed', async () => {
  await using house = await openReleased(2)
  const { editionId } = house

  await pauseEdition(house.context, { editionId, by: 'maria' })
  const paused = await getEdition(house.db, editionId)
  house.jobs.length = 0
  await resumeEdition(house.context, editionId)

  expect(paused).toMatchObject({ state: 'held', stateReason: 'paused by maria' })
  expect(await getEdition(house.db, editionId)).toMatchObject({
    state: 'sending',
    stateReason: null,
  })
  expect(house.jobs).toEqual([{ name: 'drain-lane', data: { lane: 'digest' } }])
})

test('an edition that was paused while its readers were planned is planned on when it is resumed', async () => {
  await using house = await openReleased(2)
  const { editionId } = house
  await sql`update edition set planned_at = null, audience = null`.execute(house.db)
  await pauseEdition(house.context, { editionId, by: 'maria' })
  house.jobs.length = 0

  await resumeEdition(house.context, editionId)

  expect(house.jobs.map((job) => job.name)).toEqual(['drain-lane', 'plan-edition'])
})

test.each(['approved', 'held', 'sent', 'stopped'])(
  'an edition that is %s cannot be paused',
  async (state) => {
    await using house = await openReleased(1)
    await sql`
      update edition set state = ${state}::edition_state, state_reason = 'a reason', sent_at = now()
       where id = ${house.editionId}`.execute(house.db)

    const asked = pauseEdition(house.context, { editionId: house.editionId, by: 'maria' })

    await expect(asked).rejects.toThrow(`is ${state}: only one that is being sent can be paused`)
    expect(await getEdition(house.db, house.editionId)).toMatchObject({ stateReason: 'a reason' })
  },
)

test('a stop leaves out what has not begun, keeps what may have arrived, and the counters follow', async () => {
  const doubtful = sql`${AGAIN}, doubtful = true`
  await using house = await openSettled(6, {
    2: WAITING,
    3: AGAIN,
    4: doubtful,
    5: UNCERTAIN,
    6: CLAIMED,
  })
  const { editionId } = house

  const left = await stopEdition(house.context, { editionId, reason: 'wrong picture' })

  expect(left).toBe(3)
  expect(await fates(house)).toEqual([
    'accepted',
    'excluded: stopped',
    'excluded: stopped',
    'uncertain',
    'uncertain',
    'claimed',
  ])
  expect(await readAccounts(house.db, editionId)).toMatchObject({
    planned: 6,
    waiting: 0,
    tryingAgain: 0,
    claimed: 1,
    accepted: 1,
    uncertain: 2,
    excludedBy: { stopped: 2 },
  })
})

test('a stop passes over rows that somebody holds, and leaves a trace for the sweep to come back', async () => {
  await using house = await openReleased(3)
  const { editionId } = house
  const held = Promise.withResolvers<void>()
  const release = Promise.withResolvers<void>()
  const claim = house.db.transaction().execute(async (db) => {
    await sql`select 1 from delivery where subscriber_id = 2 for update`.execute(db)
    held.resolve()
    await release.promise
  })
  await held.promise

  await stopEdition(house.context, { editionId, reason: 'wrong picture' })
  const during = await fates(house)
  const { rows: open } = await sql`select 1 from delivery_drain`.execute(house.db)
  release.resolve()
  await claim
  await excludeStopped(house.db, { editionId, now: house.now })

  expect(during).toEqual(['excluded: stopped', 'planned', 'excluded: stopped'])
  expect(open).not.toEqual([])
  expect(await fates(house)).toEqual(Array(3).fill('excluded: stopped'))
  expect((await sql`select 1 from delivery_drain`.execute(house.db)).rows).toEqual([])
  expect(await readAccounts(house.db, editionId)).toMatchObject({ waiting: 0, excluded: 3 })
})

const said = (reply: string | null) =>
  sql`state = 'planned', outcome_at = null, retry_at = now(), reply = ${reply}`

test('the reasons why mails wait are those of relays and receivers, the most frequent first, and no more than three', async () => {
  await using house = await openSettled(4, {
    1: said('451 Greylisted'),
    2: said('452 Full'),
    3: said('452 Full'),
    4: said(null),
  })
  await sql`
    insert into pace (name, rate, ceiling, refilled_at, slowed_at, reply)
    values ('relay main', 5, 10, now(), now(), '421 Too fast'), ('destination 2', 5, 10, now(), now(), '421 Not here')`.execute(
    house.db,
  )

  const { waitingBecause } = await readAccounts(house.db, house.editionId)

  expect(waitingBecause).toEqual(['421 Too fast', '452 Full', '451 Greylisted'])
})

test('a stop that comes while nothing was planned stops the edition', async () => {
  await using house = await openApproved(1)

  await stopEdition(house.context, { editionId: house.editionId, reason: 'no' })

  expect(await stateOf(house)).toBe('stopped')
  expect(await fates(house)).toEqual([])
})

test('rows that come back after a stop are left out by asking again, and asking again is harmless', async () => {
  await using house = await openReleased(2)
  const { editionId } = house
  await settleRows(house, editionId, { 2: CLAIMED })
  await stopEdition(house.context, { editionId, reason: 'enough' })
  await settleRows(house, editionId, { 2: AGAIN })
  const now = house.now

  const counts = [
    await excludeStopped(house.db, { editionId, now }),
    await excludeStopped(house.db, { editionId, now }),
  ]

  expect(counts).toEqual([1, 0])
  expect(await fates(house)).toEqual(['accepted', 'excluded: stopped'])
})
