import { describe } from 'vitest'
import { namesAndMends, type Row } from './names-and-mends.ts'
import { FROM, PUBLIC, type World } from './world.ts'

const dmarc = (text: string) => (world: World) => world.dns.set('TXT', `_dmarc.${FROM}`, text)

const RELAY_IP = 'ip4:203.0.113.5'

const rows: Row[] = [
  ['no DMARC', ['dmarc-missing', 'bimi-dmarc'], (world) => world.dns.set('TXT', `_dmarc.${FROM}`)],
  [
    'two DMARC records',
    ['dmarc-several', 'bimi-dmarc'],
    (world) => world.dns.set('TXT', `_dmarc.${FROM}`, 'v=DMARC1; p=none', 'v=DMARC1; p=reject'),
  ],
  [
    'a DMARC version in lower case',
    ['dmarc-version', 'bimi-dmarc'],
    dmarc('v=dmarc1; p=reject; rua=mailto:a@courier.example'),
  ],
  [
    'DMARC that does not begin with its version',
    ['dmarc-version', 'bimi-dmarc'],
    dmarc('p=reject; v=DMARC1; rua=mailto:a@courier.example'),
  ],
  [
    'DMARC without a policy',
    ['dmarc-policy', 'bimi-dmarc'],
    dmarc('v=DMARC1; rua=mailto:a@courier.example'),
  ],
  [
    'a DMARC policy that is none of the three',
    ['dmarc-policy', 'bimi-dmarc'],
    dmarc('v=DMARC1; p=monitor; rua=mailto:a@courier.example'),
  ],
  [
    'a wrong policy for subdomains',
    ['dmarc-subdomains', 'bimi-dmarc'],
    dmarc('v=DMARC1; p=reject; sp=off; rua=mailto:a@courier.example'),
  ],
  [
    'a wrong policy for names that do not exist',
    ['dmarc-subdomains', 'bimi-dmarc'],
    dmarc('v=DMARC1; p=reject; np=1; rua=mailto:a@courier.example'),
  ],
  [
    'a wrong alignment',
    ['dmarc-alignment'],
    dmarc('v=DMARC1; p=reject; adkim=relaxed; rua=mailto:a@courier.example'),
  ],
  ...['pct=50', 'rf=afrf', 'ri=86400'].map((tag): Row => [
    `${tag} in DMARC`,
    ['dmarc-removed'],
    dmarc(`v=DMARC1; p=reject; ${tag}; rua=mailto:a@courier.example`),
  ]),
  [
    'DMARC with an unknown tag',
    ['dmarc-unknown'],
    dmarc('v=DMARC1; p=reject; policy=reject; rua=mailto:a@courier.example'),
  ],
  [
    'DMARC with a word that is no tag',
    ['dmarc-syntax'],
    dmarc('v=DMARC1; p=reject; rua; rua=mailto:a@courier.example'),
  ],
  [
    'a DMARC tag that is there twice',
    ['dmarc-syntax'],
    dmarc('v=DMARC1; p=reject; p=none; rua=mailto:a@courier.example'),
  ],
  [
    'DMARC as a test',
    ['dmarc-testing'],
    dmarc('v=DMARC1; p=reject; t=y; rua=mailto:a@courier.example'),
  ],
  [
    'a DMARC test tag that is neither',
    ['dmarc-test-tag'],
    dmarc('v=DMARC1; p=reject; t=yes; rua=mailto:a@courier.example'),
  ],
  [
    'DMARC of a registry',
    ['dmarc-psd', 'alignment-spf'],
    dmarc('v=DMARC1; p=reject; psd=y; rua=mailto:a@courier.example'),
  ],
  [
    'wrong DMARC options',
    ['dmarc-options'],
    dmarc('v=DMARC1; p=reject; fo=x; rua=mailto:a@courier.example'),
  ],
  [
    'only the DMARC record of a registry',
    ['dmarc-registry'],
    (world) => {
      world.dns.set('TXT', `_dmarc.${FROM}`)
      world.dns.set('TXT', '_dmarc.example', 'v=DMARC1; p=reject; psd=y; rua=mailto:a@example')
    },
  ],
  ['DMARC without reports', ['dmarc-no-reports'], dmarc('v=DMARC1; p=reject')],
  [
    'DMARC reports to an address without mailto',
    ['dmarc-rua'],
    dmarc('v=DMARC1; p=reject; rua=a@courier.example'),
  ],
  [
    'DMARC reports to a domain that did not agree',
    ['dmarc-report-permission'],
    dmarc('v=DMARC1; p=reject; rua=mailto:a@reports.example'),
  ],
  [
    'DMARC failure reports',
    ['dmarc-ruf'],
    dmarc('v=DMARC1; p=reject; rua=mailto:a@courier.example; ruf=mailto:b@courier.example'),
  ],
  [
    'DMARC failure reports to nowhere',
    ['dmarc-ruf-address', 'dmarc-ruf'],
    dmarc('v=DMARC1; p=reject; rua=mailto:a@courier.example; ruf=b'),
  ],
  [
    'a DMARC policy of none',
    ['dmarc-none', 'bimi-dmarc'],
    dmarc('v=DMARC1; p=none; rua=mailto:a@courier.example'),
  ],

  [
    'a bounce domain that is not ours',
    ['alignment-spf'],
    (world) => {
      world.sender.bounceDomain = 'returns.example'
      world.sender.returnsBy = 'mailbox'
      world.dns.set('TXT', 'returns.example', `v=spf1 ${RELAY_IP} -all`)
      world.dns.set('MX', 'returns.example', `10 ${PUBLIC}`)
    },
  ],
  [
    'strict SPF alignment',
    ['alignment-spf-strict'],
    dmarc('v=DMARC1; p=reject; aspf=s; rua=mailto:a@courier.example'),
  ],
  [
    'strict DKIM alignment with the key of a parent',
    ['alignment-dkim'],
    (world) => {
      world.sender.fromDomain = `letters.${FROM}`
      world.dns.set('MX', `letters.${FROM}`, `10 mx.${FROM}`)
      dmarc('v=DMARC1; p=reject; adkim=s; rua=mailto:a@courier.example')(world)
    },
  ],
  [
    'keys of another domain only',
    ['dkim-none', 'alignment-dkim'],
    (world) => {
      world.sender.keys = world.sender.keys.map((key) => ({ ...key, domain: 'other.example' }))
    },
  ],
]

describe('DMARC, and who speaks for the sender', () => {
  namesAndMends(rows)
})
