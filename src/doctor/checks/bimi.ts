import validate from 'mailauth/lib/bimi/validate-svg.js'
import { reasonOf } from '#errors.ts'
import { effectivePolicy, walkDmarc } from '#mail/sender-dns/dmarc-record.ts'
import { addressesOf } from '#mail/sender-dns/dns.ts'
import { fault, type Finding, hint, right, warning } from '#mail/sender-dns/finding.ts'
import type { Visit } from '../sender.ts'
import { parseTagList } from '#mail/sender-dns/tag-list.ts'
import type { WebAnswer } from '../web.ts'

/** The logo beside the subject. Nobody must have one. */
export async function checkBimi(visit: Visit): Promise<Finding[]> {
  const { dns } = visit.outside
  const { fromDomain } = visit.sender
  const walk = await walkDmarc(dns, fromDomain)
  const { domain, texts } = await findRecord(dns, [fromDomain, walk.organisation])
  const [text] = texts
  if (text === undefined)
    return [
      hint(
        'bimi-missing',
        `${fromDomain} shows no logo in inboxes (BIMI); that is a matter of taste.`,
      ),
    ]
  const wrong = recordFaults(domain, texts)
  const { l: logo = '', a: evidence = '' } = Object.fromEntries(parseTagList(text).tags)
  if (wrong.length === 0 && logo === '' && evidence === '')
    return [right('bimi-declined', `BIMI of ${domain} says that there is no logo.`)]
  const policies = [fromDomain, walk.organisation].map((name) => effectivePolicy(walk, name))
  if (policies.includes('none'))
    wrong.push(
      fault(
        'bimi-dmarc',
        `A logo is shown only where DMARC of ${fromDomain} asks for quarantine or reject.`,
        { fix: 'See the line on DMARC.' },
      ),
    )
  if (isHttps(logo)) wrong.push(...(await checkLogo(visit, new URL(logo))))
  if (wrong.length > 0) return wrong
  return [
    right('bimi', `BIMI of ${domain}: the logo is in order.`),
    ...(evidence === ''
      ? [
          hint(
            'bimi-no-certificate',
            'Gmail and Apple show a logo only with a certificate (VMC or CMC, a=).',
          ),
        ]
      : []),
  ]
}

/** The sender's own record, else that of its organisation. */
async function findRecord(
  dns: Visit['outside']['dns'],
  domains: string[],
): Promise<{ domain: string; texts: string[] }> {
  for (const domain of domains) {
    const texts = await dns.txt(`default._bimi.${domain}`)
    if (texts.length > 0) return { domain, texts }
  }
  return { domain: domains[0] ?? '', texts: [] }
}

function recordFaults(domain: string, texts: string[]): Finding[] {
  const name = `default._bimi.${domain}`
  const { tags, names } = parseTagList(texts[0] ?? '')
  const { v, l: logo = '', a: evidence = '' } = Object.fromEntries(tags)
  const value = `v=BIMI1; l=${isHttps(logo) ? logo : `https://www.${domain}/logo.svg`};`
  const fix = {
    fix: 'Publish, with the address of your logo as SVG Tiny PS:',
    records: [{ name, type: 'TXT' as const, value }],
  }
  if (texts.length > 1)
    return [
      fault(
        'bimi-several',
        `${name} has ${texts.length} records, and receivers then read none.`,
        fix,
      ),
    ]
  if (names[0] !== 'v' || v !== 'BIMI1')
    return [fault('bimi-version', `${name} must begin with v=BIMI1.`, fix)]
  const findings: Finding[] = []
  if (!isHttps(logo) && logo + evidence !== '')
    findings.push(fault('bimi-logo', `${name} must name the logo with https:// (l=).`, fix))
  if (evidence !== '' && !isHttps(evidence))
    findings.push(
      fault('bimi-evidence', `${name} must name the certificate with https:// (a=).`, fix),
    )
  return findings
}

function isHttps(text: string): boolean {
  return URL.canParse(text) && new URL(text).protocol === 'https:'
}

async function checkLogo({ outside: { dns, askWeb } }: Visit, url: URL): Promise<Finding[]> {
  const [address] = await addressesOf(dns, url.hostname)
  const answer = address === undefined ? undefined : await askWeb({ url, address })
  if (answer?.kind !== 'answered' || answer.status !== 200) {
    const why = answer === undefined ? 'its host has no address' : reasonFor(answer)
    return [warning('bimi-unreachable', `The logo ${url.href} cannot be read: ${why}.`)]
  }
  try {
    validate.validateSvg(answer.body)
  } catch (error) {
    return [
      fault('bimi-svg', `The logo ${url.href} is not SVG Tiny PS: ${reasonOf(error)}.`, {
        fix: 'Export it as SVG Tiny PS: baseProfile="tiny-ps", a <title>, no scripts, no pictures from elsewhere.',
      }),
    ]
  }
  return []
}

function reasonFor(answer: WebAnswer): string {
  return answer.kind === 'failed' ? answer.reason : `it answers with ${answer.status}`
}
