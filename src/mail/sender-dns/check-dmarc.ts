import { type DmarcRecord, effectivePolicy, isRegistry, walkDmarc } from './dmarc-record.ts'
import { listOf, lowerTags, MAILTO, recordAt, RULES, strictestOf } from './dmarc-mend.ts'
import type { Dns } from './dns.ts'
import { fault, type Finding, hint, right, warning } from './finding.ts'
import type { OwnName } from './own-name.ts'
import { parseTagList } from './tag-list.ts'

const REMOVED = ['pct', 'rf', 'ri']
/** What receivers are told to do with mail that only looks like ours (RFC 9989). */
export async function checkDmarc({ sender, outside: { dns } }: OwnName): Promise<Finding[]> {
  const { fromDomain } = sender
  const walk = await walkDmarc(dns, fromDomain)
  const [twice] = walk.several
  const [unread] = walk.unread
  if (twice !== undefined)
    return [
      fault(
        'dmarc-several',
        `${twice.domain} has several DMARC records, and receivers then read none.`,
        { fix: 'Keep one:', records: [strictestOf(twice)] },
      ),
    ]
  if (unread !== undefined)
    return [
      fault(
        'dmarc-version',
        `The DMARC record of ${unread.domain} is not read, because it must begin with "v=DMARC1;": ${unread.text}`,
        republish({ ...unread, tags: lowerTags(unread.text) }),
      ),
    ]
  const { policy } = walk
  if (policy === null)
    return [
      fault(
        'dmarc-missing',
        `${fromDomain} has no DMARC record: Gmail, Yahoo and Microsoft refuse bulk mail without one.`,
        first(fromDomain),
      ),
    ]
  const effect = effectivePolicy(walk, fromDomain)
  if (isRegistry(policy) && policy.domain !== fromDomain)
    return [
      warning(
        'dmarc-registry',
        `${fromDomain} has no DMARC record of its own, so that of ${policy.domain} counts, which asks for ${effect} and sends you no reports.`,
        { fix: 'Publish:', records: [recordAt(walk.organisation, new Map([['p', effect]]))] },
      ),
    ]
  const findings = [
    ...faultsOf(policy),
    ...hintsOf(policy),
    ...(await reportFaults(dns, { policy, organisation: walk.organisation })),
  ]
  if (findings.some(({ level }) => level !== 'hint')) return findings
  return [
    right('dmarc', `DMARC of ${fromDomain}: ${policy.domain} asks for ${effect}.`),
    ...findings,
    ...(effect === 'none'
      ? [
          hint('dmarc-none', 'DMARC asks receivers to let look-alikes through.', {
            fix: 'When the reports show only mail of yours, publish:',
            records: [recordAt(policy.domain, new Map([...policy.tags, ['p', 'quarantine']]))],
          }),
        ]
      : []),
  ]
}

function first(domain: string) {
  return {
    fix: 'Publish, and look at the reports before you ask for more:',
    records: [
      {
        name: `_dmarc.${domain}`,
        type: 'TXT' as const,
        value: `v=DMARC1; p=none; rua=mailto:postmaster@${domain}`,
      },
    ],
  }
}

function republish({ domain, tags }: Pick<DmarcRecord, 'domain' | 'tags'>) {
  return { fix: 'Publish in its place:', records: [recordAt(domain, tags)] }
}

const WORDS: ReadonlyMap<string, [code: string, says: string]> = new Map([
  ['p', ['dmarc-policy', 'must be none, quarantine or reject']],
  ['sp', ['dmarc-subdomains', 'must be none, quarantine or reject']],
  ['np', ['dmarc-subdomains', 'must be none, quarantine or reject']],
  ['adkim', ['dmarc-alignment', 'must be r or s']],
  ['aspf', ['dmarc-alignment', 'must be r or s']],
  ['t', ['dmarc-test-tag', 'must be y or n']],
  ['psd', ['dmarc-psd', 'is y only for those who register domains for others']],
  ['fo', ['dmarc-options', 'must be some of 0, 1, d and s with colons between']],
  ['rua', ['dmarc-rua', 'must be addresses such as mailto:dmarc@example.org']],
  ['ruf', ['dmarc-ruf-address', 'must be addresses such as mailto:dmarc@example.org']],
])

function faultsOf(policy: DmarcRecord): Finding[] {
  const { tags, domain, text } = policy
  const fix = republish(policy)
  const of = `The DMARC record of ${domain}`
  const findings: Finding[] = []
  const { odd } = parseTagList(text)
  if (odd.length > 0)
    findings.push(
      fault('dmarc-syntax', `${of} is not a list of name=value: ${odd.join(', ')}`, fix),
    )
  if (!tags.has('p')) findings.push(fault('dmarc-policy', `${of} has no policy (p=).`, fix))
  for (const [name, value] of tags) {
    const rule = RULES.get(name)
    const [code, says] = WORDS.get(name) ?? []
    if (rule !== undefined && !rule(value) && code !== undefined)
      findings.push(fault(code, `${of} says ${name}=${value}, and ${name} ${says}.`, fix))
  }
  const removed = [...tags.keys()].filter((name) => REMOVED.includes(name))
  if (removed.length > 0)
    findings.push(
      warning(
        'dmarc-removed',
        `${of} uses ${removed.join(', ')}, which RFC 9989 took away: receivers skip them.`,
        fix,
      ),
    )
  const unknown = [...tags.keys()].filter((name) => !RULES.has(name) && !REMOVED.includes(name))
  if (unknown.length > 0)
    findings.push(
      warning('dmarc-unknown', `${of} has tags that nobody knows: ${unknown.join(', ')}`, fix),
    )
  if (!tags.has('rua'))
    findings.push(
      warning(
        'dmarc-no-reports',
        `${of} asks for no reports (rua): you see nothing of misuse.`,
        fix,
      ),
    )
  return findings
}

function hintsOf({ tags, domain }: DmarcRecord): Finding[] {
  const of = `The DMARC record of ${domain}`
  const findings: Finding[] = []
  if (tags.get('t') === 'y')
    findings.push(
      hint('dmarc-testing', `${of} is marked as a test (t=y): receivers are one step milder.`, {
        fix: 'Take t=y out when the reports show only mail of yours.',
      }),
    )
  if (tags.has('ruf'))
    findings.push(
      hint(
        'dmarc-ruf',
        `${of} asks for failure reports (ruf): few receivers send them, and they hold readers' addresses.`,
      ),
    )
  return findings
}

/** Another domain must agree to get our reports (RFC 9990 4). */
async function reportFaults(
  dns: Dns,
  { policy, organisation }: { policy: DmarcRecord; organisation: string },
): Promise<Finding[]> {
  const domains = listOf(policy.tags.get('rua') ?? '').flatMap(
    (uri) => MAILTO.exec(uri)?.[1]?.toLowerCase() ?? [],
  )
  const findings: Finding[] = []
  for (const domain of new Set(domains)) {
    if ((await walkDmarc(dns, domain)).organisation === organisation) continue
    if (`.${domain}`.endsWith(`.${organisation}`)) continue
    const name = `${policy.domain}._report._dmarc.${domain}`
    const texts = await dns.txt(name)
    if (texts.some((text) => /^v\s*=\s*DMARC1\s*(?:;|$)/.test(text))) continue
    findings.push(
      fault(
        'dmarc-report-permission',
        `DMARC reports about ${policy.domain} go to ${domain}, which has not agreed to get them.`,
        {
          fix: `Whoever runs ${domain} publishes:`,
          records: [{ name, type: 'TXT', value: 'v=DMARC1;' }],
        },
      ),
    )
  }
  return findings
}
