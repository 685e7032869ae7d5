import { generateKeyPairSync } from 'node:crypto'
import { connect } from 'node:net'
import { openDns } from '#mail/sender-dns/dns.ts'
import { type CheckName, checkNames, examine } from '#doctor/examine.ts'
import type { Finding } from '#mail/sender-dns/finding.ts'
import type { Sender, Switches, Visit } from '#doctor/sender.ts'
import type { WebAnswer, WebQuestion } from '#doctor/web.ts'
import type { SenderKey } from '#mail/sender-dns/own-name.ts'
import { dnsRecordOf } from '#mail/dkim/dns-record.ts'
import { parseRelays, type RelayConfig } from '#mail/smtp-url.ts'
import { type DnsServer, type RecordKind, startDnsServer } from '../support/dns-server.ts'
import { makeCertificate } from './certificates.ts'
import { type MailServer, type MailServerOptions, startMailServer } from './mail-server.ts'

export const FROM = 'courier.example'
export const BOUNCE = 'bounce.courier.example'
export const RELAY = 'relay.courier.example'
export const PUBLIC = 'news.courier.example'
const RELAY_ADDRESS = '203.0.113.5'

export const LOGO = `<?xml version="1.0" encoding="UTF-8"?>
<svg version="1.2" baseProfile="tiny-ps" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><title>Courier</title><circle cx="32" cy="32" r="30"/></svg>`

export const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const ed25519 = generateKeyPairSync('ed25519').privateKey
export const pair = makeCertificate(RELAY, 365)

type Answered = Extract<WebAnswer, { kind: 'answered' }>

/** Everything right; a test makes one thing wrong. */
export type World = AsyncDisposable & {
  dns: DnsServer
  sender: Sender
  switches: Switches
  /** What the relay says. */
  relay: MailServerOptions
  /** What the bounce domain's and the sender's mail servers say. */
  returns: MailServerOptions
  mailboxes: MailServerOptions
  servers: Record<'relay' | 'returns' | 'mailboxes', MailServer>
  /** `POST /u/`: what a page answers. */
  pages: Map<string, (question: WebQuestion) => WebAnswer>
  now: Date
  timeoutMs: number
  ca: string[]
  unreachable: Set<string>
  visit(): Visit
  /** What is not right, of the checks that are named. */
  faults(only?: readonly CheckName[]): Promise<Finding[]>
  publish(finding: Finding): void
}

export function keyOf(selector: string, key = rsa): SenderKey {
  const algorithm = key.asymmetricKeyType === 'rsa' ? 'rsa-sha256' : 'ed25519-sha256'
  const record = dnsRecordOf({ domain: FROM, selector, algorithm, key })
  return { domain: FROM, selector, algorithm, signs: true, record }
}

export function answered(body: string, more: Partial<Answered> = {}): Answered {
  return {
    kind: 'answered',
    status: 200,
    headers: {},
    body,
    ms: 20,
    validTo: new Date(Date.now() + 90 * 24 * 3600 * 1000),
    from: '192.168.1.20',
    ...more,
  }
}

export async function openWorld(): Promise<World> {
  await using stack = new AsyncDisposableStack()
  const dns = stack.use(await startDnsServer())
  const sender = rightSender()
  layZone(dns, sender)
  const pages: World['pages'] = new Map()
  layPages(pages, sender)
  const world: Pick<
    World,
    'relay' | 'returns' | 'mailboxes' | 'now' | 'timeoutMs' | 'ca' | 'switches' | 'sender'
  > = {
    sender,
    switches: { blocklists: true, mailboxes: true },
    relay: { greeting: `220 ${RELAY} ESMTP`, extensions: ['PIPELINING'], tls: pair },
    returns: {
      greeting: `220 ${PUBLIC} ESMTP Daybreak`,
      reply: (mailbox) =>
        mailbox === sender.probes.forged ? '550 5.1.1 no such address' : '250 ok',
    },
    mailboxes: { greeting: `220 mx.${FROM} ESMTP` },
    now: new Date(),
    timeoutMs: 10_000,
    ca: [pair.cert],
  }
  const opened: World = Object.assign(world, {
    dns,
    pages,
    unreachable: new Set<string>(),
    servers: {
      relay: stack.use(await startMailServer(() => opened.relay)),
      returns: stack.use(await startMailServer(() => opened.returns)),
      mailboxes: stack.use(await startMailServer(() => opened.mailboxes)),
    },
    visit: () => visitOf(opened),
    async faults(only: readonly CheckName[] = checkNames) {
      const examined = await examine(opened.visit(), only)
      return examined.flatMap(({ findings }) => findings).filter(({ level }) => level !== 'right')
    },
    publish(finding: Finding) {
      for (const { type, name, value } of finding.records ?? [])
        dns.set(type as RecordKind, name, value)
      const { file } = finding
      if (file === undefined) return
      const { hostname, pathname } = new URL(file.url)
      dns.set('A', hostname, '203.0.113.7')
      pages.set(`GET ${hostname}${pathname}`, () =>
        answered(file.text, { headers: { 'content-type': 'text/plain' } }),
      )
    },
    [Symbol.asyncDispose]: async () => Promise.resolve(),
  })
  const kept = stack.move()
  opened[Symbol.asyncDispose] = async () => kept.disposeAsync()
  return opened
}

function rightSender(): Sender {
  return {
    fromDomain: FROM,
    bounceDomain: BOUNCE,
    replyTo: `newsroom@${FROM}`,
    publicUrl: new URL(`https://${PUBLIC}/`),
    keys: [keyOf('db1r'), keyOf('db1e', ed25519)],
    relays: [relayOf(`smtp://user:secret@${RELAY}:587?profile=own`)],
    returnsBy: 'server',
    trustedProxies: [],
    ownAddresses: ['127.0.0.1', '192.168.1.20'],
    probes: { bounce: 'b-real', forged: 'b-forged', unsubscribe: 'nobody' },
    proofOf: (nonce) => `proof of ${nonce}`,
  }
}

export function relayOf(url: string): RelayConfig {
  const [relay] = parseRelays(url)
  if (relay === undefined) throw new Error('no relay')
  return relay
}

function layZone(dns: DnsServer, { keys }: Sender): void {
  dns.set('MX', FROM, `10 mx.${FROM}.`)
  dns.set('A', FROM, '203.0.113.8')
  dns.set('A', `mx.${FROM}`, '203.0.113.9')
  dns.set('A', `www.${FROM}`, '203.0.113.8')
  dns.set('MX', BOUNCE, `10 ${PUBLIC}.`)
  dns.set('TXT', BOUNCE, `v=spf1 ip4:${RELAY_ADDRESS} -all`)
  dns.set('A', PUBLIC, '203.0.113.7')
  dns.set('A', RELAY, RELAY_ADDRESS)
  dns.set('TXT', RELAY, 'v=spf1 a -all')
  dns.set('PTR', '5.113.0.203.in-addr.arpa', `${RELAY}.`)
  for (const { record } of keys) dns.set('TXT', record.name, record.value)
  dns.set('TXT', `_dmarc.${FROM}`, `v=DMARC1; p=reject; rua=mailto:postmaster@${FROM}`)
  dns.set('TXT', `_mta-sts.${BOUNCE}`, 'v=STSv1; id=20261122')
  dns.set('A', `mta-sts.${BOUNCE}`, '203.0.113.7')
  dns.set('TXT', `_smtp._tls.${BOUNCE}`, `v=TLSRPTv1; rua=mailto:postmaster@${FROM}`)
  dns.set(
    'TXT',
    `default._bimi.${FROM}`,
    `v=BIMI1; l=https://www.${FROM}/logo.svg; a=https://www.${FROM}/vmc.pem`,
  )
}

export const POLICY = `version: STSv1\r\nmode: enforce\r\nmx: ${PUBLIC}\r\nmax_age: 604800\r\n`

function layPages(pages: World['pages'], { proofOf }: Sender): void {
  const page = (where: string, answer: (question: WebQuestion) => WebAnswer) =>
    pages.set(where, answer)
  page(`GET mta-sts.${BOUNCE}/.well-known/mta-sts.txt`, () =>
    answered(POLICY, { headers: { 'content-type': 'text/plain' } }),
  )
  page(`GET www.${FROM}/logo.svg`, () => answered(LOGO))
  page(`GET ${PUBLIC}/healthz`, () =>
    answered('ok\n', { headers: { date: new Date().toUTCString() } }),
  )
  page(`GET ${PUBLIC}/u/nobody`, () => answered('', { status: 404 }))
  page(`POST ${PUBLIC}/u/nobody`, () => answered('', { status: 404 }))
  page(`GET ${PUBLIC}/.well-known/daybreak`, ({ url }) =>
    answered(
      JSON.stringify({
        proof: proofOf(url.searchParams.get('nonce') ?? ''),
        client: 'public',
        range: null,
        forwarded: 'none',
      }),
    ),
  )
}

function visitOf(world: World): Visit {
  const ports: Record<string, number> = {
    [`${RELAY}:587`]: world.servers.relay.port,
    [`${RELAY}:465`]: world.servers.relay.port,
    'localhost:587': world.servers.relay.port,
    [`${PUBLIC}:25`]: world.servers.returns.port,
    [`mx.${FROM}:25`]: world.servers.mailboxes.port,
  }
  return {
    sender: world.sender,
    switches: world.switches,
    outside: {
      dns: openDns({ server: world.dns.address }),
      async connect({ host, port }) {
        const local = ports[`${host}:${port}`]
        if (local === undefined || world.unreachable.has(host))
          throw new Error('connection refused')
        return connect({ host: '127.0.0.1', port: local })
      },
      ca: world.ca,
      async askWeb(question) {
        const { url, method = 'GET' } = question
        const answer = world.pages.get(`${method} ${url.hostname}${url.pathname}`)
        return (
          answer?.(question) ?? {
            kind: 'failed',
            code: 'ECONNREFUSED',
            reason: 'connection refused',
          }
        )
      },
      timeoutMs: world.timeoutMs,
      now: () => world.now,
      nonce: () => 'a-nonce-that-is-long-enough',
    },
  }
}
