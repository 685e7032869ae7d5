import type { Socket } from 'node:net'
import { checkServerIdentity, connect as startTls, type TLSSocket } from 'node:tls'
import { codeOf, reasonOf } from '#errors.ts'

/** Opens TCP, resolving the host as the doctor's resolver says. */
export type Connect = (at: { host: string; port: number }) => Promise<Socket>

export type Encryption = {
  protocol: string
  validTo: Date | null
  /** Null where the certificate is right. */
  trouble: string | null
}

export type Hello = {
  greeting: string
  extensions: string[]
  /** What was offered before the encryption. */
  plainExtensions: string[]
  encryption: Encryption | null
}

/** An SMTP conversation that carries no mail. */
export type Conversation = AsyncDisposable & {
  hello: Hello
  /** The reply to one command. */
  say(command: string): Promise<{ code: number; text: string }>
}

type Door = {
  host: string
  port: number
  secure: boolean
  /** What we call ourselves. */
  name: string
  ca: string[] | undefined
  timeoutMs: number
}

/** @throws Error in the words of what went wrong */
export async function converse(connect: Connect, door: Door): Promise<Conversation> {
  let socket = await connect(door)
  try {
    socket.setTimeout(door.timeoutMs, () => socket.destroy(new Error('no answer in time')))
    let encryption: Encryption | null = null
    if (door.secure) ({ socket, encryption } = await encrypt(socket, door))
    let line = new Line(socket)
    const greeting = await line.reply()
    if (greeting.code !== 220) throw new Error(`it greets with ${greeting.code} ${greeting.text}`)
    const plainExtensions = await hello(line, door.name)
    let extensions = plainExtensions
    if (!door.secure && extensions.includes('STARTTLS')) {
      const go = await line.say('STARTTLS')
      if (go.code !== 220) throw new Error(`it answers STARTTLS with ${go.code} ${go.text}`)
      line.stop()
      ;({ socket, encryption } = await encrypt(socket, door))
      line = new Line(socket)
      extensions = await hello(line, door.name)
    }
    const last = socket
    return {
      hello: { greeting: greeting.text, extensions, plainExtensions, encryption },
      say: async (command) => line.say(command),
      async [Symbol.asyncDispose]() {
        if (last.writable) last.end('QUIT\r\n')
        last.destroySoon()
        await Promise.resolve()
      },
    }
  } catch (error) {
    socket.destroy()
    throw error
  }
}

async function hello(line: Line, name: string): Promise<string[]> {
  const { code, text } = await line.say(`EHLO ${name}`)
  if (code !== 250) throw new Error(`it answers EHLO with ${code} ${text}`)
  return text
    .split('\n')
    .slice(1)
    .map((word) => word.trim().split(/[ =]/)[0]?.toUpperCase() ?? '')
}

/** Old protocols and bad certificates are let through here, because they are what is looked for. */
async function encrypt(
  plain: Socket,
  { host, ca, timeoutMs }: Door,
): Promise<{ socket: TLSSocket; encryption: Encryption }> {
  const socket = startTls({
    socket: plain,
    servername: /^[\d.]+$|:/.test(host) ? '' : host,
    rejectUnauthorized: false,
    minVersion: 'TLSv1',
    ciphers: 'DEFAULT@SECLEVEL=0',
    checkServerIdentity: () => undefined,
    ...(ca === undefined ? {} : { ca }),
  })
  const ready = Promise.withResolvers<void>()
  socket.once('secureConnect', () => ready.resolve())
  socket.once('error', (error) => ready.reject(new TlsTrouble(error)))
  socket.once('close', () => ready.reject(new TlsTrouble(new Error('it hung up'))))
  socket.setTimeout(timeoutMs, () => socket.destroy(new Error('no answer in time')))
  await ready.promise
  const certificate = socket.getPeerCertificate()
  const mismatch = checkServerIdentity(host, certificate)
  const trouble = socket.authorized ? mismatch : socket.authorizationError
  return {
    socket,
    encryption: {
      protocol: socket.getProtocol() ?? '',
      validTo: certificate.valid_to === undefined ? null : new Date(certificate.valid_to),
      trouble:
        trouble === undefined || trouble === null
          ? null
          : codeOf(trouble) || (trouble instanceof Error ? trouble.message : String(trouble)),
    },
  }
}

export class TlsTrouble extends Error {
  override readonly name = 'TlsTrouble'
  constructor(cause: unknown) {
    super(`the encryption failed: ${reasonOf(cause)}`, { cause })
  }
}

const LONGEST = 64 * 1024

/** Replies in the order they come (RFC 5321 4.2.1). */
class Line {
  readonly #socket: Socket
  #text = ''
  #wake: () => void = () => undefined
  #end: Error | undefined
  readonly #read = (chunk: Buffer) => {
    this.#text += chunk.toString('latin1')
    if (this.#text.length > LONGEST) this.#socket.destroy(new Error('it talks without end'))
    this.#wake()
  }
  readonly #closed = (error?: unknown) => {
    this.#end ??= error instanceof Error ? error : new Error('it hung up')
    this.#wake()
  }

  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', this.#read)
    socket.on('error', this.#closed)
    socket.on('close', () => this.#closed())
  }

  stop(): void {
    this.#socket.off('data', this.#read)
  }

  async say(command: string): Promise<{ code: number; text: string }> {
    this.#socket.write(`${command}\r\n`)
    return this.reply()
  }

  async reply(): Promise<{ code: number; text: string }> {
    for (;;) {
      const whole = /^(?:\d{3}-[^\n]*\n)*\d{3}(?: [^\n]*)?\r?\n/.exec(this.#text)?.[0]
      if (whole !== undefined) {
        this.#text = this.#text.slice(whole.length)
        const lines = whole.trimEnd().split(/\r?\n/)
        return {
          code: Number(whole.slice(0, 3)),
          text: lines.map((line) => line.slice(4)).join('\n'),
        }
      }
      if (this.#end !== undefined) throw this.#end
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}
