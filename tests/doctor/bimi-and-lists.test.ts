import { describe } from 'vitest'
import { namesAndMends, type Row } from './names-and-mends.ts'
import { answered, FROM, LOGO, type World } from './world.ts'

function bimi(...texts: string[]) {
  return (world: World) => world.dns.set('TXT', `default._bimi.${FROM}`, ...texts)
}

const rows: Row[] = [
  ['no BIMI', ['bimi-missing'], bimi()],
  [
    'two BIMI records',
    ['bimi-several'],
    bimi(
      'v=BIMI1; l=https://www.courier.example/logo.svg; a=https://www.courier.example/vmc.pem',
      'v=BIMI1; l=; a=',
    ),
  ],
  [
    'BIMI of another version',
    ['bimi-version'],
    bimi('v=BIMI2; l=https://www.courier.example/logo.svg; a=https://www.courier.example/vmc.pem'),
  ],
  [
    'a BIMI logo without encryption',
    ['bimi-logo'],
    bimi('v=BIMI1; l=http://www.courier.example/logo.svg; a=https://www.courier.example/vmc.pem'),
  ],
  [
    'a BIMI certificate without encryption',
    ['bimi-evidence'],
    bimi('v=BIMI1; l=https://www.courier.example/logo.svg; a=http://www.courier.example/vmc.pem'),
  ],
  [
    'BIMI without a certificate',
    ['bimi-no-certificate'],
    bimi('v=BIMI1; l=https://www.courier.example/logo.svg;'),
  ],
  [
    'a BIMI logo that is not there',
    ['bimi-unreachable'],
    (world) => void world.pages.delete(`GET www.${FROM}/logo.svg`),
  ],
  [
    'a BIMI logo that is not Tiny PS',
    ['bimi-svg'],
    (world) =>
      void world.pages.set(`GET www.${FROM}/logo.svg`, () =>
        answered(LOGO.replace('tiny-ps', 'full')),
      ),
  ],

  [
    'an address on a blocklist',
    ['blocklist-listed'],
    (world) => world.dns.set('A', '5.113.0.203.zen.spamhaus.org', '127.0.0.2'),
  ],
  [
    'a domain on a blocklist',
    ['blocklist-listed'],
    (world) => world.dns.set('A', `${FROM}.dbl.spamhaus.org`, '127.0.1.2'),
  ],
  [
    'a blocklist that does not answer this resolver',
    ['blocklist-refused'],
    (world) => world.dns.set('A', '5.113.0.203.zen.spamhaus.org', '127.255.255.254'),
  ],

  [
    'name servers that fail',
    ['dns-failed', 'dns-failed', 'dns-failed'],
    (world) => world.dns.fail(`_dmarc.${FROM}`),
  ],
]

describe('BIMI, blocklists, and name servers', () => {
  namesAndMends(rows)
})
