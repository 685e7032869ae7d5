import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { takeReturn } from '#deliveries/returns/take-return.ts'
import { addReaders, type House, openHouse } from '../house.ts'
import { bounceOf, changeAddress, DAY, readerOf, tokenOf } from './returns-fixture.ts'

async function planService(house: House, state = 'accepted'): Promise<void> {
  await sql`insert into service_form values ('form', 'Welcome', 'html', 'text')`.execute(house.db)
  await sql`
    insert into service_mail (kind, subscriber_id, recipient, address_hash, form, test, state, release_at, not_after
                            , version, address_version, attempt, sender_id, outcome_at)
    select 'confirmation', id, email, address_hash, 'form', true, ${state}::delivery_state, ${house.now}
         , ${house.now}::timestamptz + interval '1 day', 1, 1, 1, 7, ${house.now}
      from subscriber where id = 1`.execute(house.db)
}

test.each([
  { verdict: 'hard', days: 0, effect: 'do-not-mail list', reader: 'bounced, listed: bounced' },
  { verdict: 'soft', days: 0, effect: 'counted', reader: 'pending' },
  { verdict: 'ours', days: 0, effect: 'about us', reader: 'pending' },
  { verdict: 'hard', days: 31, effect: 'never sent', reader: 'pending' },
] as const)(
  'a confirmation that bounced ($verdict) after $days days: $effect',
  async ({ verdict, days, effect, reader }) => {
    await using house = await openHouse()
    await addReaders(house, 1)
    await planService(house)
    await sql`update subscriber set state = 'pending', confirmed_at = null`.execute(house.db)
    house.wait(days * DAY)
    const token = await tokenOf(house, { editionId: 0 })
    const returned = bounceOf(verdict)

    const done = await takeReturn(house.context, { channel: 'smtp', key: 'a', returned, token })
    const again = await takeReturn(house.context, { channel: 'smtp', key: 'b', returned, token })

    expect(done).toBe(effect)
    expect(again).toBe(days === 0 ? 'marked already' : 'never sent')
    expect(await readerOf(house)).toBe(reader)
  },
)

test('a token of a service mail that nobody sent suppresses nobody', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  const token = await tokenOf(house, { editionId: 0 })

  const done = await takeReturn(house.context, {
    channel: 'smtp',
    key: 'a',
    returned: bounceOf('hard'),
    token,
  })

  expect(done).toBe('never sent')
  expect(await readerOf(house)).toBe('active')
})

test('a bounced mail to an old address leaves the reader alone who has another by now', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  await planService(house)
  const token = await tokenOf(house, { editionId: 0 })
  await changeAddress(house)

  await takeReturn(house.context, {
    channel: 'smtp',
    key: 'a',
    returned: bounceOf('hard'),
    token,
  })

  expect(await readerOf(house)).toBe('active')
})

test('a confirmation in doubt that arrived is settled', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  await planService(house, 'uncertain')
  const token = await tokenOf(house, { editionId: 0 })
  const returned = bounceOf('ignore', 'delivered')

  const done = await takeReturn(house.context, { channel: 'smtp', key: 'a', returned, token })

  expect(done).toBe('sent after all')
  const { rows } = await sql`select state from service_mail`.execute(house.db)
  expect(rows).toEqual([{ state: 'accepted' }])
})

test('who confirmed after the mail left is not put on the list by its late bounce', async () => {
  await using house = await openHouse()
  await addReaders(house, 1)
  await planService(house)
  house.wait(DAY)
  await sql`
    insert into consent_event (at, subscriber_id, kind, form) values (${house.now}, 1, 'confirmed', 'link')`.execute(
    house.db,
  )
  const token = await tokenOf(house, { editionId: 0 })
  const returned = bounceOf('hard')

  const done = await takeReturn(house.context, { channel: 'smtp', key: 'a', returned, token })

  expect(done).toBe('counted')
  expect(await readerOf(house)).toBe('active')
})
