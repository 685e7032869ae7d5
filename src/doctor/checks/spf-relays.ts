import { spf as verifySpf } from 'mailauth/lib/spf/index.js'
import { mailauthResolver } from '#mail/sender-dns/dns.ts'
import { fault, type Finding, hint, warning } from '#mail/sender-dns/finding.ts'
import { isProvider, PROVIDER_INCLUDES, type RelayPlace } from '../relay-places.ts'
import type { Visit } from '../sender.ts'
import { redirectOf, type SpfRecord } from '#mail/sender-dns/spf-record.ts'

type Published = Pick<Finding, 'fix' | 'records'>

/** Whether each relay of our own may send for the domain. */
export async function uncovered(
  { sender: { bounceDomain }, outside: { dns } }: Visit,
  { places, fixed }: { places: RelayPlace[]; fixed: Published },
): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const { relay, addresses } of places) {
    if (addresses.length === 0)
      findings.push(
        hint(
          'spf-address-unknown',
          `Which address the relay ${relay.name} sends from is not known here, so nobody can say whether SPF covers it.`,
          {
            fix: `See that the SPF record of ${bounceDomain} names it.`,
          },
        ),
      )
    for (const ip of addresses) {
      const { status } = await verifySpf({
        ip,
        sender: `postmaster@${bounceDomain}`,
        helo: relay.host,
        resolver: mailauthResolver(dns),
        strict: true,
      })
      if (status.result === 'pass') continue
      const says = `SPF of ${bounceDomain} does not allow ${ip}, the address of the relay ${relay.name} (${status.result}).`
      // Another's relay takes mail at one address and sends it from others.
      findings.push(
        relay.profile === 'own'
          ? fault('spf-relay', says, fixed)
          : warning('spf-relay', says, fixed),
      )
    }
  }
  return findings
}

/** Providers whose servers the record must take in. */
export function missingIncludes(
  { sender: { bounceDomain, relays } }: Visit,
  { record, fixed }: { record: SpfRecord; fixed: Published },
): Finding[] {
  const included = new Set(
    [
      ...record.terms.filter(({ name }) => name === 'include').map(({ value }) => value),
      redirectOf(record) ?? '',
    ].map((domain) => domain.toLowerCase()),
  )
  return relays.filter(isProvider).flatMap(({ name, profile }) => {
    const domain = PROVIDER_INCLUDES[profile] ?? ''
    if (included.has(domain)) return []
    return [
      warning(
        'spf-provider',
        `SPF of ${bounceDomain} does not include ${domain}, from which the relay ${name} sends.`,
        fixed,
      ),
    ]
  })
}
