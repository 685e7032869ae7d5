import { addressesOf, type Dns } from '#mail/sender-dns/dns.ts'
import { isSpf, parseSpf, type SpfRecord } from '#mail/sender-dns/spf-record.ts'

export type SpfWalk = {
  /** Terms that make a receiver ask the DNS (RFC 7208 4.6.4). */
  lookups: number
  /** Questions that have no answer. */
  voids: string[]
  /** Domains that include themselves. */
  loops: string[]
  /** Included domains without one valid record. */
  broken: string[]
  /** Words that nobody understands, in the records below. */
  odd: string[]
  /** Domains whose own record uses ptr. */
  ptrIn: string[]
  /** What the record says of everybody else, by the last record of redirects. */
  last: string | null
}

/** A record that asks more than this is wrong whatever else it asks. */
const FAR = 40
const MOST_MX = 10

/** Counts what a receiver asks at most, for a sender whom no term matches. */
export async function walkSpf(dns: Dns, domain: string, record: SpfRecord): Promise<SpfWalk> {
  const walk: SpfWalk = {
    lookups: 0,
    voids: [],
    loops: [],
    broken: [],
    odd: [],
    ptrIn: [],
    last: null,
  }
  walk.last = await follow(record, { dns, walk, path: [domain.toLowerCase()] })
  return walk
}

type Way = { dns: Dns; walk: SpfWalk; path: string[] }

async function follow(record: SpfRecord, way: Way): Promise<string | null> {
  const { walk, path } = way
  const here = path.at(-1) ?? ''
  if (path.length > 1) walk.odd.push(...record.odd)
  const end = record.terms.findIndex(({ name }) => name === 'all')
  for (const term of end < 0 ? record.terms : record.terms.slice(0, end)) {
    if (walk.lookups > FAR) return null
    await ask({ name: term.name, target: (term.value || here).toLowerCase() }, way)
  }
  const all = record.terms[end]
  if (all !== undefined) return `${all.qualifier}all`
  if (record.redirect === null) return null
  walk.lookups += 1
  return record.redirect.includes('%') ? null : enter(record.redirect.toLowerCase(), way)
}

const ASKING = ['include', 'a', 'mx', 'ptr', 'exists']

async function ask(term: { name: string; target: string }, way: Way): Promise<void> {
  const { name, target } = term
  if (ASKING.includes(name)) way.walk.lookups += 1
  if (name === 'ptr') way.walk.ptrIn.push(way.path.at(-1) ?? '')
  // What a macro stands for is known only with a mail.
  if (target.includes('%')) return
  if (name === 'include') await enter(target, way)
  else await resolve(term, way)
}

async function enter(target: string, { dns, walk, path }: Way): Promise<string | null> {
  if (path.includes(target)) {
    walk.loops.push(target)
    return null
  }
  const texts = await dns.txt(target)
  const [text, ...more] = texts.filter(isSpf)
  if (texts.length === 0) walk.voids.push(`TXT ${target}`)
  if (text === undefined || more.length > 0) {
    walk.broken.push(target)
    return null
  }
  return follow(parseSpf(text), { dns, walk, path: [...path, target] })
}

async function resolve(
  { name, target }: { name: string; target: string },
  { dns, walk }: Way,
): Promise<void> {
  if (name === 'a' || name === 'exists') {
    const found = name === 'a' ? await addressesOf(dns, target) : await dns.a(target)
    if (found.length === 0) walk.voids.push(`A ${target}`)
  } else if (name === 'mx') {
    const found = await dns.mx(target)
    if (found.length === 0) walk.voids.push(`MX ${target}`)
    if (found.length > MOST_MX) walk.broken.push(`${target} with ${found.length} MX records`)
  }
}
