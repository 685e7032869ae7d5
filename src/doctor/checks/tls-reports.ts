import { fault, type Finding, hint, right } from '#mail/sender-dns/finding.ts'
import type { Visit } from '../sender.ts'
import { parseTagList } from '#mail/sender-dns/tag-list.ts'

const PLACE = /^(?:mailto:[^@\s,]+@[a-z0-9.-]+|https:\/\/\S+)$/i

/** Where others report that encryption to our mail server failed (RFC 8460). */
export async function checkTlsReports({ sender, outside: { dns } }: Visit): Promise<Finding[]> {
  const { bounceDomain, fromDomain, returnsBy } = sender
  if (returnsBy !== 'server') return []
  const name = `_smtp._tls.${bounceDomain}`
  const fix = {
    fix: 'Publish:',
    records: [
      { name, type: 'TXT' as const, value: `v=TLSRPTv1; rua=mailto:postmaster@${fromDomain}` },
    ],
  }
  const texts = await dns.txt(name)
  const [text, ...more] = texts
  if (text === undefined)
    return [
      hint(
        'tls-rpt-missing',
        `Nobody is asked to report failed encryption to ${bounceDomain}.`,
        fix,
      ),
    ]
  if (more.length > 0)
    return [
      fault(
        'tls-rpt-several',
        `${name} has ${texts.length} records, and senders then read none.`,
        fix,
      ),
    ]
  const { tags, names, odd } = parseTagList(text)
  if (names[0] !== 'v' || tags.get('v') !== 'TLSRPTv1')
    return [fault('tls-rpt-version', `${name} must begin with v=TLSRPTv1.`, fix)]
  const places = (tags.get('rua') ?? '').split(',').map((place) => place.trim())
  if (odd.length > 0 || !places.every((place) => PLACE.test(place)))
    return [
      fault('tls-rpt-rua', `${name} must name where reports go, as mailto: or https: (rua).`, fix),
    ]
  return [right('tls-rpt', `TLS-RPT of ${bounceDomain}: reports go to ${places.join(', ')}.`)]
}
