import { expect, test } from 'vitest'
import { addressKey, addressKeys } from '#articles/identity/address-key.ts'

const PAGE = 'courier.example/world/ferry-2026'

test.each([
  'https://www.courier.example/world/ferry-2026/',
  'http://courier.example/world/ferry-2026#comments',
  'https://courier.example/world/ferry-2026?utm_source=mail&utm_medium=x',
  'https://courier.example/world/ferry-2026?fbclid=1&gclid=2&mc_cid=3&at_medium=rss&xtor=RSS-1&ref=home&cmpid=a',
  'https://m.courier.example/world/ferry-2026',
  'https://mobile.courier.example/world/ferry-2026',
  'https://amp.courier.example/world/ferry-2026',
  'https://courier.example/amp/world/ferry-2026',
  'https://courier.example/world/ferry-2026/amp/',
  'https://courier.example/world/ferry-2026.amp',
  'https://courier.example/world/ferry-2026?amp=1',
  'https://courier.example/world/ferry-2026?outputType=amp',
  'https://courier.example/mobile/world/ferry-2026',
  'https://courier.example/world/ferry-2026/print',
  'https://courier.example/world/ferry-2026?print=true',
  'https://courier.example//world//ferry-2026',
  'https://www-courier-example.cdn.ampproject.org/c/s/courier.example/world/ferry-2026',
  'https://www.google.com/amp/s/courier.example/world/ferry-2026',
])('a twin has the key of its page: %s', (address) => {
  expect(addressKey(address)).toBe(PAGE)
})

test.each([
  'https://courier.example/world/ferry-2027',
  'https://courier.example/world/ferry-2026?page=2',
  'https://courier.example/world/ferry-2026?id=7',
  'https://edition.courier.example/world/ferry-2026',
  'https://courier.example/World/ferry-2026',
  'https://courier.example/world/ferry-2026-amplified',
  'https://courier.example/sample/world/ferry-2026',
])('another page has another key: %s', (address) => {
  expect(addressKey(address)).not.toBe(PAGE)
})

test('a page that has AMP for its subject keeps its address', () => {
  expect(addressKey('https://courier.example/amp')).toBe('courier.example/amp')
  expect(addressKey('https://courier.example/tech/amp-for-mail')).toBe(
    'courier.example/tech/amp-for-mail',
  )
  expect(addressKey('https://m.example/story')).toBe('m.example/story')
})

test.each([
  null,
  '',
  'https://courier.example/',
  'https://courier.example/?utm_source=x',
  'mailto:a@b.example',
])('what names no article has no key: %s', (address) => {
  expect(addressKey(address)).toBeNull()
})

test('all the keys of an article stand in the order of its addresses, each once', () => {
  expect(
    addressKeys([
      'https://courier.example/b',
      null,
      'https://amp.courier.example/b',
      'https://courier.example/a',
    ]),
  ).toEqual(['courier.example/b', 'courier.example/a'])
})
