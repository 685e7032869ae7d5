import { describe } from 'vitest'
import { namesAndMends, type Row } from './names-and-mends.ts'
import { makeCertificate } from './certificates.ts'
import { pair, RELAY, relayOf, type World } from './world.ts'

const PTR = '5.113.0.203.in-addr.arpa'

const ending = makeCertificate(RELAY, 10)

const foreign = makeCertificate('other.example', 365)

const relay = (url: string) => (world: World) => void world.sender.relays.splice(0, 1, relayOf(url))

const rows: Row[] = [
  ['an address without a name', ['ptr-missing'], (world) => world.dns.set('PTR', PTR)],
  [
    'a name that leads elsewhere',
    ['ptr-unconfirmed'],
    (world) => world.dns.set('PTR', PTR, 'other.courier.example'),
  ],
  [
    'a name as of a private connection',
    ['ptr-generic'],
    (world) => {
      world.dns.set('PTR', PTR, 'host-203-0-113-5.dsl.example.net')
      world.dns.set('A', 'host-203-0-113-5.dsl.example.net', '203.0.113.5')
    },
  ],
  [
    'a relay with half a name',
    ['helo-local'],
    (world) => void (world.relay.greeting = '220 localhost ESMTP'),
  ],
  [
    'a relay with a local name',
    ['helo-local'],
    (world) => void (world.relay.greeting = '220 mail.local ESMTP'),
  ],
  [
    'a relay whose name is unknown',
    ['helo-unknown'],
    (world) => void (world.relay.greeting = '220 mta.courier.example ESMTP'),
  ],
  [
    'a relay whose name leads elsewhere',
    ['helo-other'],
    (world) => {
      world.relay.greeting = '220 mta.courier.example ESMTP'
      world.dns.set('A', 'mta.courier.example', '192.0.2.9')
    },
  ],
  ['a relay name without SPF', ['helo-spf-missing'], (world) => world.dns.set('TXT', RELAY)],
  [
    'a relay name whose SPF forbids it',
    ['helo-spf'],
    (world) => world.dns.set('TXT', RELAY, 'v=spf1 -all'),
  ],
  [
    'a relay on this machine, whose address outside is not known',
    ['ptr-unknown', 'spf-address-unknown'],
    (world) => {
      relay('smtp://localhost:587')(world)
      world.relay = { greeting: '220 localhost ESMTP' }
    },
  ],

  ['no relay', ['relay-none'], (world) => void world.sender.relays.splice(0)],
  [
    'a relay that does not answer',
    ['relay-unreachable'],
    (world) => void world.unreachable.add(RELAY),
  ],
  [
    'a relay that says nothing',
    ['relay-unreachable'],
    (world) => {
      world.timeoutMs = 1000
      world.relay = { greeting: '' }
    },
  ],
  [
    'a relay that turns everybody away',
    ['relay-unreachable'],
    (world) => void (world.relay.greeting = '421 too busy'),
  ],
  ['a relay without encryption', ['tls-not-offered'], (world) => delete world.relay.tls],
  [
    'a certificate that ends soon',
    ['tls-expiring'],
    (world) => {
      world.relay.tls = ending
      world.ca.push(ending.cert)
    },
  ],
  [
    'a certificate of another name',
    ['tls-certificate'],
    (world) => {
      world.relay.tls = foreign
      world.ca.push(foreign.cert)
    },
  ],
  [
    'a certificate that nobody vouches for',
    ['tls-certificate'],
    (world) => void (world.relay.tls = foreign),
  ],
  [
    'a relay that speaks only TLS 1.1',
    ['tls-old'],
    (world) =>
      void (world.relay.tls = {
        ...pair,
        minVersion: 'TLSv1',
        maxVersion: 'TLSv1.1',
        ciphers: 'DEFAULT@SECLEVEL=0',
      }),
  ],
  [
    'a relay whose encryption fails',
    ['tls-handshake'],
    (world) =>
      void (world.relay.tls = {
        ...pair,
        minVersion: 'TLSv1.3',
        ciphers: 'TLS_AES_128_CCM_8_SHA256',
      }),
  ],
  [
    'a relay in plain text on purpose',
    ['relay-plaintext'],
    relay(`smtp://${RELAY}:587?profile=own&starttls=off`),
  ],
  [
    'a password in plain text',
    ['login-plaintext'],
    (world) => {
      const [first] = world.sender.relays
      if (first !== undefined) world.sender.relays = [{ ...first, starttls: 'off' }]
    },
  ],
  [
    'a relay that takes passwords before the encryption',
    ['auth-before-tls'],
    (world) => void (world.relay.extensions = ['AUTH PLAIN LOGIN']),
  ],
]

describe('the relay and its address', () => {
  namesAndMends(rows)
})
