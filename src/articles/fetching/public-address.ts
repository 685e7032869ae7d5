import ipaddr from 'ipaddr.js'

/** RFC 4291, 2.4: nothing else of IPv6 is given out, so what a list of special nets forgets is out too. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3')

/**
 * Whether an address belongs to the public internet. Everything with a name of its own is out:
 * private, loopback, link-local, carrier-grade NAT, multicast, and IPv6 that carries an IPv4 address
 * (mapped, compatible, 6to4, NAT64, Teredo), because the carried address would have to be judged instead.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.parse(address)
  if (parsed.range() !== 'unicast') return false
  return parsed.kind() === 'ipv4' || parsed.match(GLOBAL_UNICAST)
}
