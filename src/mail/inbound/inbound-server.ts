import { once } from 'node:events'
import {
  SMTPServer,
  type SMTPServerDataStream,
  type SMTPServerError,
  type SMTPServerSession,
} from 'smtp-server'
import { codeOf, reasonOf, Refusal } from '#errors.ts'
import type { Log } from '#log.ts'
import { type CertificateFiles, CertificateWatch } from './certificate.ts'
import { Guests } from './guests.ts'
import { LARGEST_MAIL, type MayTake, type TakeMail } from './inbound.ts'

export type InboundLimits = {
  bytes: number
  recipients: number
  /** Addresses that are not ours before a client is cut off. */
  badRecipients: number
  connections: number
  perNetwork: number
  idleMs: number
  sessionMs: number
}

const LIMITS: InboundLimits = {
  bytes: LARGEST_MAIL,
  recipients: 5,
  badRecipients: 5,
  connections: 100,
  perNetwork: 20,
  idleMs: 60_000,
  sessionMs: 300_000,
}

const NOT_OURS = ['AUTH', 'VRFY', 'EXPN', 'HELP', 'WIZ', 'SHELL', 'KILL']

/** A client that goes on this far past the limit does not listen. */
const PATIENCE = 4

export type InboundOptions = {
  host: string
  port: number
  /** What the server calls itself: the name that the MX record points to. */
  name: string
  tls: CertificateFiles | null
  mayTake: MayTake
  take: TakeMail
  log: Log
  limits?: Partial<InboundLimits>
}

export type InboundServer = AsyncDisposable & { port: number }

/**
 * An SMTP server for the mail that comes back. It takes what `mayTake` knows and nothing else, passes nothing on, never
 * answers by mail, and says 250 only after `take` has kept the mail: what could not be kept is offered again by its
 * sender.
 * @throws Refusal when it cannot listen
 */
export async function openInboundServer(options: InboundOptions): Promise<InboundServer> {
  const limits = { ...LIMITS, ...options.limits }
  const { name, log, tls } = options
  const guests = new Guests(limits)
  const atWork = new Set<Promise<void>>()
  const certificate = tls === null ? undefined : await CertificateWatch.open(tls, log)
  const server = new SMTPServer({
    ...certificate?.first,
    name,
    size: limits.bytes,
    maxClients: limits.connections,
    maxRecipients: limits.recipients,
    socketTimeout: limits.idleMs,
    maxCommandLength: 4096,
    // Servers that bounce our mails write senders such as mailer-daemon@mx_1.example.org: what counts is whom it is for.
    lenientAddressParsing: true,
    closeTimeout: 2000,
    authOptional: true,
    disabledCommands: tls === null ? [...NOT_OURS, 'STARTTLS'] : NOT_OURS,
    disableReverseLookup: true,
    hideENHANCEDSTATUSCODES: false,
    logger: false,
    onConnect: (session, callback) => void settle(welcome(session), callback),
    onRcptTo: ({ address }, { id }, callback) => void settle(checkAddress(address, id), callback),
    onData: (stream, session, callback) => {
      const receiving = settle(receive(stream, session), callback)
      atWork.add(receiving)
      void receiving.finally(() => atWork.delete(receiving))
    },
    onClose: ({ id }) => guests.leave(id),
  })
  // A client that resets its connection is no business of ours.
  server.on('error', (error) => log.debug({ reason: reasonOf(error) }, 'inbound connection'))
  await listen(server, options)

  async function welcome({ id, remoteAddress }: SMTPServerSession): Promise<void> {
    if (!guests.enter({ id, address: remoteAddress }, () => cutOff(id, 'Session took too long'))) {
      throw smtpError(421, 'Too many connections from your network, try again in a moment')
    }
    const renewed = await certificate?.renewed()
    if (renewed !== undefined) server.updateSecureContext(renewed)
  }

  async function checkAddress(address: string, id: string): Promise<void> {
    if ((await known(address)) !== undefined) return
    // The same words for what was forged and what never was: nobody learns which.
    throw guests.refuse(id)
      ? smtpError(421, 'Too many addresses that are not here')
      : smtpError(550, 'No such address here')
  }

  async function receive(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<void> {
    const { id, envelope } = session
    const bytes = await readWhole(stream, id)
    const sender = envelope.mailFrom === false ? '' : envelope.mailFrom.address
    for (const { address } of envelope.rcptTo) {
      const kind = await known(address)
      if (kind === undefined) continue
      await kept(() => options.take({ channel: 'smtp', kind, address, sender, bytes }))
    }
  }

  async function readWhole(stream: SMTPServerDataStream, id: string): Promise<Buffer> {
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of stream) {
      if (!Buffer.isBuffer(chunk)) continue
      size += chunk.length
      if (size <= limits.bytes) chunks.push(chunk)
      else chunks.length = 0
      if (size > limits.bytes * PATIENCE) cutOff(id, 'The mail is far too large')
    }
    if (size > limits.bytes) throw smtpError(552, `The mail is larger than ${limits.bytes} bytes`)
    return Buffer.concat(chunks, size)
  }

  const known = (address: string) => kept(() => options.mayTake(address))

  async function kept<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work()
    } catch (error) {
      log.error({ reason: reasonOf(error) }, 'inbound mail could not be taken: it will come again')
      throw smtpError(451, 'Not taken now, try again later')
    }
  }

  function cutOff(id: string, words: string): void {
    for (const connection of server.connections) {
      if (connection.id === id) connection.send(421, words)
    }
  }

  return {
    port: portOf(server),
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => server.close(resolve))
      // What is being taken needs the database a moment longer.
      await Promise.all(atWork)
    },
  }
}

type Callback = (error?: Error | null) => void

async function settle(working: Promise<void>, callback: Callback): Promise<void> {
  const [result] = await Promise.allSettled([working])
  if (result.status === 'fulfilled') callback()
  else callback(result.reason instanceof Error ? result.reason : new Error(reasonOf(result.reason)))
}

function smtpError(responseCode: number, message: string): SMTPServerError {
  return Object.assign(new Error(message), { responseCode })
}

async function listen(server: SMTPServer, { host, port }: InboundOptions): Promise<void> {
  try {
    const listening = once(server.server, 'listening')
    server.listen(port, host)
    await listening
  } catch (cause) {
    throw new Refusal(`cannot listen for mail on ${host} port ${port}: ${fixFor(cause)}`, {
      field: 'INBOUND_LISTEN',
      status: 78,
      cause,
    })
  }
}

function fixFor(cause: unknown): string {
  switch (codeOf(cause)) {
    case 'EACCES':
      return 'only root may use a port below 1024. Let systemd or setcap give node the right (cap_net_bind_service), use authbind, or set INBOUND_LISTEN to a high port and redirect port 25 to it; see docs/inbound.md#port-25-without-root'
    case 'EADDRINUSE':
      return 'another program uses it. Stop that mail server, or set INBOUND_LISTEN to a free port and let it pass the mail of the bounce domain on'
    case 'EADDRNOTAVAIL':
      return 'this machine has no such address. Set INBOUND_LISTEN to one that it has, or to 0.0.0.0:25 or [::]:25'
    default:
      return reasonOf(cause)
  }
}

function portOf({ server }: SMTPServer): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return address.port
}
