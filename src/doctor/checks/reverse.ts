import { isIP } from 'node:net'
import { reverseNameOf } from '#mail/sender-dns/reverse-name.ts'
import { spf as verifySpf } from 'mailauth/lib/spf/index.js'
import { addressesOf, mailauthResolver } from '#mail/sender-dns/dns.ts'
import { fault, type Finding, hint, right, warning } from '#mail/sender-dns/finding.ts'
import { isProvider, type RelayPlace, relayPlaces } from '../relay-places.ts'
import { openConversation } from '../relay-talk.ts'
import type { Visit } from '../sender.ts'
import { isSpf } from '#mail/sender-dns/spf-record.ts'

/** Names that access providers give to whoever dials in. */
const GENERIC =
  /(?:^|[.-])(?:dsl|adsl|vdsl|dyn|dynamic|dynip|pool|ppp|pppoe|dhcp|dial|dialup|cable|client|customer|broadband|unassigned)(?:\d*)(?:[.-]|$)|(?:\d{1,3}[.-]){3}\d{1,3}/i

/** Whether the addresses that we send from have a name that leads back to them, and say it. */
export async function checkReverse(visit: Visit): Promise<Finding[]> {
  const providers = visit.sender.relays.filter(isProvider)
  const places = await relayPlaces(visit)
  const findings = (await Promise.all(places.map(async (place) => checkPlace(visit, place)))).flat()
  return [
    ...findings,
    ...providers.map(({ name }) =>
      right('ptr-provider', `The relay ${name} looks after the names of its own addresses.`),
    ),
  ]
}

async function checkPlace(visit: Visit, place: RelayPlace): Promise<Finding[]> {
  const { relay, addresses } = place
  if (addresses.length === 0)
    return [
      hint(
        'ptr-unknown',
        `Which address the relay ${relay.name} sends from is not known here, so its name was not looked up.`,
        {
          fix: 'Look for it in the Received lines of a test mail.',
        },
      ),
    ]
  const hello = await nameOf(visit, place)
  const findings: Finding[] = []
  for (const address of addresses)
    findings.push(...(await checkAddress(visit, { address, hello, host: relay.host })))
  findings.push(...(await checkHello(visit, { place, hello })))
  // Another's relay takes mail at one address and sends it from others.
  const certain = relay.profile === 'own'
  const said = findings.map((finding): Finding =>
    finding.level === 'fault' && !certain ? { ...finding, level: 'warning' } : finding,
  )
  if (said.length > 0) return said
  const all = addresses.join(', ')
  return [
    right(
      'ptr',
      hello === null
        ? `Reverse DNS: the name of ${all} leads back; what the relay ${relay.name} calls itself could not be seen.`
        : `Reverse DNS: ${all} is ${hello} and back.`,
    ),
  ]
}

/** What the relay calls itself: what it says in HELO to others is nearly always the same. */
async function nameOf(visit: Visit, { relay }: RelayPlace): Promise<string | null> {
  try {
    await using talk = await openConversation(visit, relay)
    return talk.hello.greeting.split(/\s/)[0]?.toLowerCase().replace(/\.$/, '') ?? null
  } catch {
    // The check of the relay's encryption says that it cannot be reached.
    return null
  }
}

async function checkAddress(
  { outside: { dns } }: Visit,
  { address, hello, host }: { address: string; hello: string | null; host: string },
): Promise<Finding[]> {
  const names = await dns.ptr(address)
  const [name] = names
  const named = [hello ?? '', host].find((each) => isFull(each) && isIP(each) === 0)
  const value = `${named ?? 'THE.NAME.OF.YOUR.MAIL.SERVER'}.`
  const fix = {
    fix: 'Whoever gave you the address publishes:',
    records: [{ name: reverseNameOf(address), type: 'PTR' as const, value }],
  }
  if (name === undefined)
    return [fault('ptr-missing', `${address} has no name (PTR): Gmail refuses its mail.`, fix)]
  const confirmed = await Promise.all(
    names.map(async (one) => (await addressesOf(dns, one)).some((back) => back === address)),
  )
  if (!confirmed.includes(true))
    return [
      fault(
        'ptr-unconfirmed',
        `${address} is named ${name}, and that name does not lead back to it.`,
        {
          fix: 'Publish, or have the name changed:',
          records: [{ name, type: 'A', value: address }],
        },
      ),
    ]
  if (names.every((one) => GENERIC.test(one)))
    return [
      warning(
        'ptr-generic',
        `${address} is named ${name}, like a private connection: many refuse that.`,
        fix,
      ),
    ]
  return []
}

async function checkHello(
  { outside: { dns } }: Visit,
  { place: { addresses, relay }, hello }: { place: RelayPlace; hello: string | null },
): Promise<Finding[]> {
  if (hello === null) return []
  const fix = {
    fix: `Set the name of the server at ${relay.host} (postfix: myhostname) to one that leads to its address.`,
  }
  if (!isFull(hello))
    return [
      fault(
        'helo-local',
        `The relay ${relay.name} calls itself "${hello}", which is no full name.`,
        fix,
      ),
    ]
  const back = await addressesOf(dns, hello)
  if (back.length === 0)
    return [
      fault(
        'helo-unknown',
        `The relay ${relay.name} calls itself ${hello}, which has no address.`,
        {
          fix: 'Publish:',
          records: [{ name: hello, type: 'A', value: addresses[0] ?? '' }],
        },
      ),
    ]
  if (!back.some((address) => addresses.includes(address)))
    return [
      warning(
        'helo-other',
        `The relay ${relay.name} calls itself ${hello}, which leads to ${back.join(', ')}, not to ${addresses.join(', ')}.`,
        fix,
      ),
    ]
  return helloSpf({ dns, hello, ip: addresses[0] ?? '' })
}

/** Bounces that the relay itself sends have no sender, so SPF looks at its name (RFC 7208 2.3). */
async function helloSpf({
  dns,
  hello,
  ip,
}: {
  dns: Visit['outside']['dns']
  hello: string
  ip: string
}): Promise<Finding[]> {
  const fix = {
    fix: 'Publish:',
    records: [{ name: hello, type: 'TXT' as const, value: 'v=spf1 a -all' }],
  }
  if (!(await dns.txt(hello)).some(isSpf))
    return [hint('helo-spf-missing', `The relay's own name ${hello} has no SPF record.`, fix)]
  const { status } = await verifySpf({
    ip,
    sender: `postmaster@${hello}`,
    helo: hello,
    resolver: mailauthResolver(dns),
    strict: true,
  })
  if (status.result === 'pass') return []
  return [
    fault(
      'helo-spf',
      `SPF of the relay's own name ${hello} does not allow ${ip} (${status.result}).`,
      fix,
    ),
  ]
}

function isFull(name: string): boolean {
  return (
    /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(name) &&
    !/\.(?:local|localdomain|lan|internal)$/.test(name)
  )
}
