import { isIPv4 } from 'node:net'
import type { Dns } from '#mail/sender-dns/dns.ts'
import { fault, type Finding, right, warning } from '#mail/sender-dns/finding.ts'
import { relayPlaces } from '../relay-places.ts'
import type { Visit } from '../sender.ts'

const OF_ADDRESSES = [
  { zone: 'zen.spamhaus.org', at: 'https://check.spamhaus.org/' },
  { zone: 'bl.spamcop.net', at: 'https://www.spamcop.net/bl.shtml' },
  { zone: 'b.barracudacentral.org', at: 'https://www.barracudacentral.org/lookups' },
]
const OF_DOMAINS = [{ zone: 'dbl.spamhaus.org', at: 'https://check.spamhaus.org/' }]

/** Only when it was asked for: the question tells the list who asks. */
export async function checkBlocklists(visit: Visit): Promise<Finding[]> {
  if (!visit.switches.blocklists) return []
  const { fromDomain, bounceDomain, publicUrl } = visit.sender
  const addresses = (await relayPlaces(visit)).flatMap((place) => place.addresses).filter(isIPv4)
  const domains = [...new Set([fromDomain, bounceDomain, publicUrl.hostname])]
  const questions = [
    ...addresses.flatMap((address) =>
      OF_ADDRESSES.map((list) => ({
        ...list,
        what: address,
        name: `${address.split('.').toReversed().join('.')}.${list.zone}`,
      })),
    ),
    ...domains.flatMap((domain) =>
      OF_DOMAINS.map((list) => ({ ...list, what: domain, name: `${domain}.${list.zone}` })),
    ),
  ]
  const findings = (
    await Promise.all(questions.map(async (question) => ask(visit.outside.dns, question)))
  ).flat()
  if (findings.length > 0) return findings
  return [
    right(
      'blocklists',
      `Blocklists: none of ${questions.length} questions found ${[...addresses, ...domains].join(', ')}.`,
    ),
  ]
}

async function ask(
  dns: Dns,
  { zone, at, what, name }: { zone: string; at: string; what: string; name: string },
): Promise<Finding[]> {
  const answers = await dns.a(name)
  // Spamhaus: a question that came by a public resolver, too often, or with a typing error. Not a listing.
  if (answers.some((answer) => answer.startsWith('127.255.255.')))
    return [
      warning('blocklist-refused', `${zone} does not answer questions of your resolver.`, {
        fix: 'Ask with a resolver of your own: daybreak doctor --blocklists --resolver 127.0.0.1:53',
      }),
    ]
  const codes = answers.filter((answer) => answer.startsWith('127.'))
  if (codes.length === 0) return []
  return [
    fault('blocklist-listed', `${what} is on the list ${zone} (${codes.join(', ')}).`, {
      fix: `Find out why and ask to be taken off: ${at}`,
    }),
  ]
}
