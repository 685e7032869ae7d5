import { createServer, type Server, type Socket } from 'node:net'

/** Where a session stands when the server acts: `body` is after some body bytes, `dot` after the final dot. */
export type Stage = 'greeting' | 'ehlo' | 'mail' | 'rcpt' | 'data' | 'body' | 'dot'

type Reply = `${number}${string}`

/** `drop` closes the connection, `hang` says nothing more. */
export type Act =
  | 'drop'
  | 'hang'
  | Reply
  | { reply: Reply; thenDrop: true }
  | { after: Promise<unknown> }

export type FakeSmtp = AsyncDisposable & {
  url: string
  /** Whole mails: everything up to the final dot, as received. */
  bodies: string[]
  /** Bytes of bodies whose dot never came. */
  partial: string[]
  commands: string[]
  sessions: number
  /** Resolves when a session reaches the stage. */
  reached(stage: Stage): Promise<void>
  dropAll(): void
}

type Script = (at: { stage: Stage; session: number; mail: number }) => Act | undefined
type Options = { script?: Script; extensions?: string[] }

const USUAL: Record<Exclude<Stage, 'ehlo' | 'body'>, string> = {
  greeting: '220 fake ESMTP',
  mail: '250 2.1.0 Ok',
  rcpt: '250 2.1.5 Ok',
  data: '354 End with <CR><LF>.<CR><LF>',
  dot: '250 2.0.0 Ok: queued as 4F3A21',
}

/** A relay that misbehaves exactly where the script says. */
export async function startFakeSmtp({
  script,
  extensions = ['PIPELINING', 'SIZE 0'],
}: Options = {}) {
  const waiting = new Map<Stage, () => void>()
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true })
  const fake: FakeSmtp = {
    url: '',
    bodies: [],
    partial: [],
    commands: [],
    sessions: 0,
    reached: (stage) => new Promise((resolve) => waiting.set(stage, resolve)),
    dropAll: () => sockets.forEach((socket) => socket.destroy()),
    async [Symbol.asyncDispose]() {
      fake.dropAll()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    fake.sessions += 1
    const session = fake.sessions
    const act = (stage: Stage, mail: number): Act | undefined => {
      waiting.get(stage)?.()
      return script?.({ stage, session, mail })
    }
    const client = new Session(socket, fake, { extensions, act })
    client.greet()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  fake.url = `smtp://127.0.0.1:${portOf(server)}`
  return fake
}

export function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the fake relay has no port')
  return address.port
}

type Role = { extensions: string[]; act: (stage: Stage, mail: number) => Act | undefined }

class Session {
  readonly #socket: Socket
  readonly #fake: FakeSmtp
  readonly #role: Role
  #input = ''
  #inBody = false
  #recipients = 0
  #mail = 0
  #gone = false
  #queue = Promise.resolve()

  constructor(socket: Socket, fake: FakeSmtp, role: Role) {
    this.#socket = socket
    this.#fake = fake
    this.#role = role
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => {
      this.#input += chunk
      this.#queue = this.#queue.then(() => this.#read())
    })
    socket.on('close', () => {
      if (this.#inBody && this.#input !== '') fake.partial.push(this.#input)
    })
  }

  greet(): void {
    this.#queue = this.#perform('greeting', USUAL.greeting)
  }

  async #read(): Promise<void> {
    while (!this.#gone) {
      if (this.#inBody && this.#input !== '') await this.#perform('body', '')
      const mark = this.#inBody ? '\r\n.\r\n' : '\r\n'
      const at = this.#input.indexOf(mark)
      if (at < 0 || this.#gone) return
      const text = this.#input.slice(0, at)
      this.#input = this.#input.slice(at + mark.length)
      await (this.#inBody ? this.#finish(text) : this.#command(text))
    }
  }

  async #finish(body: string): Promise<void> {
    this.#inBody = false
    this.#fake.bodies.push(body)
    await this.#perform('dot', USUAL.dot)
  }

  async #command(line: string): Promise<void> {
    this.#fake.commands.push(line)
    switch (line.slice(0, 4).toUpperCase()) {
      case 'EHLO':
      case 'HELO':
        return this.#perform('ehlo', this.#extensions())
      case 'MAIL':
        this.#mail += 1
        this.#recipients = 0
        return this.#perform('mail', USUAL.mail)
      case 'RCPT':
        return this.#perform('rcpt', USUAL.rcpt)
      case 'DATA':
        return this.#perform('data', this.#recipients > 0 ? USUAL.data : '554 5.5.1 No recipients')
      case 'AUTH':
        return void this.#socket.write('535 5.7.8 Wrong password\r\n')
      case 'STAR':
        return void this.#socket.write('502 5.5.1 No TLS here\r\n')
      case 'QUIT':
        return void this.#socket.end('221 Bye\r\n')
      default:
        return void this.#socket.write('250 Ok\r\n')
    }
  }

  #extensions(): string {
    const lines = ['fake', ...this.#role.extensions]
    return lines.map((text, at) => `250${at < lines.length - 1 ? '-' : ' '}${text}`).join('\r\n')
  }

  async #perform(stage: Stage, usual: string): Promise<void> {
    const act = this.#role.act(stage, this.#mail) ?? usual
    if (act === 'drop') return this.#end()
    if (act === 'hang') return void (this.#gone = true)
    if (typeof act === 'string') return this.#say(stage, act)
    if ('after' in act) {
      await act.after
      return this.#say(stage, usual)
    }
    this.#say(stage, act.reply)
    this.#end()
  }

  #say(stage: Stage, reply: string): void {
    if (reply !== '') this.#socket.write(`${reply}\r\n`)
    if (stage === 'rcpt' && reply.startsWith('2')) this.#recipients += 1
    if (stage === 'data' && reply.startsWith('354')) this.#inBody = true
  }

  #end(): void {
    this.#gone = true
    this.#socket.end(() => this.#socket.destroy())
  }
}
