import { isIP } from 'node:net'
import { parsePolicy, validateMx } from 'mailauth/lib/mta-sts.js'
import { reasonOf } from '#errors.ts'
import { addressesOf } from '#mail/sender-dns/dns.ts'
import { fault, type Finding, hint, right, warning } from '#mail/sender-dns/finding.ts'
import type { Visit } from '../sender.ts'
import { parseTagList } from '#mail/sender-dns/tag-list.ts'
import { CERTIFICATE_CODES } from '../web.ts'

const A_DAY = 86_400

/** Whether others are told to encrypt their mail to our bounce domain (RFC 8461). */
export async function checkMtaSts(visit: Visit): Promise<Finding[]> {
  const { bounceDomain: domain, returnsBy } = visit.sender
  if (returnsBy !== 'server') return []
  const fix = await remedy(visit)
  const name = `_mta-sts.${domain}`
  const texts = (await visit.outside.dns.txt(name)).filter((text) => /stsv/i.test(text))
  const [text, ...more] = texts
  if (text === undefined)
    return [
      hint('mta-sts-missing', `Nobody is told that mail to ${domain} must be encrypted.`, fix),
    ]
  if (more.length > 0)
    return [
      fault(
        'mta-sts-several',
        `${name} has ${texts.length} records, and senders then read none.`,
        fix,
      ),
    ]
  const { tags, names } = parseTagList(text)
  if (names[0] !== 'v' || tags.get('v') !== 'STSv1')
    return [fault('mta-sts-version', `${name} must begin with v=STSv1.`, fix)]
  if (!/^[a-z0-9]{1,32}$/i.test(tags.get('id') ?? ''))
    return [fault('mta-sts-id', `${name} needs an id of 1 to 32 letters and digits.`, fix)]
  return checkPolicy(visit, fix)
}

async function remedy(visit: Visit) {
  const { bounceDomain, publicUrl } = visit.sender
  const { now } = visit.outside
  const working = await mailHosts(visit)
  const hosts = working.length > 0 ? working : [publicUrl.hostname]
  const id = now().toISOString().replace(/\D/g, '').slice(0, 14)
  const lines = [
    'version: STSv1',
    'mode: enforce',
    ...hosts.map((host) => `mx: ${host}`),
    'max_age: 604800',
  ]
  return {
    fix: 'Publish the record and serve the file, as text/plain (a new id with each change of the file):',
    records: [
      { name: `_mta-sts.${bounceDomain}`, type: 'TXT' as const, value: `v=STSv1; id=${id}` },
    ],
    file: {
      url: `https://mta-sts.${bounceDomain}/.well-known/mta-sts.txt`,
      text: `${lines.join('\r\n')}\r\n`,
    },
  }
}

/** The servers of the bounce domain that can be reached; the check of the MX records speaks of the others. */
async function mailHosts({ sender, outside: { dns } }: Visit): Promise<string[]> {
  const hosts: string[] = []
  for (const { exchange } of await dns.mx(sender.bounceDomain)) {
    if (exchange === '' || isIP(exchange) > 0 || (await dns.cname(exchange)).length > 0) continue
    if ((await addressesOf(dns, exchange)).length > 0) hosts.push(exchange)
  }
  return hosts
}

type Remedy = Awaited<ReturnType<typeof remedy>>

async function checkPolicy(visit: Visit, fix: Remedy): Promise<Finding[]> {
  const { bounceDomain: domain } = visit.sender
  const read = await readPolicy(visit, fix)
  if (!('policy' in read)) return [read]
  const { policy } = read
  if (policy.mode === 'none')
    return [
      hint('mta-sts-off', `The MTA-STS policy of ${domain} is switched off (mode: none).`, fix),
    ]
  const findings = (await mailHosts(visit))
    .filter((host) => !validateMx(host, policy, { strict: true }).valid)
    .map((host) =>
      fault(
        'mta-sts-mx',
        `The MTA-STS policy of ${domain} does not name its mail server ${host}.`,
        fix,
      ),
    )
  if ((policy.maxAge ?? 0) < A_DAY)
    findings.push(
      warning(
        'mta-sts-age',
        `The MTA-STS policy of ${domain} is forgotten within a day (max_age).`,
        fix,
      ),
    )
  if (policy.mode === 'testing')
    findings.push(
      hint('mta-sts-testing', `The MTA-STS policy of ${domain} is in testing mode.`, fix),
    )
  return findings.length > 0 ? findings : [right('mta-sts', `MTA-STS of ${domain}: enforced.`)]
}

type Read = { policy: ReturnType<typeof parsePolicy> }

async function readPolicy(
  { sender: { bounceDomain: domain }, outside: { dns, askWeb } }: Visit,
  fix: Remedy,
): Promise<Read | Finding> {
  const url = new URL(fix.file.url)
  const [address] = await addressesOf(dns, url.hostname)
  if (address === undefined)
    return fault(
      'mta-sts-host',
      `${url.hostname} has no address, so the policy of ${domain} cannot be read.`,
      fix,
    )
  const answer = await askWeb({ url, address })
  if (answer.kind === 'failed') {
    const why = CERTIFICATE_CODES[answer.code]
    return why === undefined
      ? fault('mta-sts-unreachable', `${url.href} cannot be read: ${answer.reason}`, fix)
      : fault(
          'mta-sts-certificate',
          `The certificate of ${url.hostname} does not count: ${why}.`,
          fix,
        )
  }
  if (answer.status !== 200)
    return fault('mta-sts-unreachable', `${url.href} answers with ${answer.status}.`, fix)
  if (!/^text\/plain\b/i.test(answer.headers['content-type'] ?? ''))
    return fault('mta-sts-type', `${url.href} must be served as text/plain.`, fix)
  try {
    return { policy: parsePolicy(answer.body, { strict: true }) }
  } catch (error) {
    return fault('mta-sts-policy', `${url.href} cannot be understood: ${reasonOf(error)}`, fix)
  }
}
