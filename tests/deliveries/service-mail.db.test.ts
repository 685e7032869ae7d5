import { sql } from 'kysely'
import PostalMime from 'postal-mime'
import { expect, test } from 'vitest'
import { confirmJoining, requestToJoin } from '#deliveries/service-mail.ts'
import { hashAddress } from '#secrets.ts'
import { leave } from '#subscribers/store.ts'
import { openToken } from '#subscribers/tokens.ts'
import { type House, openHouse } from '../house.ts'
import { type Desk, openDesk, UNSENT } from './send-fixture.ts'

const DAY = 24 * 60 * 60_000
const ASKING = {
  email: 'new@example.org',
  newsletters: ['daily'],
  timeZone: 'Europe/London',
  language: 'en',
  form: 'front page',
}

async function ask(house: House) {
  await requestToJoin(house.context, ASKING)
}

async function mailRows({ db }: House) {
  const { rows } = await sql<{ kind: string; state: string; reason: string | null }>`
    select kind, state, reason from service_mail order by id`.execute(db)
  return rows.map(
    ({ kind, state, reason }) => `${kind} ${state}${reason === null ? '' : `: ${reason}`}`,
  )
}

async function confirmToken({ relay }: Desk): Promise<string> {
  const { text = '' } = await PostalMime.parse(relay.mails.at(-1)?.raw ?? '')
  return /\/c\/([\w-]+)/.exec(text)?.[1] ?? ''
}

test('a confirmation goes to the address that was typed in, and its link makes a reader who is welcomed once', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  await ask(house)
  await desk.drain('confirmation')
  const token = await confirmToken(desk)

  await confirmJoining(house.context, token)
  await confirmJoining(house.context, token)
  await desk.drain('confirmation')

  expect(await mailRows(house)).toEqual(['confirmation accepted', 'welcome accepted'])
  expect(desk.relay.mails.map((mail) => mail.to)).toEqual(['new@example.org', 'new@example.org'])
  expect((await sql`select state from subscriber`.execute(house.db)).rows).toEqual([
    { state: 'active' },
  ])
  expect(house.jobs).toContainEqual({ name: 'drain-lane', data: { lane: 'confirmation' } })
})

test('an address gets at most one confirmation a day and three until it confirms', async () => {
  await using house = await openHouse()

  const counts: number[] = []
  for (let day = 0; day < 5; day += 1) {
    await ask(house)
    await ask(house)
    counts.push((await mailRows(house)).length)
    house.wait(DAY)
  }

  expect(counts).toEqual([1, 2, 3, 3, 3])
})

test('two requests for one address at the same moment make one confirmation', async () => {
  await using house = await openHouse()

  await Promise.all([ask(house), ask(house), ask(house)])

  expect(await mailRows(house)).toEqual(['confirmation planned'])
})

test('an address on the do-not-mail list gets no confirmation, even when it got there after asking', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  await ask(house)
  const hash = hashAddress(house.context.secrets, ASKING.email)
  await sql`insert into suppression (address_hash, reason, at) values (${hash}, 'asked', ${house.now})`.execute(
    house.db,
  )

  await desk.drain('confirmation')
  house.wait(DAY)
  await ask(house)

  expect(await mailRows(house)).toEqual(['confirmation excluded: suppressed'])
  expect(desk.relay.mails).toEqual([])
})

test('an address that gets on the do-not-mail list after the claim, on a slow relay, gets no confirmation', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house, {
    script: async () => {
      const hash = hashAddress(house.context.secrets, ASKING.email)
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

test('nobody is welcomed who has left meanwhile', async () => {
  await using house = await openHouse()
  await using desk = await openDesk(house)
  await ask(house)
  await desk.drain('confirmation')
  await confirmJoining(house.context, await confirmToken(desk))
  await leave(house.db, { subscriberId: 1, newsletterId: null, now: house.now })

  await desk.drain('confirmation')

  expect(await mailRows(house)).toEqual(['confirmation accepted', 'welcome excluded: left'])
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
    await requestToJoin(house.context, { ...ASKING, email: `new${number}@example.org` })
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
  await requestToJoin(house.context, {
    ...ASKING,
    email: 'win.a.prize@example.org',
    form: 'Win a prize',
  })

  await desk.drain('confirmation')

  const { text = '', html = '' } = await PostalMime.parse(desk.relay.mails[0]?.raw ?? '')
  expect(`${text}${html}`).not.toMatch(/prize/i)
  const token = openToken(house.context.secrets, 'confirm', await confirmToken(desk))
  expect(token?.reference).toBe(1)
})
