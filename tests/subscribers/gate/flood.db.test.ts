import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { requestToJoin } from '#deliveries/service-mail.ts'
import { type House, openHouse } from '../../house.ts'
import { ask, countsOf, flood, networkNumber } from './gate-fixture.ts'

let house: House
beforeEach(async () => {
  house = await openHouse()
})
afterEach(async () => house[Symbol.asyncDispose]())

describe('10,000 addresses', { timeout: 180_000 }, () => {
  test('from one network: ten pass, and a reader from another network still does', async () => {
    const verdicts = await flood(house, 10_000, (number) => ({
      email: `victim${number}@company${number % 1000}.example`,
    }))

    expect(verdicts).toEqual({ pass: 10, drop: 9990 })
    expect(await ask(house, { network: '198.51.100.0/24' })).toBe('pass')
    expect(await countsOf(house)).toEqual([
      'passed 11',
      'too many of one network (network 203.0.113.0/24) 9990',
      'too many of one network 9990',
    ])
  })

  test('from 120 networks of one neighbourhood, too slowly for the breaker: a hundred pass', async () => {
    const verdicts: string[] = []
    for (let number = 0; number < 120; number += 1) {
      const network = `2001:db8:${(number % 256).toString(16)}:${(number << 8).toString(16)}::/56`
      verdicts.push(await ask(house, { email: `victim@company${number}.example`, network }))
      house.wait(1000)
    }

    // And the six that two minutes give back.
    expect(verdicts.filter((verdict) => verdict === 'pass')).toHaveLength(106)
    expect(verdicts.filter((verdict) => verdict === 'drop')).toHaveLength(14)
    expect(await ask(house, { network: '2001:db8:100::/56' })).toBe('pass')
  })
})

test(
  '10,000 sign-ups for one address from 10,000 networks: its domain lets thirty pass, and they make one mail',
  { timeout: 180_000 },
  async () => {
    const email = 'victim@example.org'
    const wish = { newsletters: ['daily'], topics: [], language: 'en', timeZone: 'Europe/London' }
    let passed = 0
    for (let from = 0; from < 10_000; from += 50) {
      const numbers = Array.from({ length: 50 }, (_, index) => from + index)
      await Promise.all(
        numbers.map(async (number) => {
          const network = networkNumber(number)
          if ((await ask(house, { email, network })) !== 'pass') return
          passed += 1
          await requestToJoin(house.context, { email, ...wish, witness: { form: 'page', network } })
        }),
      )
    }
    const { rows } = await sql<{ kind: string }>`select kind from service_mail`.execute(house.db)

    expect(passed).toBe(30)
    expect(rows).toEqual([{ kind: 'confirmation' }])
    expect(await ask(house, { email: 'reader@elsewhere.example' })).toBe('pass')
  },
)
