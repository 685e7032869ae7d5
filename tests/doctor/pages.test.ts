import { describe } from 'vitest'
import { namesAndMends, type Row } from './names-and-mends.ts'
import { answered, BOUNCE, PUBLIC, RELAY, type World } from './world.ts'

const DAY_MS = 24 * 3600 * 1000

const page =
  (where: string, ...answer: Parameters<typeof answered>) =>
  (world: World) =>
    void world.pages.set(where, () => answered(...answer))

const failing = (where: string, code: string) => (world: World) =>
  void world.pages.set(where, () => ({ kind: 'failed', code, reason: code }))

const LEAVE = `${PUBLIC}/u/nobody`

const SELF = `GET ${PUBLIC}/.well-known/daybreak`

/** What the self-check says, from a connection that began at `from`. */
const seen =
  (client: object, from = '198.51.100.9') =>
  (world: World) =>
    void world.pages.set(SELF, ({ url }) =>
      answered(
        JSON.stringify({
          proof: world.sender.proofOf(url.searchParams.get('nonce') ?? ''),
          ...client,
        }),
        { from },
      ),
    )

const INSIDE = { client: 'private', range: '10.0.0.0/8' }

const rows: Row[] = [
  [
    'a server that refuses bounces',
    ['returns-refused'],
    (world) =>
      void (world.returns.reply = (mailbox) =>
        mailbox.startsWith('b-') ? '550 5.7.1 no' : '250 ok'),
  ],
  [
    'a server that takes forged bounces',
    ['returns-open'],
    (world) => void (world.returns.reply = () => '250 ok'),
  ],
  [
    'a server for bounces that does not answer',
    ['returns-unreachable', 'mailboxes-unreachable'],
    (world) => void world.unreachable.add(PUBLIC),
  ],
  [
    'a postmaster who does not exist',
    ['mailbox-refused'],
    (world) =>
      void (world.mailboxes.reply = (mailbox) => (mailbox === 'postmaster' ? '550 no' : '250 ok')),
  ],
  [
    'nobody for abuse at both domains',
    ['mailbox-refused', 'mailbox-refused'],
    (world) => {
      const take = world.returns.reply
      world.mailboxes.reply = (mailbox) => (mailbox === 'abuse' ? '550 no' : '250 ok')
      world.returns.reply = (mailbox) => (mailbox === 'abuse' ? '550 no' : (take?.(mailbox) ?? ''))
    },
  ],
  [
    'only the policy, when the first server for bounces does not answer and the second does',
    ['mta-sts-mx'],
    (world) => {
      world.dns.set('A', 'down.example', '203.0.113.66')
      world.dns.set('MX', BOUNCE, '5 down.example.', `10 ${PUBLIC}.`)
    },
  ],
  [
    'mailboxes that were not asked for',
    ['mailboxes-unasked'],
    (world) => void (world.switches = { blocklists: true, mailboxes: false }),
  ],

  [
    'a clock seven seconds ahead',
    ['clock-off'],
    (world) => void (world.now = new Date(Date.now() + 7000)),
  ],
  [
    'a clock ten minutes behind',
    ['clock-wrong'],
    (world) => void (world.now = new Date(Date.now() - 10 * 60_000)),
  ],
  [
    'a clock that the relay contradicts',
    ['clock-wrong'],
    (world) =>
      void (world.relay.greeting = `220 ${RELAY} ESMTP Exim ${new Date(Date.now() - DAY_MS).toUTCString().replace('GMT', '+0000')}`),
  ],
  [
    'nobody who tells the time',
    ['clock-unknown'],
    (world) => void world.pages.delete(`GET ${PUBLIC}/healthz`),
  ],

  [
    'a public address without encryption',
    ['unsubscribe-http'],
    (world) => void (world.sender.publicUrl = new URL(`http://${PUBLIC}/`)),
  ],
  [
    'an address to unsubscribe at that does not answer',
    ['unsubscribe-unreachable'],
    failing(`POST ${LEAVE}`, 'ECONNRESET'),
  ],
  [
    'an address to unsubscribe at with a bad certificate',
    ['unsubscribe-certificate'],
    failing(`POST ${LEAVE}`, 'CERT_HAS_EXPIRED'),
  ],
  [
    'an address to unsubscribe at that leads on',
    ['unsubscribe-redirect'],
    page(`POST ${LEAVE}`, '', { status: 301, headers: { location: '/en/u/nobody' } }),
  ],
  [
    'an address to unsubscribe at that a firewall guards',
    ['unsubscribe-refused'],
    page(`POST ${LEAVE}`, '', { status: 403 }),
  ],
  [
    'a page to unsubscribe on that is guarded',
    ['unsubscribe-refused'],
    page(`GET ${LEAVE}`, '', { status: 503 }),
  ],
  [
    'an address to unsubscribe at that sets a cookie',
    ['unsubscribe-cookie'],
    page(`POST ${LEAVE}`, '', { status: 404, headers: { 'set-cookie': 'a=b' } }),
  ],
  [
    'an address to unsubscribe at that takes its time',
    ['unsubscribe-slow'],
    page(`POST ${LEAVE}`, '', { status: 404, ms: 2500 }),
  ],

  [
    'a public name without an address',
    ['public-name', 'mx-dangling', 'clock-unknown'],
    (world) => world.dns.set('A', PUBLIC),
  ],
  [
    'a public name that leads inside',
    ['public-inside'],
    (world) => world.dns.set('A', PUBLIC, '10.1.2.3'),
  ],
  ['a public address that does not answer', ['public-unreachable'], failing(SELF, 'ECONNREFUSED')],
  [
    'a public address with a bad certificate',
    ['public-certificate'],
    failing(SELF, 'ERR_TLS_CERT_ALTNAME_INVALID'),
  ],
  [
    'a public address of somebody else',
    ['public-elsewhere'],
    page(SELF, 'not found', { status: 404 }),
  ],
  [
    'a public address of another installation',
    ['public-elsewhere'],
    page(SELF, JSON.stringify({ proof: 'x', client: 'public', range: null, forwarded: 'none' })),
  ],
  [
    'a public certificate that ends soon',
    ['public-expiring'],
    (world) => {
      const before = world.pages.get(SELF)
      world.pages.set(SELF, (question) => ({
        ...answered(''),
        ...before?.(question),
        validTo: new Date(Date.now() + 5 * DAY_MS),
      }))
    },
  ],
  ['a proxy that is not trusted', ['proxy-untrusted'], seen({ ...INSIDE, forwarded: 'ignored' })],
  [
    'a proxy that says nothing of readers',
    ['proxy-silent'],
    seen({ ...INSIDE, forwarded: 'none' }),
  ],
  [
    'two proxies of which one is trusted',
    ['proxy-chain'],
    seen({ ...INSIDE, forwarded: 'believed' }),
  ],
  [
    'a question from inside',
    ['proxy-same-place'],
    seen({ ...INSIDE, forwarded: 'believed' }, '10.0.0.9'),
  ],
  [
    'a CDN that is not trusted',
    ['proxy-untrusted'],
    seen({ client: 'public', range: null, forwarded: 'ignored' }),
  ],
  [
    'a check that comes to grief',
    ['check-failed'],
    (world) =>
      void world.pages.set(SELF, () => {
        throw new Error('something else')
      }),
  ],
  [
    'a public address of this machine itself, whose clock is ten minutes ahead',
    ['clock-same-place'],
    (world) => {
      world.sender.ownAddresses.push('203.0.113.7')
      world.now = new Date(Date.now() + 10 * 60_000)
    },
  ],
  [
    'a question from the machine itself',
    ['proxy-same-place', 'clock-same-place'],
    (world) => {
      world.sender.ownAddresses.push('203.0.113.7')
      seen({ ...INSIDE, forwarded: 'none' })(world)
    },
  ],
]

describe('returns, clock and public pages', () => {
  namesAndMends(rows)
})
