import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { confirmJoining } from '#deliveries/service-mail.ts'
import { hashAddress } from '#secrets.ts'
import { leave } from '#subscribers/store.ts'
import { type House, openHouse } from '../../house.ts'
import { openDesk } from '../send-fixture.ts'
import { ask, atOnce, DAY, join, LINK, mailRows, tokenIn } from './service-fixture.ts'

async function suppress({ db, context, now }: House, email: string, reason: string): Promise<void> {
  const hash = hashAddress(context.secrets, email)
  await sql`insert into suppression (address_hash, reason, at) values (${hash}, ${reason}, ${now})`.execute(
    db,
  )
}

test('an address gets at most one confirmation a day and three until it confirms', async () => {
  await using house = await openHouse()

  const counts: number[] = []
  for (let day = 0; day < 5; day += 1) {
    await ask(house)
    await ask(house, { newsletters: ['breaking'] })
    counts.push((await mailRows(house)).length)
    house.wait(DAY)
  }

  expect(counts).toEqual([1, 2, 3, 3, 3])
})

test('twenty spellings of one mailbox at the same moment make one confirmation', async () => {
  await using house = await openHouse()
  const spellings = Array.from({ length: 20 }, (_, index) =>
    index % 2 === 0 ? `j.o.e+${index}@gmail.com` : `Joe+${index}@googlemail.com`,
  )

  await Promise.all(spellings.map(async (email) => ask(house, { email })))

  expect(await mailRows(house)).toEqual(['confirmation planned'])
})

test('who asks for another spelling of a mailbox that is being asked waits, and then finds it asked', async () => {
  await using house = await openHouse()
  // Their form is there already: two that make it at once would wait for that.
  await ask(house, { email: 'first@example.org' })

  await atOnce(
    house,
    async (opened) => ask(opened, { email: 'joe+one@example.org' }),
    async () => ask(house, { email: 'joe+two@example.org' }),
  )

  expect(await mailRows(house)).toEqual(['confirmation planned', 'confirmation planned'])
})

test('twenty spellings of one mailbox on twenty days make three confirmations', async () => {
  await using house = await openHouse()

  for (let day = 0; day < 20; day += 1) {
    await ask(house, { email: `joe+${day}@example.org` })
    house.wait(DAY)
  }

  expect(await mailRows(house)).toHaveLength(3)
})

test('whoever has confirmed may be asked three times again', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  await join(house, desk, { email: 'new@example.org' })

  for (let day = 0; day < 5; day += 1) {
    house.wait(DAY)
    await ask(house, { newsletters: ['breaking'] })
  }

  expect((await mailRows(house)).filter((row) => row.startsWith('confirmation'))).toHaveLength(4)
})

test('confirmations from before the limits had a hash of their own are counted by their address', async () => {
  await using house = await openHouse()
  await ask(house)
  await sql`update service_mail set limit_hash = null`.execute(house.db)

  await ask(house)

  expect(await mailRows(house)).toHaveLength(1)
})

test.each(['left', 'bounced', 'complained', 'erased'])(
  'only its holder can lift an address that is on the list as “%s”, so it is asked',
  async (reason) => {
    await using house = await openHouse()
    await using desk = await openDesk(house)
    await suppress(house, 'new@example.org', reason)

    await ask(house)
    await desk.drain('confirmation')

    expect(await mailRows(house)).toEqual(['confirmation accepted'])
  },
)

test.each(['asked', 'blocked'])('an address on the list as “%s” is never asked', async (reason) => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  await ask(house)
  await suppress(house, 'new@example.org', reason)
  await suppress(house, 'other@example.org', reason)

  await ask(house, { email: 'other@example.org' })
  await desk.drain('confirmation')

  expect(await mailRows(house)).toEqual(['confirmation excluded: suppressed'])
})

test('nobody at a domain on the list is asked, whether it got there before or after', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  await ask(house)
  await sql`insert into suppressed_domain (domain, at) values ('example.org', ${house.now})`.execute(
    house.db,
  )

  await ask(house, { email: 'other@example.org' })
  await ask(house, { email: 'new@elsewhere.example' })
  await desk.drain('confirmation')

  expect(await mailRows(house)).toEqual([
    'confirmation excluded: suppressed',
    'confirmation accepted',
  ])
  expect(desk.relay.mails.map(({ to }) => to)).toEqual(['new@elsewhere.example'])
})

test('nobody is welcomed who has left or was suppressed meanwhile', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  const emails = ['one@example.org', 'two@example.org']
  for (const email of emails) await ask(house, { email })
  await desk.drain('confirmation')
  for (const email of emails) await confirmJoining(house.context, await tokenIn(desk, email), LINK)
  await leave(house.db, { subscriberId: 1, newsletterId: null, now: house.now })
  await suppress(house, 'two@example.org', 'left')

  await desk.drain('confirmation')

  expect((await mailRows(house)).filter((row) => row.startsWith('welcome'))).toEqual([
    'welcome excluded: left',
    'welcome excluded: suppressed',
  ])
})

test('a welcome comes once, also to who confirms twice or with two tabs', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  await ask(house)
  await desk.drain('confirmation')
  const token = await tokenIn(desk, 'new@example.org')

  await Promise.all([1, 2, 3].map(async () => confirmJoining(house.context, token, LINK)))

  expect(await mailRows(house)).toEqual(['confirmation accepted', 'welcome planned'])
})
