import type { Db } from '#db/open.ts'
import { inTransaction } from '#db/transaction.ts'
import { codeOf } from '#errors.ts'
import {
  countNewcomers,
  ensureDestination,
  listDestinationNames,
  putDomains,
} from './destination-store.ts'

/** The hosts that take a domain's mail, the preferred first. Rejects with the resolver's code. */
export type ResolveMx = (domain: string) => Promise<string[]>

/** By the end of the MX host's name. */
const PROVIDERS: readonly (readonly [suffix: string, destination: string])[] = [
  ['google.com', 'google'],
  ['googlemail.com', 'google'],
  ['outlook.com', 'microsoft'],
  ['hotmail.com', 'microsoft'],
  ['yahoodns.net', 'yahoo'],
  ['icloud.com', 'apple'],
]

/** Readers that make mail hosts a destination of their own. */
const ENOUGH = 500

/** Domains without a mail host stay so for long: not asked again. */
const NO_HOST = ['ENOTFOUND', 'ENODATA']

/** Asked at once. */
const AT_ONCE = 20

/**
 * Finds out which hosts take the mail of domains that are new, most readers first, and sorts them into destinations.
 * A domain that could not be asked about is left with the others until the next time.
 * @returns how many domains have a destination now
 */
export async function resolveDestinations({
  db,
  resolveMx,
  limit,
}: {
  db: Db
  resolveMx: ResolveMx
  limit: number
}): Promise<number> {
  const domains = await countNewcomers(db, limit)
  const found: { domain: string; readers: number; group: string | null }[] = []
  for (let at = 0; at < domains.length; at += AT_ONCE) {
    const batch = domains.slice(at, at + AT_ONCE)
    const groups = await Promise.all(batch.map(async ({ domain }) => groupOf(domain, resolveMx)))
    for (const [index, group] of groups.entries()) {
      const newcomer = batch[index]
      if (newcomer !== undefined && group !== undefined) found.push({ ...newcomer, group })
    }
  }
  await inTransaction(db, async (transaction) => {
    const known = new Set(await listDestinationNames(transaction))
    for (const [group, members] of Map.groupBy(found, (domain) => domain.group)) {
      const names = members.map(({ domain }) => domain)
      const many = members.reduce((sum, { readers }) => sum + readers, 0)
      const own = group !== null && (known.has(group) || many >= ENOUGH)
      const id = await ensureDestination(transaction, own ? group : 'other')
      await putDomains(transaction, { domains: names, destination: id })
    }
  })
  return found.length
}

/** The destination's name; null for one without a host, undefined when nobody could say. */
async function groupOf(domain: string, resolveMx: ResolveMx): Promise<string | null | undefined> {
  try {
    const [host] = await resolveMx(domain)
    return host === undefined || host === '' ? null : destinationOf(host)
  } catch (error) {
    return NO_HOST.includes(codeOf(error)) ? null : undefined
  }
}

/** A provider by its name, else the part of the host's name that its owner registered, as far as one can tell. */
export function destinationOf(host: string): string {
  const name = host.toLowerCase().replace(/\.$/, '')
  const provider = PROVIDERS.find(([suffix]) => name === suffix || name.endsWith(`.${suffix}`))
  if (provider !== undefined) return provider[1]
  const labels = name.split('.')
  // "co.uk" and its like: a short second-level label under a country's.
  const country =
    labels.at(-1)?.length === 2 && /^(?:co|com|net|org|gov|ac|edu|ne|or)$/.test(labels.at(-2) ?? '')
  return labels.slice(country ? -3 : -2).join('.')
}
