import { once } from 'node:events'

import {
  SMTPServer,
  type SMTPServerDataStream,
  type SMTPServerError,
  type SMTPServerSession,
} from 'smtp-server'

import { codeOf, reasonOf, Refusal } from '#errors.ts'
import type { Log } from '#log.ts'
import { type InboxReader, readInbox, type ReceivedMail, storeMail } from '#mail/inbox-store.ts'
import { isLoopback } from '#mail/smtp-url.ts'

export type Inbox = AsyncDisposable & InboxReader & { port: number; url: string }

export type InboxOptions = {
  dir: string
  /** 0, the default, takes any free port. */
  port?: number
  host?: string
  log: Log
  now?: () => Date
  store?: (dir: string, mail: ReceivedMail) => Promise<string>
}

const LARGEST_MAIL = 10 * 1024 * 1024

/** The built-in inbox: an SMTP server for this machine only, which keeps every mail and passes none on. */
export async function openInbox(options: InboxOptions): Promise<Inbox> {
  const { dir, port = 0, host = '127.0.0.1' } = options
  if (!isLoopback(host)) {
    throw new Refusal(
      `The built-in inbox takes mail from this machine only: use 127.0.0.1, not ${host}`,
    )
  }
  const server = new SMTPServer({
    name: 'daybreak-inbox',
    disabledCommands: ['AUTH', 'STARTTLS'],
    authOptional: true,
    disableReverseLookup: true,
    size: LARGEST_MAIL,
    closeTimeout: 2000,
    logger: false,
    onData: (stream, session, callback) => void answer(receive(options, stream, session), callback),
  })
  // A client that resets its connection is no business of ours.
  server.on('error', (error) => options.log.debug({ reason: reasonOf(error) }, 'inbox connection'))
  await listen(server, port, host)
  const bound = portOf(server)
  return {
    ...readInbox(dir),
    port: bound,
    url: `smtp://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

type Callback = (error?: Error | null, message?: string) => void

async function answer(receiving: Promise<string>, callback: Callback): Promise<void> {
  const [result] = await Promise.allSettled([receiving])
  if (result.status === 'fulfilled') callback(null, `2.0.0 Ok: queued as ${result.value}`)
  else callback(result.reason instanceof Error ? result.reason : new Error(reasonOf(result.reason)))
}

async function receive(
  { dir, log, now = () => new Date(), store = storeMail }: InboxOptions,
  stream: SMTPServerDataStream,
  { envelope }: SMTPServerSession,
): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  if (stream.sizeExceeded) throw smtpError(552, '5.3.4 The mail is larger than 10 MB')
  const from = envelope.mailFrom ? envelope.mailFrom.address : ''
  const to = envelope.rcptTo.map(({ address }) => address)
  try {
    return await store(dir, { from, to, receivedAt: now(), raw: Buffer.concat(chunks) })
  } catch (error) {
    log.error({ reason: reasonOf(error), dir }, 'the inbox could not keep a mail')
    const full = ['ENOSPC', 'EDQUOT'].includes(codeOf(error))
    throw full ? smtpError(452, '4.3.1 The disk is full') : smtpError(451, '4.3.0 Not stored')
  }
}

function smtpError(responseCode: number, message: string): SMTPServerError {
  return Object.assign(new Error(message), { responseCode })
}

async function listen(server: SMTPServer, port: number, host: string): Promise<void> {
  try {
    const listening = once(server.server, 'listening')
    server.listen(port, host)
    await listening
  } catch (cause) {
    const fix =
      codeOf(cause) === 'EADDRINUSE'
        ? 'another program uses it: choose another port'
        : reasonOf(cause)
    throw new Refusal(`The built-in inbox cannot listen on port ${port}: ${fix}`, { cause })
  }
}

function portOf({ server }: SMTPServer): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the inbox has no port')
  return address.port
}
