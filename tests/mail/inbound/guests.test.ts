import { expect, test } from 'vitest'
import { Guests, networkOf } from '#mail/inbound/guests.ts'

test('a network is a /24 of IPv4 and a /64 of IPv6, however it is written', () => {
  const networks = [
    '192.0.2.7',
    '192.0.2.250',
    '2001:db8:1:2::7',
    '2001:0DB8:1:2:aaaa:bbbb:cccc:dddd',
    '2001:db8::1',
    '::1',
  ].map(networkOf)

  expect(networks).toEqual([
    '192.0.2',
    '192.0.2',
    '2001:db8:1:2',
    '2001:db8:1:2',
    '2001:db8:0:0',
    '0:0:0:0',
  ])
})

test('who left makes room for another of its network, and leaves only once', () => {
  const guests = new Guests({ perNetwork: 2, badRecipients: 2, sessionMs: 60_000 })
  const enter = (id: string) => guests.enter({ id, address: '192.0.2.7' }, () => undefined)
  const first = [enter('a'), enter('b'), enter('c')]

  guests.leave('a')
  guests.leave('a')
  guests.leave('never here')

  expect(first).toEqual([true, true, false])
  expect([enter('d'), enter('e')]).toEqual([true, false])
  for (const id of ['b', 'd']) guests.leave(id)
})
