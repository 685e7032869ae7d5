import { hkdfSync } from 'node:crypto'
import { sql } from 'kysely'
import { createChallenge, solveChallenge } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Context } from '#context.ts'
import { checkProof, makeChallenge, PROOF_COST } from '#subscribers/gate/proof.ts'
import { sweepGate } from '#subscribers/gate/sweep-gate.ts'
import { type House, openHouse } from '../../house.ts'

type Challenge = Awaited<ReturnType<typeof makeChallenge>>
type Answer = { challenge: Challenge; solution: { counter: number; derivedKey: string } }

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(async () => house[Symbol.asyncDispose]())
beforeEach(async () => {
  // altcha-lib looks at the real clock.
  house.now = new Date()
  await sql`truncate used_proof`.execute(house.db)
})

async function solve(challenge: Challenge): Promise<Answer> {
  const solution = await solveChallenge({ challenge, deriveKey })
  if (solution === null) throw new Error('no solution')
  return { challenge, solution }
}

const answer = async (context: Pick<Context, 'clock' | 'secrets'> = house.context) =>
  solve(await makeChallenge(context))
const packed = (given: unknown) => Buffer.from(JSON.stringify(given)).toString('base64')
const check = async (given: unknown) => checkProof(house.context, packed(given))

const withKey = (byte: number): Context => ({
  ...house.context,
  secrets: { ...house.context.secrets, tokenKey: Buffer.alloc(32, byte) },
})

describe('a proof', () => {
  test('counts once and never again', async () => {
    const given = await answer()

    expect([await check(given), await check(given), await check(given)]).toEqual([
      true,
      false,
      false,
    ])
  })

  test('that is handed in ten times at once counts once', async () => {
    const given = await answer()

    const taken = await Promise.all(Array.from({ length: 10 }, async () => check(given)))

    expect(taken.filter(Boolean)).toHaveLength(1)
  })

  test('counts once however it is written', async () => {
    const { challenge, solution } = await answer()
    const { parameters, signature } = challenge
    await check({ challenge, solution })

    const again = [
      { solution, challenge: { signature, parameters } },
      { challenge, solution: { ...solution, counter: 1 } },
      { challenge, solution: { ...solution, time: 9 }, more: 1 },
      { challenge: { ...challenge, more: 1 }, solution },
    ]
    const taken = await Promise.all(again.map(check))

    expect(taken).toEqual([false, false, false, false])
  })

  test('made for a challenge of another process with the same key is as good', async () => {
    const elsewhere = { clock: house.context.clock, secrets: { ...withKey(1).secrets } }

    expect(await check(await answer(elsewhere))).toBe(true)
  })

  test('made with another key is none', async () => {
    expect(await check(await answer(withKey(7)))).toBe(false)
  })

  test('counts for ten minutes', async () => {
    const [early, late] = [await answer(), await answer()]

    house.wait(9.9 * 60_000)
    const inTime = await check(early)
    house.wait(0.1 * 60_000)

    expect([inTime, await check(late)]).toEqual([true, false])
  })

  test('that was used is remembered until it has expired anyway', async () => {
    const given = await answer()
    await check(given)
    const count = async () => (await sql`select 1 from used_proof`.execute(house.db)).rows.length

    house.wait(9 * 60_000)
    await sweepGate(house.context, async () => {})
    const before = await count()
    house.wait(2 * 60_000)
    await sweepGate(house.context, async () => {})

    expect([before, await count()]).toEqual([1, 0])
  })

  test('of a cheaper challenge is none, though it was signed with our key', async () => {
    const { tokenKey } = house.context.secrets
    const key = (purpose: string) =>
      Buffer.from(hkdfSync('sha256', tokenKey, '', `daybreak proof ${purpose}`, 32)).toString('hex')
    const make = async (cost: number) =>
      createChallenge({
        algorithm: 'PBKDF2/SHA-256',
        deriveKey,
        cost,
        counter: 1,
        expiresAt: new Date(Date.now() + 60_000),
        hmacSignatureSecret: key('challenge'),
        hmacKeySignatureSecret: key('answer'),
      })

    expect(await check(await solve(await make(PROOF_COST.iterations)))).toBe(true)
    expect(await check(await solve(await make(PROOF_COST.iterations - 1)))).toBe(false)
  })

  test('changed in any of its fields is none', async () => {
    const { challenge, solution } = await answer()
    const { parameters } = challenge
    const changed = Object.entries(parameters).map(([name, value]) => ({
      challenge: { ...challenge, parameters: { ...parameters, [name]: other(value) } },
      solution,
    }))
    const left = Object.keys(parameters).map((name) => {
      const rest = Object.fromEntries(Object.entries(parameters).filter(([key]) => key !== name))
      return { challenge: { ...challenge, parameters: rest }, solution }
    })
    const more = [
      { challenge: { ...challenge, signature: other(challenge.signature) }, solution },
      { challenge: { parameters }, solution },
      { challenge: { ...challenge, parameters: { ...parameters, data: { a: 1 } } }, solution },
      { challenge, solution: { ...solution, derivedKey: other(solution.derivedKey) } },
      { challenge, solution: { ...solution, derivedKey: solution.derivedKey.toUpperCase() } },
    ]

    const taken = await Promise.all([...changed, ...left, ...more].map(check))

    expect(changed.length).toBeGreaterThan(7)
    expect(taken.filter(Boolean)).toEqual([])
    // None of these used it up.
    expect(await check({ challenge, solution })).toBe(true)
  })
})

/** The same with its last digit changed. */
function other(value: unknown): unknown {
  if (typeof value === 'number') return value + 1
  const text = String(value)
  return text.slice(0, -1) + (text.endsWith('0') ? '1' : '0')
}

describe('what is no proof is refused without a crash', () => {
  test.each([
    '',
    ' ',
    'e30=',
    'null',
    packed(null),
    packed([]),
    packed('x'),
    packed({ challenge: {} }),
    packed({ challenge: null, solution: null }),
    packed(JSON.parse('{"__proto__":{"challenge":1},"constructor":{"prototype":1}}')),
    Buffer.from('['.repeat(3000)).toString('base64'),
    'A'.repeat(1_000_000),
    '\u0000\u2028🎉',
  ])('%#', async (text) => {
    expect(await checkProof(house.context, text)).toBe(false)
  })

  test.each([
    ['derivedKey', 'zz'],
    ['derivedKey', 'abc'],
    ['derivedKey', ''],
    ['derivedKey', 7],
    ['counter', -1],
    ['counter', 1.5],
    ['counter', 1e300],
    ['counter', '5'],
    ['counter', null],
  ])('a right challenge with the %s %j', async (name, value) => {
    const { challenge, solution } = await answer()

    expect(await check({ challenge, solution: { ...solution, [name]: value } })).toBe(false)
  })

  test.each([0, -1, 1e300, -1e300, null, 'soon', [9e9]])(
    'a challenge that expires at %j',
    async (expiresAt) => {
      const { challenge, solution } = await answer()
      const parameters = { ...challenge.parameters, expiresAt }

      expect(await check({ challenge: { ...challenge, parameters }, solution })).toBe(false)
    },
  )

  test('a challenge that a stranger made up and signed', async () => {
    const challenge = await createChallenge({
      algorithm: 'PBKDF2/SHA-256',
      deriveKey,
      cost: PROOF_COST.iterations,
      counter: 1,
      expiresAt: new Date(Date.now() + 60_000),
      hmacSignatureSecret: 'theirs',
      hmacKeySignatureSecret: 'theirs',
    })

    expect(await check(await solve(challenge))).toBe(false)
  })
})

test('a challenge takes from one guess to the most, and none is likelier', async () => {
  const { from, to } = PROOF_COST.guesses

  const counters: number[] = []
  for (let time = 0; time < 12; time += 1) counters.push((await answer()).solution.counter)

  expect(Math.min(...counters)).toBeGreaterThanOrEqual(from)
  expect(Math.max(...counters)).toBeLessThan(to)
  // A narrow band tells a program where to begin: twelve of 400 in a quarter of them comes once in 400,000.
  expect(Math.max(...counters) - Math.min(...counters)).toBeGreaterThan((to - from) / 4)
})
