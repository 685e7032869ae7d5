import { getConnInfo } from '@hono/node-server/conninfo'
import type { Context as Request } from 'hono'
import ipaddr from 'ipaddr.js'

export type Client = {
  /** Undefined where nobody knows: a request without a socket. */
  address: string | undefined
  /** What became of X-Forwarded-For. */
  forwarded: 'none' | 'believed' | 'ignored'
}

/** Whose request it is: the peer's, unless that is a proxy of ours, then the one it names. */
export function clientOf(request: Request, trustedProxies: readonly string[]): Client {
  // Undefined in tests, which ask without a socket.
  const peer = request.env === undefined ? undefined : getConnInfo(request).remote.address
  return readClient({ peer, forwardedFor: request.req.header('x-forwarded-for'), trustedProxies })
}

/**
 * From the right, because each proxy adds the address it saw: what stands left of the first one that we do not trust
 * was written by whoever asks.
 */
export function readClient({
  peer,
  forwardedFor,
  trustedProxies,
}: {
  peer: string | undefined
  forwardedFor: string | undefined
  trustedProxies: readonly string[]
}): Client {
  const trusted = trustedProxies.map((network) => ipaddr.parseCIDR(network))
  let address = peer === undefined ? undefined : readAddress(peer)
  const hops = forwardedFor?.split(',').toReversed() ?? []
  if (hops.length === 0) return { address, forwarded: 'none' }
  if (address === undefined || !isTrusted(address, trusted))
    return { address, forwarded: 'ignored' }
  for (const hop of hops) {
    const next = readAddress(hop)
    // The nearest hop that is known is better than a word that anybody can write.
    if (next === undefined) break
    address = next
    if (!isTrusted(next, trusted)) break
  }
  return { address, forwarded: 'believed' }
}

type Network = ReturnType<typeof ipaddr.parseCIDR>

function isTrusted(address: string, trusted: Network[]): boolean {
  const parsed = ipaddr.parse(address)
  return trusted.some(([network, bits]) => {
    const [base, mask] = unmapped(network, bits)
    return base.kind() === parsed.kind() && parsed.match(base, mask)
  })
}

/** `::ffff:10.0.0.0/104` means 10.0.0.0/8. */
function unmapped(network: Network[0], bits: number): Network {
  const plain = ipaddr.process(network.toString())
  return plain.kind() === network.kind() ? [network, bits] : [plain, Math.max(0, bits - 96)]
}

/** Some proxies add a port, and brackets around IPv6. */
function readAddress(text: string): string | undefined {
  const word = text.trim().replace(/^"|"$/g, '')
  const bare =
    /^\[([^\]]+)\](?::\d{1,5})?$/.exec(word)?.[1] ?? /^([\d.]+):\d{1,5}$/.exec(word)?.[1] ?? word
  const address = bare.replace(/%.*$/, '')
  // What ipaddr.js reads beyond this (`127.1`, `0x7f`) is no address that a proxy writes.
  if (!/^(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-f]*:[\da-f:.]+)$/i.test(address)) return undefined
  return ipaddr.isValid(address) ? ipaddr.process(address).toString() : undefined
}

/** The prefix that limits count and consent keeps a hash of: IPv4 /24, IPv6 /56, what one household or office has. */
export function networkOf(address: string): string {
  const parsed = ipaddr.process(address)
  const bits = parsed.kind() === 'ipv4' ? 24 : 56
  const cidr = `${parsed.toString()}/${bits}`
  const base =
    parsed.kind() === 'ipv4'
      ? ipaddr.IPv4.networkAddressFromCIDR(cidr)
      : ipaddr.IPv6.networkAddressFromCIDR(cidr)
  return `${base.toString()}/${bits}`
}
