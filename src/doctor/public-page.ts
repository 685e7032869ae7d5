import { isIP } from 'node:net'
import { addressesOf } from '#mail/sender-dns/dns.ts'
import type { Visit } from './sender.ts'

/** Where the public address leads by the resolver that was given. */
export async function publicAddress({ sender, outside }: Visit): Promise<string | undefined> {
  const host = sender.publicUrl.hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) > 0) return host
  const [address] = await addressesOf(outside.dns, host)
  return address
}
