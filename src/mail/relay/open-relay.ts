import type { Socket } from 'node:net'
import type { ConnectionOptions } from 'node:tls'

import SMTPConnection from 'nodemailer/lib/smtp-connection'

import { hasCode, reasonOf } from '#errors.ts'
import { type Extensions, extensionsOf } from '#mail/relay/envelope.ts'

/** Where a relay is and how it is entered; smtp-url.ts reads it. */
export type RelayAddress = {
  host: string
  port: number
  /** TLS from the first byte (smtps). */
  secure: boolean
  starttls: 'required' | 'off'
  login: { user: string; pass: string } | undefined
}

/** In ms. RFC 5321 4.5.3.2 gives minutes; a mail that waits so long is better planned again. */
export type Timeouts = {
  connect: number
  greeting: number
  /** A reply to MAIL or RCPT. */
  envelope: number
  data: number
  /** The reply to the final dot: relays scan the mail before they answer. */
  dot: number
  /** A body of which the relay takes no more bytes. */
  stall: number
  /** A connection without work says goodbye after this. */
  idle: number
}

export const TIMEOUTS: Timeouts = {
  connect: 15_000,
  greeting: 15_000,
  envelope: 60_000,
  data: 60_000,
  dot: 120_000,
  stall: 60_000,
  idle: 30_000,
}

export type Door = {
  relay: RelayAddress
  /** Said in EHLO; relays check that it resolves. */
  name: string
  timeouts: Timeouts
  tls: ConnectionOptions | undefined
}

export type OpenRelay = { socket: Socket; extensions: Extensions }

/** Greeted, encrypted and logged in by nodemailer, then its socket alone; rejects with nodemailer's error. */
export async function openRelay(door: Door, signal?: AbortSignal): Promise<OpenRelay> {
  const { relay, name, timeouts, tls } = door
  const smtp = new SMTPConnection({
    host: relay.host,
    port: relay.port,
    secure: relay.secure,
    requireTLS: !relay.secure && relay.starttls === 'required',
    ignoreTLS: relay.starttls === 'off',
    name,
    connectionTimeout: timeouts.connect,
    greetingTimeout: timeouts.greeting,
    dnsTimeout: timeouts.connect,
    socketTimeout: timeouts.envelope,
    socketCloseTimeout: 1000,
    maxResponseSize: 64 * 1024,
    tls: { minVersion: 'TLSv1.2', ...tls },
  })
  const leave = (): void => smtp.close()
  signal?.addEventListener('abort', leave, { once: true })
  try {
    await enter(smtp)
    // The reply that ended the handshake is the one that lists the extensions.
    const extensions = extensionsOf(String(smtp.lastServerResponse))
    if (relay.login) await logIn(smtp, relay.login)
    return { socket: takeSocket(smtp), extensions }
  } catch (cause) {
    smtp.close()
    if (!hasCode(cause, 'ETIMEDOUT')) throw cause
    throw new Error(`the relay does not answer: ${reasonOf(cause)}`, { cause })
  } finally {
    signal?.removeEventListener('abort', leave)
  }
}

function enter(smtp: SMTPConnection): Promise<void> {
  return new Promise((resolve, reject) => {
    smtp.on('error', reject)
    smtp.once('end', () => reject(new Error('the relay closed the connection')))
    smtp.connect((error) => (error ? reject(error) : resolve()))
  })
}

async function logIn(smtp: SMTPConnection, login: { user: string; pass: string }): Promise<void> {
  if (!smtp.allowsAuth) throw new Error('the relay offers no login, but SMTP_URL has a user')
  await new Promise<void>((resolve, reject) => {
    smtp.once('error', reject)
    smtp.once('end', () => reject(new Error('the relay closed the connection at the login')))
    smtp.login(login, (error) => (error ? reject(error) : resolve()))
  })
}

/** After STARTTLS the socket is another one than at first, so it is taken when all is done. */
function takeSocket(smtp: SMTPConnection): Socket {
  const { _socket: socket } = smtp
  if (!socket || smtp.destroyed || socket.destroyed) {
    throw new Error('the relay closed the connection')
  }
  // Its handlers are fields of the connection; the other listeners of the socket are Node's own.
  const handlers = new Set<unknown>(Object.values(smtp))
  for (const event of ['data', 'timeout', 'close', 'end', 'error']) {
    for (const listener of socket.listeners(event)) {
      if (isHandler(listener) && handlers.has(listener)) socket.off(event, listener)
    }
  }
  socket.setTimeout(0)
  return socket
}

function isHandler(listener: unknown): listener is (...values: unknown[]) => void {
  return typeof listener === 'function'
}
