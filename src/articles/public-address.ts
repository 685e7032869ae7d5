import ipaddr from 'ipaddr.js'

/**
 * Whether an address belongs to the public internet. Everything with a name of its own is out:
 * private, loopback, link-local, carrier-grade NAT, multicast, and IPv6 that carries an IPv4 address
 * (mapped, 6to4, NAT64, Teredo), because the carried address would have to be judged instead.
 */
export function isPublicAddress(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.parse(address).range() === 'unicast'
}
