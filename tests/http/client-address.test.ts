import { describe, expect, test } from 'vitest'
import { readClient } from '#http/client-address.ts'

const READER = '198.51.100.23'
const PROXIES = ['10.0.0.0/8', 'fd00::/8', '203.0.113.9/32']

describe("a reader's address", () => {
  test.each([
    ['is the peer, where there is no proxy', READER, undefined, READER, 'none'],
    [
      'is the peer, whatever it claims, where it is no proxy of ours',
      READER,
      '192.0.2.1',
      READER,
      'ignored',
    ],
    ['is what the proxy adds', '10.0.0.2', READER, READER, 'believed'],
    [
      'is what the proxy adds behind what the reader made up',
      '10.0.0.2',
      `127.0.0.1, ${READER}`,
      READER,
      'believed',
    ],
    [
      'is the nearest that no proxy of ours has',
      '10.0.0.2',
      `192.0.2.1, ${READER}, 203.0.113.9, 10.9.9.9`,
      READER,
      'believed',
    ],
    [
      'is the furthest proxy where all are ours',
      '10.0.0.2',
      '10.0.0.4, 10.0.0.3',
      '10.0.0.4',
      'believed',
    ],
    ['may come with a port', '10.0.0.2', `${READER}:51312`, READER, 'believed'],
    ['may be IPv6 in brackets', '10.0.0.2', '[2001:db8::1]:443', '2001:db8::1', 'believed'],
    ['may be IPv6 without', '10.0.0.2', '2001:db8::1', '2001:db8::1', 'believed'],
    ['may be quoted', '10.0.0.2', '"[2001:db8::1]"', '2001:db8::1', 'believed'],
    ['may be IPv4 written as IPv6', '::ffff:10.0.0.2', `::ffff:${READER}`, READER, 'believed'],
    ['comes from an IPv6 proxy too', 'fd00::2', READER, READER, 'believed'],
    ['is the proxy where it says nothing', '10.0.0.2', undefined, '10.0.0.2', 'none'],
    [
      'is the last that is known before junk',
      '10.0.0.2',
      `${READER}, unknown`,
      '10.0.0.2',
      'believed',
    ],
    [
      'is never a number that only looks like one',
      '10.0.0.2',
      '3232235777',
      '10.0.0.2',
      'believed',
    ],
    ['is not known without a peer', undefined, READER, undefined, 'ignored'],
  ] as const)('%s', (...[, peer, forwardedFor, address, forwarded]) => {
    const client = readClient({ peer, forwardedFor, trustedProxies: PROXIES })

    expect(client).toEqual({ address, forwarded })
  })

  test('is the peer where no proxy is trusted', () => {
    const client = readClient({ peer: '10.0.0.2', forwardedFor: READER, trustedProxies: [] })

    expect(client).toEqual({ address: '10.0.0.2', forwarded: 'ignored' })
  })

  test('comes through a proxy that is named in its IPv6 form', () => {
    const client = readClient({
      peer: '10.0.0.2',
      forwardedFor: READER,
      trustedProxies: ['::ffff:10.0.0.0/104'],
    })

    expect(client.address).toBe(READER)
  })
})
