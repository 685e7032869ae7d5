import { POPULAR_DOMAINS, run as suggest } from '@zootools/email-spell-checker'
import { isDisposableEmailDomain } from 'disposable-email-domains-js'
import type { Address } from '../address.ts'

/** Providers of the countries whose languages we speak, beside the ones the library knows. */
const OURS = [
  'gmx.de',
  'gmx.net',
  'gmx.at',
  'gmx.ch',
  'web.de',
  't-online.de',
  'freenet.de',
  'posteo.de',
  'mailbox.org',
  'bluewin.ch',
  'orange.fr',
  'free.fr',
  'laposte.net',
  'sfr.fr',
  'wanadoo.fr',
  'telefonica.net',
  'yahoo.es',
  'hotmail.es',
  'hotmail.fr',
  'outlook.fr',
  'outlook.de',
  'outlook.es',
  'proton.me',
]
const KNOWN = [...new Set([...POPULAR_DOMAINS, ...OURS])]

/** Hints about an address that is right as far as its form goes. */
export function adviseOn({ email, domain }: Address): {
  didYouMean: string | undefined
  disposable: boolean
} {
  const disposable = isDisposableEmailDomain(domain)
  if (KNOWN.includes(domain) || disposable) return { didYouMean: undefined, disposable }
  // Only whole domains: guesses at the ending alone turn real domains into others.
  const { full } =
    suggest({ email, domains: KNOWN, topLevelDomains: [], secondLevelDomains: [] }) ?? {}
  return { didYouMean: full === email ? undefined : full, disposable }
}
