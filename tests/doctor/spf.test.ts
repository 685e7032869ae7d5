import { describe } from 'vitest'
import { namesAndMends, type Row } from './names-and-mends.ts'
import { BOUNCE, RELAY, relayOf, type World } from './world.ts'

const spf = (text: string) => (world: World) => world.dns.set('TXT', BOUNCE, text)

const RELAY_IP = 'ip4:203.0.113.5'

/** A chain of so many records, each one look-up. */
const includes = (world: World, count: number) => {
  for (let at = 1; at <= count; at += 1)
    world.dns.set('TXT', `s${at}.example`, 'v=spf1 ip4:192.0.2.1 -all')
  return Array.from({ length: count }, (_, at) => `include:s${at + 1}.example`).join(' ')
}

const rows: Row[] = [
  [
    'eleven look-ups with the redirect',
    ['spf-lookups'],
    (world) => {
      world.dns.set('TXT', 'on.example', 'v=spf1 -all')
      const text = `v=spf1 ${RELAY_IP} ${includes(world, 10)} redirect=on.example`
      world.dns.set('TXT', BOUNCE, text)
    },
  ],
  [
    'nothing with ten look-ups, of which two find nothing',
    [],
    (world) => {
      const text = `v=spf1 ${RELAY_IP} ${includes(world, 8)} a:x.example mx:y.example ~all`
      world.dns.set('TXT', BOUNCE, text)
    },
  ],
  ['no SPF', ['spf-missing'], (world) => world.dns.set('TXT', BOUNCE)],
  ['SPF with a wrong version', ['spf-version'], spf(`"v=spf1 ${RELAY_IP} -all`)],
  [
    'two SPF records',
    ['spf-several'],
    (world) => world.dns.set('TXT', BOUNCE, `v=spf1 ${RELAY_IP} -all`, 'v=spf1 mx -all'),
  ],
  ['an SPF word that is no word', ['spf-syntax'], spf(`v=spf1 ipv4:203.0.113.5 ${RELAY_IP} -all`)],
  ['an SPF address that is none', ['spf-syntax'], spf(`v=spf1 ip4:203.0.113.999 ${RELAY_IP} -all`)],
  ['an SPF network that is too narrow', ['spf-syntax'], spf(`v=spf1 ${RELAY_IP}/33 -all`)],
  ['an SPF include of nothing', ['spf-syntax'], spf(`v=spf1 include: ${RELAY_IP} -all`)],
  ['commas in SPF', ['spf-syntax'], spf(`v=spf1 ${RELAY_IP}, -all`)],
  [
    'two redirects in SPF',
    ['spf-syntax'],
    (world) => {
      world.dns.set('TXT', 's1.example', 'v=spf1 -all')
      spf(`v=spf1 ${RELAY_IP} redirect=s1.example redirect=s1.example`)(world)
    },
  ],
  ['words behind all in SPF', ['spf-after-all'], spf(`v=spf1 ${RELAY_IP} -all include:s1.example`)],
  [
    'eleven look-ups in SPF',
    ['spf-lookups'],
    (world) => world.dns.set('TXT', BOUNCE, `v=spf1 ${RELAY_IP} ${includes(world, 11)} -all`),
  ],
  [
    'eleven look-ups through an include',
    ['spf-lookups'],
    (world) => {
      world.dns.set('TXT', 'deep.example', `v=spf1 ${includes(world, 10)} -all`)
      world.dns.set('TXT', BOUNCE, `v=spf1 ${RELAY_IP} include:deep.example -all`)
    },
  ],
  [
    'eleven look-ups of a, mx, exists and ptr',
    ['spf-lookups'],
    (world) => {
      const words = 'a:www.courier.example mx:courier.example exists:www.courier.example '.repeat(4)
      world.dns.set('TXT', BOUNCE, `v=spf1 ${RELAY_IP} ${words}-all`)
    },
  ],
  [
    'an SPF include that leads back',
    ['spf-loop'],
    (world) => {
      world.dns.set('TXT', 'loop.example', `v=spf1 include:${BOUNCE} -all`)
      world.dns.set('TXT', BOUNCE, `v=spf1 ${RELAY_IP} include:loop.example -all`)
    },
  ],
  [
    'an SPF redirect that leads back',
    ['spf-loop'],
    (world) => {
      world.dns.set('TXT', 'loop.example', `v=spf1 redirect=${BOUNCE}`)
      world.dns.set('TXT', BOUNCE, `v=spf1 ${RELAY_IP} redirect=loop.example`)
    },
  ],
  [
    'an SPF include without a record',
    ['spf-include'],
    spf(`v=spf1 ${RELAY_IP} include:nowhere.example -all`),
  ],
  [
    'an SPF include with two records',
    ['spf-include'],
    (world) => {
      world.dns.set('TXT', 's1.example', 'v=spf1 -all', 'v=spf1 a -all')
      world.dns.set('TXT', BOUNCE, `v=spf1 ${RELAY_IP} include:s1.example -all`)
    },
  ],
  [
    'an SPF include that nobody understands',
    ['spf-include-syntax'],
    (world) => {
      world.dns.set('TXT', 's1.example', 'v=spf1 ip5:1.2.3.4 -all')
      world.dns.set('TXT', BOUNCE, `v=spf1 ${RELAY_IP} include:s1.example -all`)
    },
  ],
  [
    'three names in SPF that do not exist',
    ['spf-voids'],
    spf(`v=spf1 ${RELAY_IP} a:x.example mx:y.example exists:z.example -all`),
  ],
  ['+all', ['spf-pass-all'], spf(`v=spf1 ${RELAY_IP} +all`)],
  ['all without a sign', ['spf-pass-all'], spf(`v=spf1 ${RELAY_IP} all`)],
  ['?all', ['spf-neutral-all'], spf(`v=spf1 ${RELAY_IP} ?all`)],
  [
    '+all through a redirect',
    ['spf-pass-all'],
    (world) => {
      world.dns.set('TXT', 's1.example', `v=spf1 ${RELAY_IP} +all`)
      world.dns.set('TXT', BOUNCE, 'v=spf1 redirect=s1.example')
    },
  ],
  ['SPF without an end', ['spf-no-all'], spf(`v=spf1 ${RELAY_IP}`)],
  ['ptr in SPF', ['spf-ptr'], spf(`v=spf1 ${RELAY_IP} ptr -all`)],
  [
    'ptr in a record that SPF includes',
    ['spf-include-ptr'],
    (world) => {
      world.dns.set('TXT', 's1.example', 'v=spf1 ip4:192.0.2.1 ptr -all')
      spf(`v=spf1 ${RELAY_IP} include:s1.example -all`)(world)
    },
  ],
  [
    'nothing with a redirect to the provider',
    [],
    (world) => {
      world.sender.relays.push(relayOf(`smtp://u:p@${RELAY}:587?profile=ses&name=ses`))
      world.dns.set('TXT', 'amazonses.com', 'v=spf1 ip4:192.0.2.0/24 -all')
      spf(`v=spf1 ${RELAY_IP} redirect=amazonses.com`)(world)
    },
  ],
  ['a relay that SPF does not allow', ['spf-relay'], spf('v=spf1 ip4:192.0.2.77 -all')],
  [
    'a provider that SPF does not include',
    ['spf-provider'],
    (world) => {
      world.sender.relays.push(relayOf(`smtp://u:p@${RELAY}:587?profile=ses&name=ses`))
      world.dns.set('TXT', 'amazonses.com', 'v=spf1 ip4:192.0.2.0/24 -all')
    },
  ],
]

describe('SPF', () => {
  namesAndMends(rows)
})
