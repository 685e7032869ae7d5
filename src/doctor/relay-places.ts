import { isIP } from 'node:net'
import { profiles } from '#mail/profiles.ts'
import { isLoopback, type RelayConfig } from '#mail/smtp-url.ts'
import { isInside } from './address-range.ts'
import { addressesOf } from '#mail/sender-dns/dns.ts'
import type { Visit } from './sender.ts'

/** A relay whose mails leave from addresses of our own. */
export type RelayPlace = { relay: RelayConfig; addresses: string[] }

/** Where our own relays send from. A relay on this machine sends from this machine's addresses. */
export async function relayPlaces({
  sender: { relays, ownAddresses },
  outside: { dns },
}: Visit): Promise<RelayPlace[]> {
  const own = relays.filter((relay) => !isProvider(relay))
  return Promise.all(
    own.map(async (relay) => {
      const { host } = relay
      const addresses =
        isIP(host) > 0 ? [host] : isLoopback(host) ? [] : await addressesOf(dns, host)
      const found = isLoopback(host) ? ownAddresses : addresses
      return { relay, addresses: found.filter((address) => !isInside(address)) }
    }),
  )
}

/** Providers send from addresses that are theirs to look after. */
export function isProvider({ profile }: RelayConfig): boolean {
  return !profiles[profile].warmUp
}

/** What the domain of the envelope sender includes, by the provider. */
export const PROVIDER_INCLUDES: Readonly<Record<string, string>> = {
  ses: 'amazonses.com',
  sendgrid: 'sendgrid.net',
  mailgun: 'mailgun.org',
  postmark: 'spf.mtasv.net',
}
