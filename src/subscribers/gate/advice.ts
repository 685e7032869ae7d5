import { run as suggest } from '@zootools/email-spell-checker'
import { isDisposableEmailDomain } from 'disposable-email-domains-js'
import type { Address } from '../address.ts'
import { PROVIDERS } from './providers.ts'

const KNOWN = [...PROVIDERS]
/** One letter of a short name makes another company: aon.com is not aol.com, and skt.com not sky.com. */
const LEAST_NAME = 5

/** Hints about an address that is right as far as its form goes. */
export function adviseOn({ email, domain }: Address): {
  didYouMean: string | undefined
  disposable: boolean
} {
  const known = PROVIDERS.has(domain)
  return {
    // Lists of throw-away domains hold typing errors too, gmial.com among them: who mistyped is still asked.
    didYouMean: known ? undefined : meantBy({ email, domain }),
    disposable: !known && isDisposableEmailDomain(domain),
  }
}

function meantBy({ email, domain }: Address): string | undefined {
  // Only whole domains: guesses at the ending alone turn real domains into others.
  const meant = suggest({ email, domains: KNOWN, topLevelDomains: [], secondLevelDomains: [] })
  if (meant === undefined || meant.full === email) return undefined
  const name = nameOf(meant.domain)
  return name.length >= LEAST_NAME || name === nameOf(domain) ? meant.full : undefined
}

function nameOf(domain: string): string {
  return domain.slice(0, domain.indexOf('.'))
}
