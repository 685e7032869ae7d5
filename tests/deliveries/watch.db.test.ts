import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { pauseEdition, stopEdition } from '#deliveries/send-edition.ts'
import { sweepDeliveries } from '#deliveries/sweep.ts'
import { hashAddress } from '#secrets.ts'
import { leave } from '#subscribers/store.ts'
import { addReaders, type House, openHouse } from '../house.ts'
import { fates, openDesk, readRows, releaseAlert, releaseDigest, stateOf } from './send-fixture.ts'

/** A look at withdrawals comes every 400 ms; a relay that takes longer over the envelope is a slow one. */
const SLOW_MS = 700

/** Every mail has left the claim and stands before its body when this happens, on a relay that takes its time. */
function slowly(happens: () => Promise<unknown>) {
  let happened: Promise<unknown> | undefined
  return async () => {
    happened ??= happens()
    await happened
    await passed(SLOW_MS)
    return undefined
  }
}

const withdrawals: [string, (house: House) => Promise<unknown>, string][] = [
  [
    'leaves',
    async ({ db, now }) => leave(db, { subscriberId: 2, newsletterId: null, now }),
    'excluded: left',
  ],
  [
    'is put on the do-not-mail list',
    async ({ db, context, now }) => {
      const hash = hashAddress(context.secrets, 'reader2@example.org')
      await sql`insert into suppression (address_hash, reason, at) values (${hash}, 'complained', ${now})`.execute(
        db,
      )
    },
    'excluded: suppressed',
  ],
  [
    'snoozes',
    async ({ db }) =>
      sql`update subscription set snoozed_until = '2027-01-01' where subscriber_id = 2`.execute(db),
    'excluded: snoozed',
  ],
  [
    'turns the story of an alert off',
    async ({ db }) =>
      sql`
        insert into story_mute (subscriber_id, story_id, until)
        select 2, story_id, '2027-01-01' from edition_story`.execute(db),
    'excluded: snoozed',
  ],
  [
    'is erased',
    async ({ db }) =>
      sql`update subscriber set state = 'erased', email = null, address_hash = null where id = 2`.execute(
        db,
      ),
    'excluded: suppressed',
  ],
]

test.each(withdrawals)(
  'a reader who %s after the claim, on a slow relay, gets nothing',
  async (_what, withdraw, fate) => {
    await using house = await openHouse()
    await addReaders(house, 3)
    await using desk = await openDesk(house, {
      connections: 3,
      script: slowly(async () => withdraw(house)),
    })
    const editionId = await releaseAlert(house)

    await desk.drain('alert')

    expect(await fates(house, editionId)).toEqual(['accepted', fate, 'accepted'])
    expect(desk.relay.mails.map((mail) => mail.to)).not.toContain('reader2@example.org')
  },
)

test('a reader whose address changes after the claim is mailed at the new one only', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  await using desk = await openDesk(house, {
    script: slowly(async () =>
      sql`update subscriber set email = 'new@example.org', address_version = 2`.execute(house.db),
    ),
  })
  const editionId = await releaseDigest(house)

  await desk.drain()
  await desk.drain()

  expect(desk.relay.mails.map((mail) => mail.to)).toEqual(['new@example.org'])
  expect(await readRows(house, editionId)).toMatchObject([{ state: 'accepted', attempt: 2 }])
})

test('a stop gives everything back that has not begun, handed over or not, and the sweep leaves it out', async () => {
  await using house = await openHouse()
  await addReaders(house, 4)
  let editionId = 0
  await using desk = await openDesk(house, {
    connections: 2,
    script: slowly(async () => stopEdition(house.context, { editionId, reason: 'wrong picture' })),
  })
  editionId = await releaseDigest(house)

  await desk.drain()
  const given = await fates(house, editionId)
  await sweepDeliveries(house.context, desk.sender)

  expect(desk.relay.mails).toEqual([])
  expect(given.toSorted()).toEqual(['planned', 'planned', 'planned', 'planned'])
  expect(await fates(house, editionId)).toEqual(
    Array.from({ length: 4 }, () => 'excluded: stopped'),
  )
})

test('a pause lets nothing begin, and the edition goes on where it was', async () => {
  await using house = await openHouse()
  await addReaders(house, 3)
  let editionId = 0
  await using desk = await openDesk(house, {
    script: slowly(async () => pauseEdition(house.context, { editionId, by: 'ines' })),
  })
  editionId = await releaseDigest(house)

  await desk.drain()
  const paused = [desk.relay.mails.length, await stateOf(house, editionId)]
  desk.relay.script = () => undefined
  await sql`update edition set state = 'sending', state_reason = null`.execute(house.db)
  await desk.drain()

  expect(paused).toEqual([0, 'held'])
  expect(await fates(house, editionId)).toEqual(['accepted', 'accepted', 'accepted'])
  expect(desk.relay.mails).toHaveLength(3)
})

test('when everything is held after a restore, nothing is claimed, and what was claimed does not begin', async () => {
  await using house = await openHouse()
  await addReaders(house, 2)
  const hold = async () =>
    sql`
      insert into restore_mark (database_id, at, held, held_at) values ('one', ${house.now}, 'restored', ${house.now})
      on conflict (only_row) do update set held = excluded.held, held_at = excluded.held_at`.execute(
      house.db,
    )
  await using desk = await openDesk(house, { script: slowly(hold) })
  const editionId = await releaseDigest(house)

  await desk.drain()
  const tries = desk.relay.tries
  await desk.drain()

  expect(desk.relay.mails).toEqual([])
  expect(desk.relay.tries).toBe(tries)
  expect(await fates(house, editionId)).toEqual(['planned', 'planned'])
})

test('while nobody can tell who left, no body begins, and the mails are given back', async () => {
  await using house = await openHouse()
  await addReaders(house, 2)
  await using desk = await openDesk(house, {
    script: async () => {
      await sql`alter table suppression rename to gone`.execute(house.db)
      await passed(1600)
      await sql`alter table gone rename to suppression`.execute(house.db)
      return undefined
    },
  })
  const editionId = await releaseDigest(house)

  const drained = desk.drain()
  await drained.catch(() => undefined)

  expect(desk.relay.mails.filter((mail) => mail.to === 'reader1@example.org')).toEqual([])
  expect((await readRows(house, editionId))[0]).toMatchObject({ state: 'planned', reply: null })
  expect(house.lines.join('')).toContain('cannot see who withdrew')
})

async function passed(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms))
}
