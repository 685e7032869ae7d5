import { solveChallenge } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { demandProof, findGate } from '#subscribers/gate/gate-store.ts'
import { makeChallenge } from '#subscribers/gate/proof.ts'
import { sweepGate } from '#subscribers/gate/sweep-gate.ts'
import { type House, openHouse } from '../../house.ts'
import { ask, countsOf, flood, MINUTE, stranger, tokensLeft } from './gate-fixture.ts'

let house: House
beforeEach(async () => {
  // altcha-lib looks at the real clock.
  house = await openHouse({ now: new Date() })
})
afterEach(async () => house[Symbol.asyncDispose]())

async function proof(): Promise<string> {
  const challenge = await makeChallenge(house.context)
  const solution = await solveChallenge({ challenge, deriveKey })
  return Buffer.from(JSON.stringify({ challenge, solution })).toString('base64')
}

const trip = async () => flood(house, 61, stranger)
/** The keys of what was told. */
async function keys(): Promise<string[]> {
  const told: string[] = []
  await sweepGate(house.context, async ({ key }) => told.push(key))
  return told
}
const sweep = async () => (await keys()).map((key) => key.slice(0, 16))

describe('the breaker', () => {
  test('lets sixty strangers pass at once and asks the next ones for a proof', async () => {
    expect(await flood(house, 80, stranger)).toEqual({ pass: 60, prove: 20 })

    expect(await countsOf(house)).toEqual(['asked for proof 20', 'passed 60'])
  })

  test('does not trip over as many as it gives back', async () => {
    await flood(house, 60, stranger)

    for (let second = 0; second < 20; second += 1) {
      house.wait(1000)
      expect(await ask(house, stranger(100 + second))).toBe('pass')
    }
  })

  test('asks everybody until ten calm minutes have gone by', async () => {
    await trip()
    house.wait(10 * MINUTE - 1)
    const late = await ask(house, stranger(200))
    house.wait(1)

    expect(late).toBe('prove')
    expect(await ask(house, stranger(201))).toBe('pass')
  })

  test('stays while many still ask, and goes ten minutes after the last busy one', async () => {
    await trip()
    house.wait(9 * MINUTE)
    expect(await flood(house, 80, (number) => stranger(300 + number))).toEqual({ prove: 80 })
    house.wait(9 * MINUTE)
    const meanwhile = await ask(house, stranger(500))
    house.wait(MINUTE)

    expect(meanwhile).toBe('prove')
    expect(await ask(house, stranger(501))).toBe('pass')
  })

  test('is not kept by one network, however much that asks', async () => {
    await trip()
    house.wait(9 * MINUTE)
    await flood(house, 200, () => ({ network: '203.0.113.0/24' }))
    house.wait(MINUTE)

    expect(await ask(house, stranger(200))).toBe('pass')
  })

  test('lets whoever worked for it pass, who does not keep it tripped, within the limits of a network', async () => {
    await trip()
    const { until } = await findGate(house.db)
    const before = await tokensLeft(house)

    const verdicts: string[] = []
    for (let time = 0; time < 12; time += 1)
      verdicts.push(await ask(house, { proof: await proof() }))

    expect(verdicts.join(' ')).toBe(`${'pass '.repeat(10)}drop drop`)
    expect((await findGate(house.db)).until).toEqual(until)
    expect((await tokensLeft(house))['all']).toBe(before['all'])
  })

  test('asks again whose proof is no proof, or was used', async () => {
    await trip()
    const used = await proof()
    await ask(house, { proof: used })

    const verdicts = [await ask(house, { proof: used }), await ask(house, { proof: 'e30=' })]

    expect(verdicts).toEqual(['prove', 'prove'])
    expect(await countsOf(house)).toEqual(['asked for proof 3', 'passed 61', 'proof failed 2'])
  })

  test('costs nobody who is asked what its network has for signing up', async () => {
    await trip()
    for (let time = 0; time < 10; time += 1) await ask(house)

    expect(await ask(house, { proof: await proof() })).toBe('pass')
  })
})

describe('a person who demands proof', () => {
  test('is obeyed at once and until they switch it off', async () => {
    await demandProof(house.db, { on: true, now: house.now })
    const first = await ask(house)
    house.wait(100 * MINUTE)
    const second = await ask(house)
    await demandProof(house.db, { on: false, now: house.now })

    expect([first, second, await ask(house)]).toEqual(['prove', 'prove', 'pass'])
  })

  test('does not end what the breaker began', async () => {
    await trip()
    await demandProof(house.db, { on: true, now: house.now })
    await demandProof(house.db, { on: false, now: house.now })

    expect(await ask(house, stranger(100))).toBe('prove')
  })

  test('is no alarm: nobody is told that they did', async () => {
    await demandProof(house.db, { on: true, now: house.now })

    expect(await sweep()).toEqual([])
  })
})

describe('the desk is told', () => {
  test('once that it tripped, and once that it is calm, each time', async () => {
    const told: string[][] = []
    for (let time = 0; time < 2; time += 1) {
      told.push(await sweep())
      await flood(house, 70, (number) => stranger(100 * time + number))
      told.push(await sweep(), await sweep())
      house.wait(10 * MINUTE)
      told.push(await sweep(), await sweep())
    }

    const once = [[], ['sign-ups tripped'], [], ['sign-ups cleared'], []]
    expect(told).toEqual([...once, ...once])
  })

  test('under one key by however many sweeps at once', async () => {
    await trip()
    const tripped = await Promise.all([keys(), keys(), keys()])
    house.wait(10 * MINUTE)
    const cleared = await Promise.all([keys(), keys(), keys()])

    expect(new Set(tripped.flat())).toHaveLength(1)
    expect(new Set(cleared.flat())).toHaveLength(1)
    expect(await keys()).toEqual([])
  })

  test('again at the next sweep when it could not be told', async () => {
    const broken = async () => sweepGate(house.context, async () => Promise.reject(new Error('no')))
    await trip()
    await expect(broken()).rejects.toThrow('no')
    const tripped = await sweep()
    house.wait(10 * MINUTE)
    await expect(broken()).rejects.toThrow('no')

    expect([tripped, await sweep()]).toEqual([['sign-ups tripped'], ['sign-ups cleared']])
  })

  test('of both in their order when nobody looked before it was over', async () => {
    await trip()
    house.wait(11 * MINUTE)

    expect(await sweep()).toEqual(['sign-ups tripped', 'sign-ups cleared'])
  })

  test('also when the clock of the machine that looks is behind', async () => {
    await trip()
    house.wait(-5 * MINUTE)

    expect(await sweep()).toEqual(['sign-ups tripped'])
  })

  test('under a key that no other trip has', async () => {
    await trip()
    const first = await keys()
    house.wait(10 * MINUTE)
    const second = await keys()
    await flood(house, 70, (number) => stranger(200 + number))
    const third = await keys()

    expect(new Set([...first, ...second, ...third])).toHaveLength(3)
  })
})
