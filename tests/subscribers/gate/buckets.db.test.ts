import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sql } from 'kysely'
import { openDb } from '#db/open.ts'
import { type Bucket, dropIdleBuckets, takeTokens } from '#subscribers/gate/bucket-store.ts'
import { type House, openHouse } from '../../house.ts'
import { tokensLeft } from './gate-fixture.ts'

const start = new Date('2026-11-22T06:30:00Z')
const after = (seconds: number) => new Date(start.getTime() + seconds * 1000)

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(async () => house[Symbol.asyncDispose]())
beforeEach(async () => {
  await sql`truncate sign_up_bucket`.execute(house.db)
})

const network: Bucket = { name: 'network a', atOnce: 3, perHour: 60 }
const domain: Bucket = { name: 'domain b', atOnce: 5, perHour: 60 }
const all: Bucket = { name: 'all', atOnce: 100, perHour: 60 }

const take = async (buckets: Bucket[], now = start) => takeTokens(house.db, { buckets, now })

async function takeOften(times: number, buckets: Bucket[], now = start): Promise<number> {
  let taken = 0
  for (let time = 0; time < times; time += 1)
    if ((await take(buckets, now)) === undefined) taken += 1
  return taken
}

describe('taking tokens', () => {
  test('gives as many at once as a bucket holds, then names the empty one', async () => {
    expect(await takeOften(3, [network, domain, all])).toBe(3)

    expect(await take([network, domain, all])).toBe('network a')
  })

  test('of one that is empty does not use up what the others of its domain and everybody have', async () => {
    await takeOften(50, [network, domain, all])

    expect(await tokensLeft(house)).toEqual({ 'network a': 0, 'domain b': 2, all: 97 })
  })

  test('of one whose domain is empty does not use up what everybody has', async () => {
    await takeOften(20, [{ ...network, atOnce: 1000 }, domain, all])

    expect(await tokensLeft(house)).toMatchObject({ 'domain b': 0, all: 95 })
    expect(await take([{ ...network, name: 'network c' }, domain, all])).toBe('domain b')
  })

  test('asks nothing of nobody', async () => {
    expect(await take([])).toBeUndefined()
  })

  test.each(["x'; drop table sign_up_bucket; --", 'ü '.repeat(200), '%s $1 ?'])(
    'takes any name as a name: %j',
    async (name) => {
      expect(await takeOften(5, [{ ...network, name }])).toBe(3)
      expect(await tokensLeft(house)).toEqual({ [name]: 0 })
    },
  )
})

describe('time', () => {
  test('fills a bucket again, a token a minute here, and never beyond its rim', async () => {
    await takeOften(3, [network])

    expect(await take([network], after(59))).toBe('network a')
    expect(await take([network], after(60))).toBeUndefined()
    expect(await take([network], after(119))).toBe('network a')
    expect(await takeOften(10, [network], after(1_000_000))).toBe(3)
  })

  test('counts in fractions, so that whoever asks all the time gets no less', async () => {
    await takeOften(3, [network])

    let taken = 0
    for (let second = 1; second <= 300; second += 7)
      taken += await takeOften(1, [network], after(second))

    expect(taken).toBe(4)
  })

  test('that goes backwards gives no tokens, takes none away and is not made up for', async () => {
    await takeOften(2, [network])

    expect(await takeOften(5, [network], after(-3600))).toBe(1)
    expect(await take([network])).toBe('network a')
    expect(await take([network], after(59))).toBe('network a')
    expect(await takeOften(5, [network], after(60))).toBe(1)
  })

  test('lets buckets go that have been full for long, and only those', async () => {
    await take([network])
    await take([domain], after(7200))

    await dropIdleBuckets(house.db, after(7199))

    expect(Object.keys(await tokensLeft(house))).toEqual(['domain b'])
  })
})

const named = (bucket: Bucket, number: number) => ({ ...bucket, name: `${bucket.name}${number}` })

describe('at once', () => {
  test('forty get exactly the limit', async () => {
    const empty = await Promise.all(
      Array.from({ length: 40 }, async () => take([{ ...network, atOnce: 17 }, domain, all])),
    )

    expect(empty.filter((name) => name === undefined)).toHaveLength(5)
    expect(empty.filter((name) => name === 'domain b')).toHaveLength(12)
    expect(empty.filter((name) => name === 'network a')).toHaveLength(23)
  })

  test('two programs share what one database has', async () => {
    const { db: other } = await openDb({ url: house.url, max: 4, onError: () => undefined })
    const bucket = { ...network, atOnce: 17 }

    const empty = await Promise.all(
      Array.from({ length: 60 }, async (_, index) =>
        takeTokens(index % 2 === 0 ? house.db : other, { buckets: [bucket], now: start }),
      ),
    )
    await other.destroy()

    expect(empty.filter((name) => name === undefined)).toHaveLength(17)
  })

  test('many of different networks and domains never wait for each other in a ring', async () => {
    const empty = await Promise.all(
      Array.from({ length: 300 }, async (_, index) =>
        take([named(network, index % 7), named({ ...domain, atOnce: 500 }, index % 5), all]),
      ),
    )

    expect(empty.filter((name) => name === undefined)).toHaveLength(21)
  })
})
