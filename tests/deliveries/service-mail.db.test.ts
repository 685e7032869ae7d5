import { sql } from 'kysely'
import PostalMime from 'postal-mime'
import { expect, test } from 'vitest'
import { confirmJoining } from '#deliveries/service-mail.ts'
import { hashAddress } from '#secrets.ts'
import { openToken } from '#subscribers/tokens.ts'
import { openHouse } from '../house.ts'
import { openDesk, UNSENT } from './send-fixture.ts'
import { ask, DAY, LINK, mailRows, tokenIn } from './service/service-fixture.ts'

test('a confirmation goes to the address that was typed in, and its link makes a reader who is welcomed once', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  await ask(house)
  await desk.drain('confirmation')
  const token = await tokenIn(desk, 'new@example.org')

  await confirmJoining(house.context, token, LINK)
  await confirmJoining(house.context, token, LINK)
  await desk.drain('confirmation')

  expect(await mailRows(house)).toEqual(['confirmation accepted', 'welcome accepted'])
  expect(desk.relay.mails.map((mail) => mail.to)).toEqual(['new@example.org', 'new@example.org'])
  expect((await sql`select state from subscriber`.execute(house.db)).rows).toEqual([
    { state: 'active' },
  ])
  expect(house.jobs).toContainEqual({ name: 'drain-lane', data: { lane: 'confirmation' } })
})

test('an address that gets on the do-not-mail list after the claim, on a slow relay, gets no confirmation', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house, {
    script: async () => {
      const hash = hashAddress(house.context.secrets, 'new@example.org')
      await sql`insert into suppression (address_hash, reason, at) values (${hash}, 'asked', ${house.now})`.execute(
        house.db,
      )
      await new Promise((resolve) => setTimeout(resolve, 700))
      return undefined
    },
  })
  await ask(house)

  await desk.drain('confirmation')

  expect(await mailRows(house)).toEqual(['confirmation excluded: suppressed'])
  expect(desk.relay.mails).toEqual([])
})

test('a confirmation that could not go out for a day is left out as expired', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  await ask(house)
  house.wait(DAY)

  await desk.drain('confirmation')

  expect(await mailRows(house)).toEqual(['confirmation excluded: expired'])
})

test('a confirmation waits while the relay does not answer', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house, {
    script: ({ number }) => (number === 1 ? UNSENT : undefined),
  })
  await ask(house)

  await desk.drain('confirmation')
  const waiting = await mailRows(house)
  house.wait(1000)
  await desk.drain('confirmation')

  expect(waiting).toEqual(['confirmation planned'])
  expect(await mailRows(house)).toEqual(['confirmation accepted'])
})

test('two senders at once never share a service mail', async () => {
  await using house = await openHouse()
  await using one = await openDesk(house)
  await using two = await openDesk(house, { beside: one })
  for (let number = 1; number <= 8; number += 1) {
    await ask(house, { email: `new${number}@example.org` })
  }

  await Promise.all([one.drain('confirmation'), two.drain('confirmation')])

  const to = [...one.relay.mails, ...two.relay.mails].map((mail) => mail.to)
  expect(to.toSorted()).toEqual(
    Array.from({ length: 8 }, (_, index) => `new${index + 1}@example.org`),
  )
})

test('nothing of what was typed into the form stands in the mail, and its links carry no address', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  await ask(house, { email: 'win.a.prize@example.org' })

  await desk.drain('confirmation')

  const { text = '', html = '' } = await PostalMime.parse(desk.relay.mails[0]?.raw ?? '')
  expect(`${text}${html}`).not.toMatch(/prize|front page/i)
  const token = openToken(
    house.context.secrets,
    'confirm',
    await tokenIn(desk, 'win.a.prize@example.org'),
  )
  expect(token?.reference).toBe(1)
})
