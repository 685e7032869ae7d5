import { dkimVerify } from 'mailauth/lib/dkim/verify.js'
import { type Dns, mailauthResolver } from '#mail/sender-dns/dns.ts'
import { fault, type Finding, right, warning } from '#mail/sender-dns/finding.ts'

/**
 * What a receiver makes of the signatures of a mail, by the keys in the DNS (RFC 6376). `waiting`: selectors of the domain
 * that do not sign yet.
 */
export async function verifySignatures(
  bytes: Uint8Array,
  {
    dns,
    relaySigns,
    domain,
    waiting,
  }: { dns: Dns; relaySigns: boolean; domain: string; waiting: readonly string[] },
): Promise<Finding[]> {
  const { results } = await dkimVerify(Buffer.from(bytes), { resolver: mailauthResolver(dns) })
  const signed = results.filter(({ selector }) => selector !== undefined && selector !== '')
  if (signed.length === 0) {
    return [
      relaySigns
        ? warning(
            'test-relay-signs',
            `The mail leaves unsigned: the relay must sign it for ${domain}.`,
            {
              fix: 'Look for "dkim=pass" in the source of the mail that arrives.',
            },
          )
        : fault(
            'test-unsigned',
            `The mail is not signed, so it fails DMARC where ${domain} asks for it.`,
            {
              fix:
                waiting.length === 0
                  ? `Make keys with: daybreak dkim keygen ${domain}`
                  : `There are keys that do not sign yet. When their records can be seen in the DNS: daybreak dkim use ${domain} ${waiting.join(' ')}`,
            },
          ),
    ]
  }
  return signed.map(({ selector, signingDomain, status }) => {
    const name = `${selector}._domainkey.${signingDomain}`
    if (status.result === 'pass')
      return right(
        'test-dkim',
        `The signature ${selector} of ${signingDomain} is right, by the key in the DNS.`,
      )
    const why = status.comment === undefined ? '' : ` (${status.comment})`
    return fault(
      'test-dkim',
      `The signature ${selector} of ${signingDomain} does not hold: ${status.result}${why}; receivers look for its key at ${name}.`,
      { fix: `"daybreak dkim list" prints the record to publish at ${name}.` },
    )
  })
}
