import { createHmac, hkdfSync } from 'node:crypto'
import { Hono } from 'hono'
import ipaddr from 'ipaddr.js'
import type { Context } from '#context.ts'
import { Refusal } from '#errors.ts'
import type { Secrets } from '#secrets.ts'
import { clientOf } from '../client-address.ts'

export const SELF_CHECK_PATH = '.well-known/daybreak'

/** What the doctor reads to know that the public address comes back to this installation; never an address. */
export function selfCheckRoutes({ config, secrets }: Pick<Context, 'config' | 'secrets'>): Hono {
  const routes = new Hono()
  routes.get(`/${SELF_CHECK_PATH}`, (request) => {
    const nonce = request.req.query('nonce') ?? ''
    if (!/^[\w-]{16,64}$/.test(nonce))
      throw new Refusal('this page is for "daybreak doctor"', { status: 404 })
    const { address, forwarded } = clientOf(request, config.trustedProxies)
    const range = address === undefined ? null : insideRangeOf(address)
    return request.json({
      proof: selfProof(secrets, nonce),
      client: address === undefined ? 'unknown' : range === null ? 'public' : 'private',
      range,
      forwarded,
    })
  })
  return routes
}

/** Known only to who has the token key, and of no use for anything else. */
export function selfProof({ tokenKey }: Pick<Secrets, 'tokenKey'>, nonce: string): string {
  const key = Buffer.from(hkdfSync('sha256', tokenKey, '', 'daybreak self-check', 32))
  return createHmac('sha256', key).update(nonce).digest('base64url')
}

const INSIDE = [
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  '::1/128',
  'fc00::/7',
  'fe80::/10',
]

function insideRangeOf(address: string): string | null {
  const parsed = ipaddr.process(address)
  const found = INSIDE.find((range) => {
    const [network, bits] = ipaddr.parseCIDR(range)
    return network.kind() === parsed.kind() && parsed.match(network, bits)
  })
  return found ?? null
}
