import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { signFormTime } from '#subscribers/gate/form-time.ts'
import { MailDomains } from '#subscribers/gate/mail-domain.ts'
import { type House, openHouse } from '../../house.ts'
import { ask, countsOf, flood, HOUR, stranger } from './gate-fixture.ts'

let house: House
beforeEach(async () => {
  house = await openHouse()
})
afterEach(async () => house[Symbol.asyncDispose]())

const relayed = (of: House): House => ({
  ...of,
  context: { ...of.context, relay: { test: false } },
})

function nameServer(code?: string) {
  return new MailDomains(async () => {
    if (code === undefined) return [{ exchange: '', priority: 0 }]
    throw Object.assign(new Error(code), { code })
  })
}

describe('a program is dropped, and counted by what gave it away', () => {
  test.each([
    ['filled the hidden field', () => ({ honeypot: 'https://spam.example' })],
    ['too fast for a person', () => ({ seenAt: signFormTime(house.context.secrets, house.now) })],
    ['forged the form', () => ({ seenAt: 'lx0000.AAAAAAAAAAAAAAAAAAAAAA' })],
  ])('%s', async (outcome, about) => {
    expect(await ask(house, about())).toBe('drop')

    expect(await countsOf(house)).toEqual([`${outcome} 1`])
  })

  test('and it uses up nothing of its network', async () => {
    for (let time = 0; time < 30; time += 1) await ask(house, { honeypot: 'x' })

    expect(await ask(house)).toBe('pass')
  })
})

test('a person who took their time passes', async () => {
  const seenAt = signFormTime(house.context.secrets, house.now)
  house.wait(2000)

  expect(await ask(house, { seenAt })).toBe('pass')
  expect(await countsOf(house)).toEqual(['passed 1'])
})

test('a throw-away address passes and is counted with its domain', async () => {
  expect(await ask(house, { email: 'x@mailinator.com' })).toBe('pass')

  expect(await countsOf(house)).toEqual([
    'of these: throw-away address (domain mailinator.com) 1',
    'of these: throw-away address 1',
    'passed 1',
  ])
})

describe('the domain', () => {
  test.each([
    ['null MX', undefined, /takes no mail/],
    ['NXDOMAIN', 'ENOTFOUND', /does not exist/],
  ])(
    'with %s is refused, also for the API, and is not counted as passed',
    async (_, code, says) => {
      const domains = nameServer(code)
      const asked = { email: 'x@nowhere.example', domains }

      await expect(ask(relayed(house), asked)).rejects.toThrow(says)
      await expect(ask(relayed(house), { ...asked, trusted: true })).rejects.toThrow(says)

      expect(await countsOf(house)).toEqual(['no such mail domain 2'])
    },
  )

  test('that the name server says nothing of passes', async () => {
    expect(await ask(relayed(house), { domains: nameServer('ETIMEOUT') })).toBe('pass')
  })

  test('is not looked up where the built-in inbox takes all mail', async () => {
    expect(await ask(house, { domains: nameServer('ENOTFOUND') })).toBe('pass')
  })

  test('is looked up only as often as a network may ask', async () => {
    let lookedUp = 0
    const domains = new MailDomains(async () => {
      lookedUp += 1
      throw Object.assign(new Error('ENOTFOUND'), { code: 'ENOTFOUND' })
    })

    for (let number = 0; number < 40; number += 1)
      await ask(relayed(house), { email: `x@made-up${number}.example`, domains }).catch(() => 'no')

    expect(lookedUp).toBe(10)
  })
})

test('the API vouches for its visitors: no network, hidden field or breaker stops them', async () => {
  await sql`insert into sign_up_gate (demanded_at) values (${house.now})`.execute(house.db)

  const verdicts = await flood(house, 100, () => ({ trusted: true, honeypot: 'x' }))

  expect(verdicts).toEqual({ pass: 100 })
  expect(await countsOf(house)).toEqual(['by the API 100'])
})

test('what is counted is kept by the hour', async () => {
  for (const number of [1, 2, 3]) {
    await ask(house, stranger(number))
    house.wait(HOUR / 2)
  }
  const { rows } = await sql<{ line: string }>`
    select to_char(hour at time zone 'UTC', 'HH24:MI ') || outcome || ' ' || count as line
      from sign_up_count order by 1`.execute(house.db)

  expect(rows.map(({ line }) => line)).toEqual(['06:00 passed 1', '07:00 passed 2'])
})
