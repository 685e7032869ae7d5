import { expect, test } from 'vitest'
import {
  isAddressVersion,
  openPreferences,
  sealPreferences,
} from '#subscribers/tokens/preferences-token.ts'
import { openToken, sealToken } from '#subscribers/tokens.ts'

const secrets = { tokenKey: Buffer.alloc(32, 7) }
const MADE = new Date('2026-11-22T06:30:00.900Z')
const DAY = 86_400_000

const sealed = sealPreferences(secrets, { publicId: 77, addressVersion: 3, now: MADE })
const after = (ms: number) => openPreferences(secrets, sealed, new Date(MADE.getTime() + ms))

test('a link to preferences opens for 30 days and is stale from then on', () => {
  const reader = { publicId: 77, addressVersion: 3 }

  expect(after(0)).toEqual({ kind: 'open', ...reader })
  expect(after(30 * DAY - 1_000)).toEqual({ kind: 'open', ...reader })
  expect(after(30 * DAY + 1_000)).toEqual({ kind: 'stale', ...reader })
})

test('a link from the future is stale, one of a machine whose clock is ahead is not', () => {
  expect(after(-60_000)?.kind).toBe('open')
  expect(after(-2 * DAY)?.kind).toBe('stale')
})

test('a link of a mail from before links had a time is stale', () => {
  const old = sealToken(secrets, 'preferences', { publicId: 77, reference: 0, addressVersion: 0 })

  expect(openPreferences(secrets, old, MADE)).toMatchObject({ kind: 'stale', publicId: 77 })
})

test('what is forged or of another purpose opens nothing, stale or not', () => {
  const other = sealToken(secrets, 'unsubscribe', { publicId: 77, reference: 0, addressVersion: 0 })

  expect(openPreferences(secrets, other, MADE)).toBeUndefined()
  expect(openPreferences({ tokenKey: Buffer.alloc(32, 8) }, sealed, MADE)).toBeUndefined()
  expect(openPreferences(secrets, '', MADE)).toBeUndefined()
})

test('made twice from the same time, it is the same link: whole seconds count', () => {
  const again = sealPreferences(secrets, {
    publicId: 77,
    addressVersion: 3,
    now: new Date('2026-11-22T06:30:00.100Z'),
  })

  expect(again).toBe(sealed)
  expect(openToken(secrets, 'preferences', sealed)?.reference).toBe(1_795_329_000)
})

test('the version of an address is compared as far as a token has room for it', () => {
  const token = openPreferences(
    secrets,
    sealPreferences(secrets, { publicId: 77, addressVersion: 65_536 + 3, now: MADE }),
    MADE,
  )

  expect(token && isAddressVersion(token, 65_536 + 3)).toBe(true)
  expect(token && isAddressVersion(token, 4)).toBe(false)
})
