import { expect, test } from 'vitest'
import { addressKey } from '#articles/identity/address-key.ts'
import { withLinkParameters } from '#editions/draft/link-parameters.ts'

const FIELDS = {
  newsletter: 'daily',
  edition: 'daily-2026-11-24',
  date: '2026-11-24',
  section: 'Local News & Übriges',
  position: 2,
}

function linked(
  address: string,
  linkParameters: string | null = 'utm_source=daybreak&utm_content={section}-{position}',
) {
  const rules = { linkParameters, linkHosts: ['courier.example'] }
  return withLinkParameters(address, { rules, fields: FIELDS })
}

test.each([
  [
    'https://courier.example/a',
    'https://courier.example/a?utm_source=daybreak&utm_content=local-news-%C3%BCbriges-2',
  ],
  [
    'https://www.courier.example/a?id=7#more',
    'https://www.courier.example/a?id=7&utm_source=daybreak&utm_content=local-news-%C3%BCbriges-2#more',
  ],
])('the publisher’s own address %s gets them', (address, expected) => {
  expect(linked(address)).toBe(expected)
})

test.each([
  ['another’s host', 'https://agency.example/a?x=%7e'],
  ['a host that only ends alike', 'https://notcourier.example/a'],
  ['the host as a user name', 'https://courier.example@agency.example/a'],
  ['no address', 'courier.example/a'],
])('%s is left as it is', (_, address) => {
  expect(linked(address)).toBe(address)
})

test('what is there is not replaced, nor spelled anew', () => {
  expect(linked('https://courier.example/a?utm_source=x&sig=a%7Eb+c')).toBe(
    'https://courier.example/a?utm_source=x&sig=a%7Eb+c&utm_content=local-news-%C3%BCbriges-2',
  )
})

test('without parameters nothing is added', () => {
  expect(linked('https://courier.example/a', null)).toBe('https://courier.example/a')
})

test('an article is the same with and without them', () => {
  const address = 'https://courier.example/2026/ferries?page=2'

  expect(addressKey(linked(address))).toBe(addressKey(address))
})
