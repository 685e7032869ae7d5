import { isIPv6 } from 'node:net'
import { fault, type Finding, right, warning } from '#mail/sender-dns/finding.ts'
import { isProvider, PROVIDER_INCLUDES, type RelayPlace, relayPlaces } from '../relay-places.ts'
import type { Visit } from '../sender.ts'
import { isSpf, parseSpf, redirectOf, type SpfRecord } from '#mail/sender-dns/spf-record.ts'
import { type SpfWalk, walkSpf } from '../spf-walk.ts'
import { missingIncludes, uncovered } from './spf-relays.ts'

/** RFC 7208 4.6.4. */
const MOST_LOOKUPS = 10
const MOST_VOIDS = 2

/** Who may send for the domain of our envelope sender. */
export async function checkSpf(visit: Visit): Promise<Finding[]> {
  const domain = visit.sender.bounceDomain
  const places = await relayPlaces(visit)
  const needed = neededTerms(visit, places)
  const texts = await visit.outside.dns.txt(domain)
  const records = texts.filter(isSpf)
  const [text] = records
  const fresh = publish(domain, needed)
  if (text === undefined) {
    const near = texts.find((other) => /^["'\s]*v\s*=\s*spf/i.test(other))
    return near === undefined
      ? [fault('spf-missing', `${domain} has no SPF record, so nobody may send for it.`, fresh)]
      : [
          fault(
            'spf-version',
            `The SPF record of ${domain} must begin with "v=spf1 ": ${near}`,
            fresh,
          ),
        ]
  }
  if (records.length > 1) {
    const says = `${domain} has ${records.length} SPF records, and receivers then read none.`
    return [fault('spf-several', says, { ...fresh, fix: 'Keep one, with all that they allow:' })]
  }
  const record = parseSpf(text)
  const walk = await walkSpf(visit.outside.dns, domain, record)
  const findings = [
    ...faultsOfRecord(domain, { record, fresh }),
    ...faultsOfWalk(domain, { walk, fresh }),
  ]
  const broken = findings.some(({ level }) => level === 'fault')
  if (!broken) {
    const fixed = publish(domain, [...new Set([...needed, ...keptTerms(record, walk)])])
    findings.push(...faultsOfAll(domain, { walk, fixed }))
    findings.push(
      ...(await uncovered(visit, { places, fixed })),
      ...missingIncludes(visit, { record, fixed }),
    )
  }
  if (findings.length > 0) return findings
  return [
    right(
      'spf',
      `SPF of ${domain}: one record, ${walk.lookups} of ${MOST_LOOKUPS} look-ups, our relays are in it.`,
    ),
  ]
}

type Published = Pick<Finding, 'fix' | 'records'>

/** What our relays need and no more: the domain is for our returns. */
function neededTerms({ sender }: Visit, places: RelayPlace[]): string[] {
  const addresses = places.flatMap((place) => place.addresses)
  const includes = sender.relays
    .filter(isProvider)
    .map(({ profile }) => `include:${PROVIDER_INCLUDES[profile] ?? ''}`)
  return [
    ...new Set([
      ...addresses.map((address) => `${isIPv6(address) ? 'ip6' : 'ip4'}:${address}`),
      ...includes,
    ]),
  ]
}

function keptTerms(record: SpfRecord, walk: SpfWalk): string[] {
  const redirect = redirectOf(record)
  return [
    ...record.terms.filter(({ name }) => !['all', 'ptr'].includes(name)).map(({ text }) => text),
    // An include of +all would let everybody in.
    ...(redirect === null || walk.last === '+all' ? [] : [`include:${redirect}`]),
  ]
}

function publish(domain: string, terms: string[]): Published {
  if (terms.length === 0)
    return {
      fix: `Publish one TXT record at ${domain}: v=spf1 ip4:ADDRESS -all, with the address that your mail leaves from.`,
    }
  return {
    fix: 'Publish:',
    records: [{ name: domain, type: 'TXT', value: `v=spf1 ${terms.join(' ')} -all` }],
  }
}

function faultsOfRecord(
  domain: string,
  { record, fresh }: { record: SpfRecord; fresh: Published },
): Finding[] {
  const findings: Finding[] = []
  const [odd] = record.odd
  if (odd !== undefined)
    findings.push(
      fault(
        'spf-syntax',
        `The SPF record of ${domain} has a word that receivers do not understand, so they read none of it: ${odd}`,
        fresh,
      ),
    )
  const at = record.terms.findIndex(({ name }) => name === 'all')
  if (at >= 0 && at < record.terms.length - 1)
    findings.push(
      fault(
        'spf-after-all',
        `In the SPF record of ${domain}, what stands behind "${record.terms[at]?.text}" is never read.`,
        fresh,
      ),
    )
  return findings
}

function faultsOfWalk(
  domain: string,
  { walk, fresh }: { walk: SpfWalk; fresh: Published },
): Finding[] {
  const findings: Finding[] = []
  const add = (code: string, says: string) => findings.push(fault(code, says, fresh))
  const [loop] = walk.loops
  const broken = walk.broken[0]
  const odd = walk.odd[0]
  if (loop !== undefined)
    add('spf-loop', `The SPF record of ${domain} comes back to ${loop} without end.`)
  else if (walk.lookups > MOST_LOOKUPS)
    add(
      'spf-lookups',
      `The SPF record of ${domain} needs ${walk.lookups} look-ups in the DNS, and receivers give up after ${MOST_LOOKUPS}.`,
    )
  if (broken !== undefined)
    add(
      'spf-include',
      `The SPF record of ${domain} builds on ${broken}, which has no usable SPF record.`,
    )
  else if (walk.voids.length > MOST_VOIDS)
    add(
      'spf-voids',
      `The SPF record of ${domain} asks for ${walk.voids.length} names that do not exist, and receivers give up after ${MOST_VOIDS}: ${walk.voids.join(', ')}`,
    )
  if (odd !== undefined)
    add(
      'spf-include-syntax',
      `A record that SPF of ${domain} builds on has a word that receivers do not understand: ${odd}`,
    )
  return findings
}

function faultsOfAll(
  domain: string,
  { walk, fixed }: { walk: SpfWalk; fixed: Published },
): Finding[] {
  const findings: Finding[] = []
  if (walk.last === '+all')
    findings.push(
      fault(
        'spf-pass-all',
        `The SPF record of ${domain} ends with +all: everybody may send as you.`,
        fixed,
      ),
    )
  if (walk.last === '?all')
    findings.push(
      warning(
        'spf-neutral-all',
        `The SPF record of ${domain} ends with ?all, which says nothing of others.`,
        fixed,
      ),
    )
  if (walk.last === null)
    findings.push(
      warning('spf-no-all', `The SPF record of ${domain} does not end with -all or ~all.`, fixed),
    )
  return [...findings, ...faultsOfPtr(domain, { walk, fixed })]
}

function faultsOfPtr(
  domain: string,
  { walk, fixed }: { walk: SpfWalk; fixed: Published },
): Finding[] {
  const bad = 'uses ptr, which is slow and which receivers skip (RFC 7208 5.5)'
  return [...new Set(walk.ptrIn)].map((place) =>
    place === domain
      ? warning('spf-ptr', `The SPF record of ${domain} ${bad}.`, fixed)
      : warning(
          'spf-include-ptr',
          `SPF of ${domain} builds on the record of ${place}, which ${bad}.`,
          {
            fix: `Ask whoever runs ${place} to take it out, or name the addresses that your mail leaves from in its place.`,
          },
        ),
  )
}
