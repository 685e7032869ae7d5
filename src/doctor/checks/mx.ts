import { isIP } from 'node:net'
import { addressesOf, type Dns } from '#mail/sender-dns/dns.ts'
import { fault, type Finding, hint, right, warning } from '#mail/sender-dns/finding.ts'
import type { Visit } from '../sender.ts'

/** Whether mail to our domains finds a server. */
export async function checkMx({ sender, outside: { dns } }: Visit): Promise<Finding[]> {
  const { fromDomain, bounceDomain, replyTo, returnsBy, publicUrl } = sender
  const replyDomain = replyTo.slice(replyTo.lastIndexOf('@') + 1).toLowerCase()
  const findings: Finding[] = []
  for (const domain of new Set([fromDomain, replyDomain]))
    findings.push(...(await faultsOf(dns, { domain, loses: 'answers of readers are lost' })))
  if (returnsBy === 'webhook')
    findings.push(
      hint(
        'mx-webhook',
        `Your provider takes what comes back, so ${bounceDomain} needs no mail server.`,
      ),
    )
  else {
    const target = returnsBy === 'server' ? publicUrl.hostname : undefined
    findings.push(
      ...(await faultsOf(dns, { domain: bounceDomain, loses: 'returned mail is lost', target })),
    )
    if (returnsBy === 'nowhere')
      findings.push(
        warning(
          'returns-nowhere',
          `Nobody takes the mail that comes back to ${bounceDomain}, so dead addresses stay.`,
          {
            fix: 'Set INBOUND_LISTEN, IMAP_URL or a webhook of your provider: see docs/operating.md',
          },
        ),
      )
  }
  return findings
}

type Wanted = { domain: string; loses: string; target?: string | undefined }

async function faultsOf(dns: Dns, { domain, loses, target }: Wanted): Promise<Finding[]> {
  const fix =
    target === undefined
      ? { fix: `Publish an MX record for ${domain} that names the server of its mail.` }
      : {
          fix: 'Publish:',
          records: [{ name: domain, type: 'MX' as const, value: `10 ${target}.` }],
        }
  const found = await dns.mx(domain)
  if (found.length === 0) {
    const has = (await addressesOf(dns, domain)).length > 0
    const says = `${domain} has no MX record`
    return has
      ? [
          warning(
            'mx-implicit',
            `${says}: mail goes to its web address, which is rarely meant.`,
            fix,
          ),
        ]
      : [fault('mx-missing', `${says}, so ${loses}.`, fix)]
  }
  if (found.some(({ exchange }) => exchange === '' || exchange === '.'))
    return [
      fault(
        'mx-null',
        `${domain} says that it takes no mail (a null MX, RFC 7505), so ${loses}.`,
        fix,
      ),
    ]
  const findings: Finding[] = []
  for (const { exchange } of found) {
    const [alias] = await dns.cname(exchange)
    if (isIP(exchange) > 0)
      findings.push(
        fault(
          'mx-address',
          `The MX record of ${domain} is the address ${exchange}, and must be a name.`,
          fix,
        ),
      )
    else if (alias !== undefined)
      findings.push(
        fault(
          'mx-alias',
          `The MX record of ${domain} names ${exchange}, which is an alias of ${alias} (RFC 5321 5.1 wants a name with an address).`,
          {
            fix: 'Publish:',
            records: [{ name: domain, type: 'MX', value: `10 ${alias}.` }],
          },
        ),
      )
    else if ((await addressesOf(dns, exchange)).length === 0)
      findings.push(
        fault(
          'mx-dangling',
          `The MX record of ${domain} names ${exchange}, which has no address.`,
          exchange === target
            ? { fix: `Publish an A record for ${exchange} with the address of its server.` }
            : fix,
        ),
      )
  }
  return findings.length > 0
    ? findings
    : [right('mx', `MX of ${domain}: ${found.map(({ exchange }) => exchange).join(', ')}.`)]
}
