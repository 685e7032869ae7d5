import { describe } from 'vitest'
import { namesAndMends, type Row } from './names-and-mends.ts'
import { answered, BOUNCE, FROM, POLICY, PUBLIC, type World } from './world.ts'

function policy(
  answer: ReturnType<typeof answered> | { kind: 'failed'; code: string; reason: string },
) {
  return (world: World) =>
    void world.pages.set(`GET mta-sts.${BOUNCE}/.well-known/mta-sts.txt`, () => answer)
}

function policyText(text: string) {
  return policy(answered(text, { headers: { 'content-type': 'text/plain' } }))
}

const rows: Row[] = [
  [
    'no MX of the bounce domain',
    ['mx-missing', 'returns-unreachable', 'mailboxes-unreachable'],
    (world) => world.dns.set('MX', BOUNCE),
  ],
  [
    'no MX of the bounce domain, and an address',
    ['mx-implicit', 'returns-unreachable', 'mailboxes-unreachable'],
    (world) => {
      world.dns.set('MX', BOUNCE)
      world.dns.set('A', BOUNCE, '203.0.113.7')
    },
  ],
  [
    'a null MX of the bounce domain',
    ['mx-null', 'returns-unreachable', 'mailboxes-unreachable'],
    (world) => world.dns.set('MX', BOUNCE, '0 .'),
  ],
  [
    'a null MX of the sender',
    ['mx-null', 'mailboxes-unreachable'],
    (world) => world.dns.set('MX', FROM, '0 .'),
  ],
  [
    'an MX that is an alias',
    ['mx-alias', 'returns-unreachable', 'mailboxes-unreachable'],
    (world) => {
      world.dns.set('MX', BOUNCE, '10 alias.courier.example')
      world.dns.set('CNAME', 'alias.courier.example', PUBLIC)
    },
  ],
  [
    'an MX without an address',
    ['mx-dangling', 'returns-unreachable', 'mailboxes-unreachable'],
    (world) => world.dns.set('MX', BOUNCE, '10 gone.courier.example'),
  ],
  [
    'an MX that is an address',
    ['mx-address', 'returns-unreachable', 'mailboxes-unreachable'],
    (world) => world.dns.set('MX', BOUNCE, '10 203.0.113.7'),
  ],
  [
    'nobody who takes returns',
    ['returns-nowhere'],
    (world) => void (world.sender.returnsBy = 'nowhere'),
  ],

  ['no MTA-STS', ['mta-sts-missing'], (world) => world.dns.set('TXT', `_mta-sts.${BOUNCE}`)],
  [
    'two MTA-STS records',
    ['mta-sts-several'],
    (world) => world.dns.set('TXT', `_mta-sts.${BOUNCE}`, 'v=STSv1; id=1', 'v=STSv1; id=2'),
  ],
  [
    'MTA-STS of another version',
    ['mta-sts-version'],
    (world) => world.dns.set('TXT', `_mta-sts.${BOUNCE}`, 'v=STSv2; id=1'),
  ],
  [
    'MTA-STS without an id',
    ['mta-sts-id'],
    (world) => world.dns.set('TXT', `_mta-sts.${BOUNCE}`, 'v=STSv1;'),
  ],
  [
    'an MTA-STS host without an address',
    ['mta-sts-host'],
    (world) => world.dns.set('A', `mta-sts.${BOUNCE}`),
  ],
  [
    'an MTA-STS file that is not there',
    ['mta-sts-unreachable'],
    policy(answered('', { status: 404 })),
  ],
  [
    'an MTA-STS host that does not answer',
    ['mta-sts-unreachable'],
    policy({ kind: 'failed', code: 'ECONNREFUSED', reason: 'no' }),
  ],
  [
    'an MTA-STS host with a bad certificate',
    ['mta-sts-certificate'],
    policy({ kind: 'failed', code: 'CERT_HAS_EXPIRED', reason: 'no' }),
  ],
  [
    'an MTA-STS file of another type',
    ['mta-sts-type'],
    policy(answered(POLICY, { headers: { 'content-type': 'text/html' } })),
  ],
  [
    'an MTA-STS file of another version',
    ['mta-sts-policy'],
    policyText(POLICY.replace('STSv1', 'STSv3')),
  ],
  [
    'an MTA-STS mode that is none',
    ['mta-sts-policy'],
    policyText(POLICY.replace('enforce', 'strict')),
  ],
  [
    'an MTA-STS file without a time',
    ['mta-sts-policy'],
    policyText(POLICY.replace(/max_age.*/, '')),
  ],
  [
    'an MTA-STS file without servers',
    ['mta-sts-policy'],
    policyText(POLICY.replace(/mx.*\r\n/, '')),
  ],
  [
    'an MTA-STS file with another server',
    ['mta-sts-mx'],
    policyText(POLICY.replace(PUBLIC, 'mx.other.example')),
  ],
  ['MTA-STS for an hour', ['mta-sts-age'], policyText(POLICY.replace('604800', '3600'))],
  ['MTA-STS as a test', ['mta-sts-testing'], policyText(POLICY.replace('enforce', 'testing'))],
  ['MTA-STS switched off', ['mta-sts-off'], policyText(POLICY.replace('enforce', 'none'))],

  ['no TLS-RPT', ['tls-rpt-missing'], (world) => world.dns.set('TXT', `_smtp._tls.${BOUNCE}`)],
  [
    'two TLS-RPT records',
    ['tls-rpt-several'],
    (world) =>
      world.dns.set(
        'TXT',
        `_smtp._tls.${BOUNCE}`,
        'v=TLSRPTv1; rua=mailto:a@b.example',
        'v=TLSRPTv1; rua=mailto:c@b.example',
      ),
  ],
  [
    'TLS-RPT of another version',
    ['tls-rpt-version'],
    (world) => world.dns.set('TXT', `_smtp._tls.${BOUNCE}`, 'v=TLSRPT; rua=mailto:a@b.example'),
  ],
  [
    'TLS-RPT to nowhere',
    ['tls-rpt-rua'],
    (world) => world.dns.set('TXT', `_smtp._tls.${BOUNCE}`, 'v=TLSRPTv1; rua=a@b.example'),
  ],
]

describe('MX, MTA-STS and TLS-RPT', () => {
  namesAndMends(rows)
})
