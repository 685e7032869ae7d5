import { randomBytes } from 'node:crypto'
import { connect, isIP, type Socket } from 'node:net'
import { isLoopback } from '#mail/smtp-url.ts'
import { addressesOf, type Dns, openDns } from '#mail/sender-dns/dns.ts'
import type { Outside } from './sender.ts'
import type { Connect } from './smtp-probe.ts'
import { openWebAsker } from './web.ts'

/** The real world, by the resolver that was given. */
export function openOutside({
  resolver,
  timeoutMs,
  now,
}: {
  resolver: string | null
  timeoutMs: number
  now: () => Date
}): Outside {
  const dns = openDns({ server: resolver })
  return {
    dns,
    connect: openConnect(dns, timeoutMs),
    ca: undefined,
    askWeb: openWebAsker({ timeoutMs, ca: undefined }),
    timeoutMs,
    now,
    nonce: () => randomBytes(24).toString('base64url'),
  }
}

function openConnect(dns: Dns, timeoutMs: number): Connect {
  return async ({ host, port }) => {
    const known = isIP(host) > 0 || isLoopback(host)
    const [address] = known ? [host] : await addressesOf(dns, host)
    if (address === undefined) throw new Error('its name has no address')
    const socket: Socket = connect({ host: address, port })
    const open = Promise.withResolvers<void>()
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error('no answer in time')))
    socket.once('connect', () => open.resolve())
    socket.once('error', (error) => open.reject(error))
    await open.promise
    return socket
  }
}
