import type { Socket } from 'node:net'
import { type SecureContext, TLSSocket } from 'node:tls'

/** Where a session can be made to stand still: with the body half read, or with the whole mail taken and no reply. */
export type Stall = 'mid-body' | 'after dot'

export type Taken = { messageId: string; edition: number }

/** What the sink decides for its sessions. */
export type Rules = {
  mayBegin(): boolean
  /** Asked once a body, with its first byte. */
  stall(): Stall | undefined
  take(mail: Taken): number
  secure?: SecureContext | undefined
}

const DOT = Buffer.from('\r\n.\r\n')
const HELLO = ['PIPELINING', '8BITMIME', 'SMTPUTF8', 'ENHANCEDSTATUSCODES']

/** One connection to the sink: speaks just enough SMTP, fast, and can be made to stand still. */
export class SinkSession {
  readonly #rules: Rules
  #socket: Socket
  #input: Buffer = Buffer.alloc(0)
  #mode: 'commands' | 'waits for its turn' | 'body' = 'commands'
  /** Of the body's end that was looked for already. */
  #seen = 0
  #wanted: Stall | undefined
  #stalled: Stall | undefined
  #reply = ''
  #secured = false

  constructor(socket: Socket, rules: Rules) {
    this.#socket = socket
    this.#rules = rules
    this.#attach(socket)
    socket.write('220 sink ESMTP\r\n')
  }

  get stalled(): Stall | undefined {
    return this.#stalled
  }

  get waits(): boolean {
    return this.#mode === 'waits for its turn'
  }

  /** Begun by the sender, and without an answer. */
  get inBody(): boolean {
    return this.#stalled !== undefined || (this.#mode === 'body' && this.#input.length > 0)
  }

  /** Lets a session that waits for its turn begin. */
  begin(): void {
    if (!this.waits) return
    this.#mode = 'body'
    this.#say('354 go on')
    this.#work()
  }

  /** Reads on, or answers. What a dead sender left in the kernel is read to its end, as a relay would. */
  goOn(): void {
    const was = this.#stalled
    this.#stalled = undefined
    if (was === 'after dot') this.#answer()
    this.#work()
    this.#socket.resume()
  }

  drop(): void {
    this.#socket.destroy()
  }

  #attach(socket: Socket): void {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('data', (chunk: Buffer) => {
      this.#input = this.#input.length === 0 ? chunk : Buffer.concat([this.#input, chunk])
      this.#work()
    })
    socket.on('end', () => socket.end())
    // A killed sender resets its connections.
    socket.on('error', () => socket.destroy())
  }

  #work(): void {
    while (this.#step());
    this.#flush()
    if (this.#stalled === 'mid-body') this.#socket.pause()
  }

  /** Whether there may be more to do. */
  #step(): boolean {
    if (this.#stalled !== undefined || this.waits || this.#input.length === 0) return false
    return this.#mode === 'body' ? this.#readBody() : this.#readCommand()
  }

  #readCommand(): boolean {
    const end = this.#input.indexOf(10)
    if (end < 0) return false
    const line = this.#input.toString('latin1', 0, end).trimEnd()
    this.#input = this.#input.subarray(end + 1)
    this.#obey(line.slice(0, 8).toUpperCase())
    return true
  }

  #obey(line: string): void {
    if (line.startsWith('DATA')) {
      if (this.#rules.mayBegin()) {
        this.#mode = 'body'
        this.#say('354 go on')
      } else this.#mode = 'waits for its turn'
    } else if (line.startsWith('EHLO')) this.#say(this.#hello())
    else if (line.startsWith('STARTTLS')) this.#secure()
    else if (line.startsWith('QUIT')) {
      this.#say('221 2.0.0 bye')
      this.#flush()
      this.#socket.end()
    } else this.#say('250 2.0.0 ok')
  }

  #hello(): string {
    const offers = this.#rules.secure && !this.#secured ? ['STARTTLS', ...HELLO] : HELLO
    return [
      '250-sink',
      ...offers.map((offer, at) => `250${at < offers.length - 1 ? '-' : ' '}${offer}`),
    ].join('\r\n')
  }

  #secure(): void {
    const plain = this.#socket
    this.#say('220 2.0.0 go on')
    this.#flush()
    plain.removeAllListeners('data')
    plain.removeAllListeners('end')
    this.#secured = true
    this.#attach(new TLSSocket(plain, { isServer: true, secureContext: this.#rules.secure }))
  }

  #readBody(): boolean {
    if (this.#seen === 0) {
      this.#wanted = this.#rules.stall()
      this.#seen = 1
      if (this.#wanted === 'mid-body') {
        this.#stalled = 'mid-body'
        return false
      }
    }
    const end = this.#input.indexOf(DOT, Math.max(0, this.#seen - DOT.length))
    this.#seen = this.#input.length
    if (end < 0) return false
    const head = this.#input.subarray(0, end)
    this.#input = this.#input.subarray(end + DOT.length)
    this.#seen = 0
    this.#mode = 'commands'
    this.#reply = `250 2.0.0 Ok: queued as S${this.#rules.take(takenFrom(head))}`
    if (this.#wanted === 'after dot') this.#stalled = 'after dot'
    else this.#answer()
    return true
  }

  #answer(): void {
    this.#say(this.#reply)
  }

  #out = ''

  #say(reply: string): void {
    this.#out += `${reply}\r\n`
  }

  #flush(): void {
    if (this.#out === '') return
    if (this.#socket.writable) this.#socket.write(this.#out, 'latin1')
    this.#out = ''
  }
}

function takenFrom(body: Buffer): Taken {
  const end = body.indexOf('\r\n\r\n')
  const head = body.toString('latin1', 0, end < 0 ? body.length : end)
  return {
    messageId: /^message-id:\s*<([^>]*)>/im.exec(head)?.[1] ?? '',
    edition: Number(/^feedback-id:\s*(\d+):/im.exec(head)?.[1] ?? 0),
  }
}
