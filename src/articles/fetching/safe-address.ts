import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { Agent } from 'undici'
import { Refusal } from '#errors.ts'
import { isPublicAddress } from './public-address.ts'

type Guard = {
  resolve: (host: string) => Promise<string[]>
  allow: (address: string, port: number) => boolean
  signal: AbortSignal
}

/**
 * The address to connect to. Every address of the host must be fit to be fetched from; the first is used.
 * @throws Refusal
 */
export async function safeAddress(url: URL, { resolve, allow, signal }: Guard): Promise<string> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80)
  if (isInternalName(host)) throw notPublic(url)
  const addresses = isIP(host) === 0 ? await inTime(resolve(host), signal) : [host]
  const open = port === 80 || port === 443
  const refused = addresses.some(
    (address) => !allow(address, port) && !(open && isPublicAddress(address)),
  )
  const [first] = addresses
  if (first === undefined)
    throw new Refusal(`There is no such host as ${host}. Check the address.`, { field: 'url' })
  if (refused) throw notPublic(url)
  return first
}

/** Names that never belong to the public internet (RFC 6761, RFC 6762, RFC 8375, ICANN's .internal), asked or not. */
function isInternalName(host: string): boolean {
  return /(^|\.)(localhost|local|internal|intranet|lan|home\.arpa)\.?$/i.test(host)
}

function notPublic(url: URL): Refusal {
  return new Refusal(
    `${url.host} is not a public web address (a private network, or a port other than 80 and 443), so it is not fetched. Use the address that readers use.`,
    { field: 'url' },
  )
}

/** The connection goes to the address that was checked, whatever the name answers by now. */
export function pinnedTo(address: string): Agent {
  const family = isIP(address)
  return new Agent({
    connect: {
      lookup: (_host, { all }, found) => {
        if (all === true) found(null, [{ address, family }])
        else found(null, address, family)
      },
    },
    allowH2: false,
  })
}

export async function resolveHost(host: string): Promise<string[]> {
  const found = await lookup(host, { all: true, order: 'ipv4first' })
  return found.map(({ address }) => address)
}

/** Name resolution cannot be cancelled, but it need not be waited for. */
async function inTime<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  const late = Promise.withResolvers<never>()
  const stop = () => late.reject(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await Promise.race([work, late.promise])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
