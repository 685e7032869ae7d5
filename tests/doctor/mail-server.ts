import { createServer, type Socket } from 'node:net'
import { TLSSocket, type TLSSocketOptions } from 'node:tls'
import { portOf } from '../support/fake-relay.ts'

export type MailServerOptions = {
  greeting: string
  extensions?: string[]
  /** Announces STARTTLS. */
  tls?: TLSSocketOptions
  /** Speaks TLS from the first byte. */
  secure?: boolean
  reply?: (mailbox: string) => string
}

export type MailServer = AsyncDisposable & { port: number; commands: string[] }

/** A server that talks, and takes no mail. */
export async function startMailServer(options: () => MailServerOptions): Promise<MailServer> {
  const sockets = new Set<Socket>()
  const commands: string[] = []
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    const now = options()
    const wire =
      now.secure === true ? new TLSSocket(socket, { isServer: true, ...now.tls }) : socket
    wire.on('error', () => undefined)
    talk(wire, now, commands)
    wire.write(`${now.greeting}\r\n`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: portOf(server),
    commands,
    async [Symbol.asyncDispose]() {
      sockets.forEach((socket) => socket.destroy())
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function talk(socket: Socket, options: MailServerOptions, commands: string[]): void {
  const encrypted = socket instanceof TLSSocket
  const hear = (chunk: Buffer) => {
    for (const line of chunk.toString('latin1').split('\r\n').filter(Boolean)) {
      commands.push(line)
      if (line === 'STARTTLS') {
        socket.off('data', hear)
        socket.write('220 go\r\n')
        const inner = new TLSSocket(socket, { isServer: true, ...options.tls })
        inner.on('error', () => undefined)
        talk(inner, options, commands)
      } else socket.write(`${replyTo(line, options, encrypted)}\r\n`)
    }
  }
  socket.on('data', hear)
}

function replyTo(
  line: string,
  { extensions = [], tls, reply }: MailServerOptions,
  encrypted: boolean,
): string {
  const [, mailbox] = /^RCPT TO:<([^@>]*)@/.exec(line) ?? []
  if (mailbox !== undefined) return reply?.(mailbox) ?? '250 ok'
  if (!line.startsWith('EHLO')) return '250 ok'
  const words = [...extensions, ...(tls !== undefined && !encrypted ? ['STARTTLS'] : [])]
  return ['hello', ...words]
    .map((word, at) => `250${at === words.length ? ' ' : '-'}${word}`)
    .join('\r\n')
}
