import { run as suggest } from '@zootools/email-spell-checker'
import { isDisposableEmailDomain } from 'disposable-email-domains-js'
import type { Address } from '../address.ts'
import { PROVIDERS } from './providers.ts'

const KNOWN = [...PROVIDERS]
/** One letter of a short name makes another company: aon.com is not aol.com, and skt.com not sky.com. */
const LEAST_NAME = 5
/** The provider's branch of another country, or its namesake there: hotmail.nl is not hotmail.de, mail.de not mail.ru. */
const COUNTRY = /\.[a-z]{2}$/
/** Countries too, but with a provider's name in front of them somebody's finger slipped. */
const MEANT_COM = /\.(?:co|cm|om|con|cmo|comm)$/

/** The address that was probably meant, where the typed one is right as far as its form goes. Takes 1 ms. */
export function meantBy({ email, domain }: Address): string | undefined {
  if (PROVIDERS.has(domain)) return undefined
  const local = email.slice(0, email.lastIndexOf('@'))
  const com = domain.replace(MEANT_COM, '.com')
  if (PROVIDERS.has(com)) return `${local}@${com}`
  // Only whole domains: guesses at the ending alone turn real domains into others.
  const meant = suggest({ email, domains: KNOWN, topLevelDomains: [], secondLevelDomains: [] })
  if (meant === undefined || meant.full === email) return undefined
  const name = nameOf(meant.domain)
  if (name === nameOf(domain) && COUNTRY.test(domain)) return undefined
  return name.length >= LEAST_NAME || name === nameOf(domain)
    ? `${local}@${meant.domain}`
    : undefined
}

/** Lists of throw-away domains hold typing errors too, gmial.com among them: ask first what was meant. */
export function isDisposable({ domain }: Address): boolean {
  return !PROVIDERS.has(domain) && isDisposableEmailDomain(domain)
}

function nameOf(domain: string): string {
  return domain.slice(0, domain.indexOf('.'))
}
