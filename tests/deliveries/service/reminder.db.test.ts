import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { remindUnconfirmed } from '#deliveries/service/reminder.ts'
import { hashAddress } from '#secrets.ts'
import { type House, openHouse } from '../../house.ts'
import { type Desk, openDesk } from '../send-fixture.ts'
import { ask, atOnce, DAY, HOUR, join, mailRows, readMail } from './service-fixture.ts'

/** Asked and mailed, two days ago. */
async function twoDaysOn(house: House, desk: Desk, emails = ['new@example.org']): Promise<void> {
  for (const email of emails) await ask(house, { email })
  await desk.drain('confirmation')
  house.wait(48 * HOUR)
}

test('who has not confirmed after two days is reminded once, and never again', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  await twoDaysOn(house, desk)

  const first = await remindUnconfirmed(house.context)
  const again = await remindUnconfirmed(house.context)
  await desk.drain('confirmation')
  house.wait(DAY)
  const later = await remindUnconfirmed(house.context)

  expect([first, again, later]).toEqual([1, 0, 0])
  expect(await mailRows(house)).toEqual(['confirmation accepted', 'reminder accepted'])
  const { subject, text } = await readMail(desk, 'new@example.org')
  expect(subject).toBe('Still want the news from Your Newspaper?')
  expect(text).toMatch(/\/c\/[\w-]{47}/)
})

test('two sweeps at once remind nobody twice', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  const emails = Array.from({ length: 12 }, (_, index) => `new${index}@example.org`)
  await twoDaysOn(house, desk, emails)

  const counts = await Promise.all([1, 2, 3].map(async () => remindUnconfirmed(house.context)))

  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(12)
  expect((await mailRows(house)).filter((row) => row.startsWith('reminder'))).toHaveLength(12)
})

test('nobody is reminded before two days, nor after four', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  await twoDaysOn(house, desk)

  house.wait(-1)
  const early = await remindUnconfirmed(house.context)
  house.wait(48 * HOUR + 1)
  const late = await remindUnconfirmed(house.context)

  expect([early, late]).toEqual([0, 0])
})

test('nobody is reminded who confirmed, asked again, never got the mail, or is on the do-not-mail list', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  await join(house, desk, { email: 'in@example.org' })
  await ask(house, { email: 'listed@example.org' })
  await ask(house, { email: 'domain@blocked.example' })
  await ask(house, { email: 'eager@example.org' })
  await desk.drain('confirmation')
  await ask(house, { email: 'stuck@example.org' })
  await sql`
    insert into suppression (address_hash, reason, at)
    values (${hashAddress(house.context.secrets, 'listed@example.org')}, 'left', ${house.now})`.execute(
    house.db,
  )
  await sql`insert into suppressed_domain (domain, at) values ('blocked.example', ${house.now})`.execute(
    house.db,
  )
  house.wait(DAY)
  await ask(house, { email: 'eager@example.org' })
  house.wait(DAY)

  const planned = await remindUnconfirmed(house.context)

  expect(planned).toBe(0)
})

test('of two spellings of one mailbox one is reminded', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  await ask(house, { email: 'joe+one@example.org' })
  house.wait(DAY)
  await ask(house, { email: 'joe+two@example.org' })
  await desk.drain('confirmation')
  house.wait(60 * HOUR)

  const planned = await remindUnconfirmed(house.context)

  expect(planned).toBe(1)
})

test('who confirms before the reminder goes out does not get it', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  await twoDaysOn(house, desk)
  await remindUnconfirmed(house.context)
  await sql`update subscriber set state = 'active', confirmed_at = ${house.now}`.execute(house.db)

  await desk.drain('confirmation')

  expect(await mailRows(house)).toEqual([
    'confirmation accepted',
    'reminder excluded: already told',
  ])
})

test('a mailbox that is being reminded is not asked for another spelling at the same moment', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  await twoDaysOn(house, desk)

  await atOnce(
    house,
    async ({ context }) => remindUnconfirmed(context),
    async () => ask(house, { email: 'new+other@example.org' }),
  )

  expect(await mailRows(house)).toEqual(['confirmation accepted', 'reminder planned'])
})
