import { expect, test } from 'vitest'
import { networkOf } from '#http/client-address.ts'
import { bucketsOf, bucketsOfAsking, neighbourhoodOf } from '#subscribers/gate/limits.ts'

test.each([
  ['203.0.113.0/24', '203.0.0.0/16'],
  ['10.255.7.0/24', '10.255.0.0/16'],
  ['2001:db8::/56', '2001:db8::/40'],
  ['2001:db8:1:200::/56', '2001:db8::/40'],
  ['2001:db8:0:ff00::/56', '2001:db8::/40'],
  ['2001:db8:12ab:200::/56', '2001:db8:1200::/40'],
  ['2001:db8:12ff:ff00:0:0:0:0/56', '2001:db8:1200::/40'],
  ['2001:db8:1300::/56', '2001:db8:1300::/40'],
  ['2001:0:1300::/56', '2001:0:1300::/40'],
  ['2001::/56', '2001::/40'],
  ['::/56', '0::/40'],
])('the neighbourhood of %s is %s', (network, neighbourhood) => {
  expect(neighbourhoodOf(network)).toBe(neighbourhood)
})

test.each([
  ['2001:db8:aa00::1', '2001:db8:aaff:ffff:ffff::1', true],
  ['2001:db8:aa00::1', '2001:db8:ab00::1', false],
  ['2001:db8::1', '2001:db9::1', false],
  ['198.51.100.1', '198.51.7.250', true],
  ['198.51.100.1', '198.52.100.1', false],
  ['198.51.100.1', '::ffff:198.51.7.1', true],
])('whether %s and %s are neighbours: %s', (one, other, same) => {
  const [first, second] = [one, other].map((address) => neighbourhoodOf(networkOf(address)))

  expect(first === second).toBe(same)
})

test('one sign-up counts against its network, its neighbourhood, its domain and everybody, in that order', () => {
  const buckets = bucketsOf({ network: '203.0.113.0/24', domain: 'example.org', proven: false })

  expect(buckets.map(({ name }) => name)).toEqual([
    'network 203.0.113.0/24',
    'neighbourhood 203.0.0.0/16',
    'domain example.org',
    'all',
  ])
})

test('one with a proof does not count against everybody, and one from nowhere counts as a network', () => {
  const buckets = bucketsOf({ network: undefined, domain: 'example.org', proven: true })

  expect(buckets.map(({ name }) => name)).toEqual(['network unknown', 'domain example.org'])
})

test('who is asked for a proof keeps what its network has for signing up', () => {
  const network = '203.0.113.0/24'
  const signingUp = bucketsOf({ network, domain: 'example.org', proven: true })

  const names = bucketsOfAsking({ network }).map(({ name }) => name)

  expect(names).toEqual(['asking 203.0.113.0/24', 'all'])
  expect(signingUp.filter(({ name }) => names.includes(name))).toEqual([])
})

const perHour = (name: string) =>
  bucketsOf({ network: undefined, domain: name, proven: true }).at(-1)?.perHour ?? 0

test.each(['gmail.com', 'hotmail.com', 'yahoo.fr', 'outlook.com', 'gmx.de', 'web.de', 'orange.fr'])(
  'at %s many more may sign up than at a company',
  (domain) => {
    expect(perHour(domain)).toBeGreaterThan(50 * perHour('example.org'))
  },
)
