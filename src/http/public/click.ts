import { Hono, type Context as Request } from 'hono'
import ipaddr from 'ipaddr.js'
import { openClicks } from '#clicks/follow-click.ts'
import type { Context } from '#context.ts'
import { Refusal } from '#errors.ts'
import { clientOf } from '../client-address.ts'

/** A link of a mail that counts its readers leads on at once, to where the edition says and nowhere else. */
export function clickRoutes(context: Context): Hono {
  const routes = new Hono()
  const clicks = openClicks(context)

  // Hono answers a HEAD by the same handler.
  routes.get('/k/:position{[0-9]{1,4}}/:token', async (request) => {
    if (namesAddress(request)) throw new Refusal('there is no such link', { status: 404 })
    const header = (name: string) => request.req.header(name) ?? ''
    const url = await clicks.follow({
      token: request.req.param('token'),
      position: Number(request.req.param('position')),
      method: request.req.method === 'HEAD' ? 'HEAD' : 'GET',
      agent: header('user-agent'),
      purpose: ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'].map(header).join(' '),
      network: networkOf(clientOf(request, context.config.trustedProxies).address),
    })
    if (url === undefined) throw new Refusal('there is no such link', { status: 404 })
    return request.redirect(url, 302)
  })

  routes.all('/k/:position{[0-9]{1,4}}/:token', (request) =>
    request.text('Only GET and HEAD.\n', 405, { Allow: 'GET, HEAD' }),
  )
  return routes
}

/** Sites that share a link may add a word to it; an address was added by somebody who hopes that it is followed. */
function namesAddress(request: Request): boolean {
  return Object.values(request.req.query()).some((value) => /[/\\]/.test(value))
}

/**
 * The first 24 bits of an IPv4 address, 48 of an IPv6 one. A private address is that of a proxy, which all readers
 * share: that is none.
 */
export function networkOf(address: string | undefined): string | null {
  if (address === undefined || !ipaddr.isValid(address)) return null
  const parsed = ipaddr.process(address)
  if (parsed.range() !== 'unicast') return null
  const bytes = parsed.toByteArray()
  return Buffer.from(bytes.slice(0, bytes.length === 4 ? 3 : 6)).toString('hex')
}
