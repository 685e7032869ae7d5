import { expect, test } from 'vitest'
import { fingerprintKey } from '#secrets.ts'
import { KeyRing } from '#subscribers/tokens/key-ring.ts'
import { ensureTokenKeyRow, retireTokenKey } from '#subscribers/tokens/token-key-store.ts'
import { keysAt, openToken, sealToken } from '#subscribers/tokens.ts'
import { type House, openHouse } from '../../house.ts'

const KEYS = new Map([1, 2, 3].map((id) => [id, Buffer.alloc(32, id)]))
const first = Buffer.alloc(32, 1)
const token = { publicId: 5, reference: 6, addressVersion: 0 }

async function openRing({ context }: House, files = KEYS) {
  const ring = await KeyRing.open(context, { first, find: (id) => files.get(id) })
  return { ring, secrets: { tokenKey: first, tokenRing: ring } }
}

async function addKey({ db, now }: House, id: number, afterMs = 60_000) {
  const fingerprint = fingerprintKey(Buffer.alloc(32, id))
  await ensureTokenKeyRow(db, { id, fingerprint, usedFrom: new Date(now.getTime() + afterMs) })
}

function keyIdOf(text: string): number {
  return Buffer.from(text, 'base64url').readUInt8(1)
}

test('a new key signs from its time on, and links of the old one go on working', async () => {
  await using house = await openHouse()
  const { ring, secrets } = await openRing(house)
  using _closed = ring
  const before = sealToken(secrets, 'unsubscribe', token)

  await addKey(house, 2)
  await ring.look()
  const meanwhile = sealToken(secrets, 'unsubscribe', token)
  house.wait(60_000)
  const after = sealToken(secrets, 'unsubscribe', token)

  expect([before, meanwhile, after].map(keyIdOf)).toEqual([1, 1, 2])
  expect(openToken(secrets, 'unsubscribe', before)).toEqual(token)
  expect(openToken(secrets, 'unsubscribe', after)).toEqual(token)
})

test('what was signed before a change of keys is the same when it is made again', async () => {
  await using house = await openHouse()
  const { ring, secrets } = await openRing(house)
  using _closed = ring
  const made = house.now
  const before = sealToken(keysAt(secrets, made), 'webView', token)

  await addKey(house, 2)
  await ring.look()
  house.wait(3_600_000)
  const again = sealToken(keysAt(secrets, made), 'webView', token)

  expect(again).toBe(before)
  expect(keyIdOf(sealToken(keysAt(secrets, house.now), 'webView', token))).toBe(2)
})

test('a process opens what another one signed with a key it has not heard of', async () => {
  await using house = await openHouse()
  const { ring, secrets } = await openRing(house)
  using _closed = ring
  const sealed = sealToken({ tokenKey: first, tokenRing: ringOf(2) }, 'confirm', token)

  expect(openToken(secrets, 'confirm', sealed)).toEqual(token)
})

test('a key that a restored database does not know any more is found once and kept', async () => {
  await using house = await openHouse()
  const { ring, secrets } = await openRing(house)
  using _closed = ring
  const sealed = sealToken({ tokenKey: first, tokenRing: ringOf(3) }, 'unsubscribe', token)

  const found = openToken(secrets, 'unsubscribe', sealed)
  await ring.look()
  ring.checking(200)
  const again = openToken(secrets, 'unsubscribe', sealed)

  expect([found, again]).toEqual([token, token])
})

test('made-up numbers of keys make a process look for a key at most once a second', async () => {
  await using house = await openHouse()
  const looked: number[] = []
  using ring = await KeyRing.open(house.context, {
    first,
    find: (id) => {
      looked.push(id)
      return undefined
    },
  })

  for (let id = 100; id < 200; id += 1) ring.checking(id)
  house.wait(1_000)
  ring.checking(200)

  expect(looked).toEqual([100, 200])
})

test('a damaged file of a key is told in the log, and the link that asked for it opens nothing', async () => {
  await using house = await openHouse()
  using ring = await KeyRing.open(house.context, {
    first,
    find: (id) => {
      throw new Error(`token-key-${id} is damaged`)
    },
  })

  expect(ring.checking(2)).toBeUndefined()
  expect(house.lines.join('\n')).toContain('token-key-2 is damaged')
})

test('a retired key opens nothing, although its file is still there', async () => {
  await using house = await openHouse()
  const { ring, secrets } = await openRing(house)
  using _closed = ring
  const old = sealToken(secrets, 'unsubscribe', token)
  await addKey(house, 2, 0)

  const retired = await retireTokenKey(house.db, { id: 1, now: house.now })
  await ring.look()

  expect(retired).toBe(true)
  expect(openToken(secrets, 'unsubscribe', old)).toBeUndefined()
  const repeat = sealToken(keysAt(secrets, new Date(0)), 'unsubscribe', token)
  expect(openToken(secrets, 'unsubscribe', repeat)).toEqual(token)
})

test('the last key in use is never retired', async () => {
  await using house = await openHouse()
  const { ring } = await openRing(house)
  using _closed = ring
  await addKey(house, 2)

  expect(await retireTokenKey(house.db, { id: 1, now: house.now })).toBe(false)
})

test.each([
  ['lacks the file of a key', new Map(), /no token key 2.*copy secrets\/token-key-2/],
  ['has another key', new Map([[2, Buffer.alloc(32, 9)]]), /token key 2 .* is another/],
])('a machine that %s in use does not start, and says what to copy', async (_, files, words) => {
  await using house = await openHouse()
  using _ring = (await openRing(house)).ring
  await addKey(house, 2)

  await expect(openRing(house, files)).rejects.toThrow(
    expect.objectContaining({ name: 'Refusal', status: 78, message: expect.stringMatching(words) }),
  )
})

test('a running process whose machine lacks a new key goes on with the one it has, and says so', async () => {
  await using house = await openHouse()
  const { ring, secrets } = await openRing(house, new Map())
  using _closed = ring

  await addKey(house, 2, 0)
  await ring.look()

  expect(keyIdOf(sealToken(secrets, 'undo', token))).toBe(1)
  expect(house.lines.join('\n')).toContain('secrets/token-key-2 is not on this machine')
})

function ringOf(id: number) {
  const key = { id, key: Buffer.alloc(32, id) }
  return { signing: () => key, checking: () => key.key }
}
