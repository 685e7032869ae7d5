import type { Dns } from './dns.ts'
import { parseTagList } from './tag-list.ts'

export type DmarcRecord = { domain: string; text: string; tags: Map<string, string> }

export type DmarcWalk = {
  /** The record that counts for the sender's domain, with where it stands; null where there is none. */
  policy: DmarcRecord | null
  /** Names with several records, of which receivers read none. */
  several: { domain: string; records: DmarcRecord[] }[]
  /** Names with a record that does not begin as it must. */
  unread: { domain: string; text: string }[]
  organisation: string
}

export const POLICIES = ['none', 'quarantine', 'reject']

const LONGEST_WALK = 7

/** RFC 9989 4.10: from the name up to the top-level domain, eight questions at most. */
export async function walkDmarc(dns: Dns, domain: string): Promise<DmarcWalk> {
  const found: DmarcRecord[] = []
  const several: DmarcWalk['several'] = []
  const unread: { domain: string; text: string }[] = []
  for (const name of namesOf(domain)) {
    const texts = (await dns.txt(`_dmarc.${name}`)).map((text) => text.trim())
    const records = texts
      .filter((text) => /^v\s*=\s*DMARC1\s*(?:;|$)/.test(text))
      .map((text) => ({ domain: name, text, tags: tagsOf(text) }))
    const near = texts.find((text) => /dmarc1/i.test(text))
    const [record] = records
    if (records.length > 1) several.push({ domain: name, records })
    else if (record !== undefined) found.push(record)
    else if (near !== undefined) unread.push({ domain: name, text: near })
    if (['y', 'n'].includes(found.at(-1)?.tags.get('psd') ?? '')) break
  }
  const organisation = organisationOf(domain, found)
  return { policy: policyOf(found, [domain, organisation]), several, unread, organisation }
}

/** The sender's own, else that of its organisation, else that of the registry (RFC 9989 4.10.1). */
function policyOf(found: DmarcRecord[], names: string[]): DmarcRecord | null {
  for (const name of names) {
    const record = found.find(({ domain }) => domain === name)
    if (record !== undefined) return record
  }
  return found.find((record) => isRegistry(record)) ?? null
}

/** A name under which others register theirs, such as `bank` (RFC 9989 4.7, psd). */
export function isRegistry({ tags }: DmarcRecord): boolean {
  return tags.get('psd') === 'y'
}

function namesOf(domain: string): string[] {
  const labels = domain.toLowerCase().split('.')
  const names = [labels.join('.')]
  for (
    let rest = labels.length > LONGEST_WALK ? labels.slice(-LONGEST_WALK) : labels.slice(1);
    rest.length > 0;
    rest = rest.slice(1)
  )
    names.push(rest.join('.'))
  return names
}

function organisationOf(domain: string, found: DmarcRecord[]): string {
  for (const record of found) {
    const { domain: name, tags } = record
    if (tags.get('psd') === 'n') return name
    if (isRegistry(record) && name !== domain)
      return domain
        .split('.')
        .slice(-(name.split('.').length + 1))
        .join('.')
  }
  return found.at(-1)?.domain ?? domain
}

const ANY_CASE = ['p', 'sp', 'np', 'adkim', 'aspf', 't', 'psd']

function tagsOf(text: string): Map<string, string> {
  return new Map(
    [...parseTagList(text).tags].map(([name, value]) => [
      name,
      ANY_CASE.includes(name) ? value.toLowerCase() : value,
    ]),
  )
}

/** What receivers do with mail of the domain that is not aligned; a test is one step milder (RFC 9989 4.7, t). */
export function effectivePolicy({ policy }: DmarcWalk, domain: string): string {
  if (policy === null) return 'none'
  const { tags } = policy
  // With a word that is no policy, the whole record asks for nothing (RFC 9989 4.10.1).
  const words = ['p', 'sp', 'np'].map((name) => tags.get(name) ?? (name === 'p' ? '' : 'none'))
  if (!words.every((word) => POLICIES.includes(word))) return 'none'
  const asked = policy.domain === domain ? tags.get('p') : (tags.get('sp') ?? tags.get('p'))
  if (tags.get('t') === 'y') return asked === 'reject' ? 'quarantine' : 'none'
  return asked ?? 'none'
}

/** Whether a receiver takes the other domain for the sender's own (RFC 9989 4.4). */
export async function isAligned(
  dns: Dns,
  { from, other, mode }: { from: string; other: string; mode: string },
): Promise<boolean> {
  if (from === other) return true
  if (mode === 's') return false
  const related = `.${from}`.endsWith(`.${other}`) || `.${other}`.endsWith(`.${from}`)
  const [ours, theirs] = await Promise.all([walkDmarc(dns, from), walkDmarc(dns, other)])
  // Without any record nothing is compared; the record that is missing will tell them apart by their end.
  if (ours.policy === null && theirs.policy === null) return related
  return ours.organisation === theirs.organisation
}
