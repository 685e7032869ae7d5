import type { Bucket } from './bucket-store.ts'
import { PROVIDERS } from './providers.ts'

/** A household or a small office: a family signs up in a minute, nobody has fifty readers. */
const NETWORK = { atOnce: 10, perHour: 20 }
/** Its neighbourhood, for those who have many such networks: a school, a mobile provider. */
const NEIGHBOURHOOD = { atOnce: 100, perHour: 200 }
/** A company's or a school's mail domain: an attack on one is stopped, its readers still get through. */
const DOMAIN = { atOnce: 30, perHour: 60 }
/** Half the world is there. */
const BIG_DOMAIN = { atOnce: 1000, perHour: 5000 }
/** More than this and everybody is asked for proof of work: a newsroom of a million readers gets some ten a minute. */
const ALL = { atOnce: 60, perHour: 3600 }

export const EVERYBODY = 'all'

/** Whom a sign-up counts against, in the order of asking. */
export function bucketsOf({
  network,
  domain,
  proven,
}: {
  /** A prefix as `networkOf` gives it; undefined where nobody knows the client. */
  network: string | undefined
  domain: string
  /** Whoever worked for it does not trip the breaker. */
  proven: boolean
}): Bucket[] {
  return [
    { name: `network ${network ?? 'unknown'}`, ...NETWORK },
    ...(network === undefined
      ? []
      : [{ name: `neighbourhood ${neighbourhoodOf(network)}`, ...NEIGHBOURHOOD }]),
    { name: `domain ${domain}`, ...(PROVIDERS.has(domain) ? BIG_DOMAIN : DOMAIN) },
    ...(proven ? [] : [{ name: EVERYBODY, ...ALL }]),
  ]
}

/**
 * Whom one counts against who is asked for proof: the breaker stays open while many ask, and one network alone does not
 * keep it so. What is left to the network for signing up is not touched.
 */
export function bucketsOfAsking({ network }: { network: string | undefined }): Bucket[] {
  return [
    { name: `asking ${network ?? 'unknown'}`, ...NETWORK },
    { name: EVERYBODY, ...ALL },
  ]
}

/** `203.0.113.0/24` → `203.0.0.0/16`, `2001:db8:1:200::/56` → `2001:db8::/40`. */
export function neighbourhoodOf(network: string): string {
  const [base = ''] = network.split('/')
  if (!base.includes(':')) return `${base.split('.').slice(0, 2).join('.')}.0.0/16`
  const [head = '', tail] = base.split('::')
  const groups = head.split(':').filter((group) => group !== '')
  const missing = tail === undefined ? 0 : 3
  const [one, two, three] = [...groups, ...Array.from({ length: missing }, () => '0')].map(
    (group) => Number.parseInt(group, 16),
  )
  const words = [one ?? 0, two ?? 0, (three ?? 0) & 0xff00].map((word) => word.toString(16))
  return `${words.join(':').replace(/(?::0)+$/, '')}::/40`
}
