import { profiles } from '#mail/profiles.ts'
import { type DmarcRecord, isAligned, walkDmarc } from './dmarc-record.ts'
import { fault, type Finding, right } from './finding.ts'
import type { OwnName } from './own-name.ts'

/** Whether SPF and DKIM speak for the domain that readers see. Microsoft wants both. */
export async function checkAlignment(visit: OwnName): Promise<Finding[]> {
  const from = visit.sender.fromDomain
  const { policy } = await walkDmarc(visit.outside.dns, from)
  const findings = [...(await spfFaults(visit, policy)), ...(await dkimFaults(visit, policy))]
  return findings.length > 0
    ? findings
    : [right('alignment', `Alignment: SPF and DKIM speak for ${from}.`)]
}

async function spfFaults(
  { sender, outside: { dns } }: OwnName,
  policy: DmarcRecord | null,
): Promise<Finding[]> {
  const { fromDomain: from, bounceDomain: other, relays } = sender
  const ours =
    relays.length === 0 || relays.some(({ profile }) => profiles[profile].bounces === 'envelope')
  const mode = policy?.tags.get('aspf') ?? 'r'
  if (!ours || (await isAligned(dns, { from, other, mode }))) return []
  const says = `Mail from ${from} comes back to ${other}, so SPF does not count for ${from}`
  if (mode === 's' && (await isAligned(dns, { from, other, mode: 'r' })))
    return [
      fault(
        'alignment-spf-strict',
        `${says}: the DMARC record asks for the very same domain (aspf=s).`,
        { fix: `Take aspf=s out of the DMARC record of ${policy?.domain}.` },
      ),
    ]
  return [
    fault('alignment-spf', `${says}.`, {
      fix: `Use a domain below yours: daybreak settings set bounceDomain bounce.${from}`,
    }),
  ]
}

async function dkimFaults(
  { sender, outside: { dns } }: OwnName,
  policy: DmarcRecord | null,
): Promise<Finding[]> {
  const { fromDomain: from, keys } = sender
  const fix = { fix: `Sign with a key of the very domain: daybreak dkim keygen ${from}` }
  const signing = [...new Set(keys.filter(({ signs }) => signs).map(({ domain }) => domain))]
  if (signing.length === 0) return []
  const near = signing.filter((domain) => `.${from}`.endsWith(`.${domain}`))
  if (near.length === 0)
    return [
      fault(
        'alignment-dkim',
        `The keys that sign are of ${signing.join(', ')}, and none is of ${from}, so mail from it leaves unsigned.`,
        fix,
      ),
    ]
  const mode = policy?.tags.get('adkim') ?? 'r'
  const aligned = await Promise.all(
    near.map(async (other) => isAligned(dns, { from, other, mode })),
  )
  if (aligned.includes(true)) return []
  return [
    fault(
      'alignment-dkim',
      `Mail from ${from} is signed by ${near.join(', ')}, and the DMARC record does not take that for ${from}${mode === 's' ? ' (adkim=s)' : ''}.`,
      fix,
    ),
  ]
}
