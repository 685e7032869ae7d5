import type { Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { TLSSocket } from 'node:tls'

import { certificate } from './certificate.ts'

/** A mail as the relay got it, and when. */
export type FakeMail = { id: string; from: string; to: string; session: number; at: number }

/** Where a session stands when the server acts: `body` is after some body bytes, `dot` after the final dot. */
export type Stage =
  | 'greeting'
  | 'ehlo'
  | 'starttls'
  | 'auth'
  | 'mail'
  | 'rcpt'
  | 'data'
  | 'body'
  | 'dot'
  | 'rset'

export type Reply = `${number}${string}`

/** `drop` closes the connection, `hang` says nothing more, `garbage` answers what is not SMTP. */
export type Act =
  | 'drop'
  | 'hang'
  | 'garbage'
  | Reply
  | { reply: Reply; thenDrop: true }
  | { after: Promise<unknown> }

/** What the script sees: `mail` counts MAIL commands of the session, `to` is the recipient so far. */
export type Now = { stage: Stage; session: number; mail: number; to: string }
/** What arrived, for all sessions. */
export type Seen = {
  /** Whole mails: everything up to the final dot, whatever was answered. */
  mails: FakeMail[]
  /** Their bodies as received. */
  bodies: string[]
  /** Bytes of bodies whose dot never came. */
  partial: string[]
  commands: string[]
}

export type Role = {
  act: (now: Omit<Now, 'session'>) => Act | undefined
  session: number
  extensions: string[]
  starttls: boolean
  pieces: 'whole' | 'halves' | 'bytes'
  full: boolean
}

const USUAL: Record<Exclude<Stage, 'ehlo' | 'body'>, string> = {
  greeting: '220 fake ESMTP',
  starttls: '220 2.0.0 Ready to start TLS',
  auth: '535 5.7.8 Wrong password',
  mail: '250 2.1.0 Ok',
  rcpt: '250 2.1.5 Ok',
  data: '354 End with <CR><LF>.<CR><LF>',
  dot: '250 2.0.0 Ok: queued as 4F3A21',
  rset: '250 2.0.0 Ok',
}

/** One session of the fake relay: as strict about the order of commands as a real one. */
export class FakeSession {
  #socket: Socket
  readonly #seen: Seen
  readonly #role: Role
  #input = ''
  #searched = 0
  #inBody = false
  #from: string | undefined
  #to: string[] = []
  #mail = 0
  #gone = false
  #said = ''
  #queue = Promise.resolve()

  constructor(socket: Socket, seen: Seen, role: Role) {
    this.#socket = socket
    this.#seen = seen
    this.#role = role
    this.#listen()
    socket.on('close', () => {
      if (this.#inBody && this.#input !== '') seen.partial.push(this.#input)
    })
  }

  greet(): void {
    this.#queue = this.#greet()
  }

  async #greet(): Promise<void> {
    if (!this.#role.full) return this.#perform('greeting', USUAL.greeting)
    await this.#write('421 4.7.0 Too many connections\r\n')
    this.#end()
  }

  #listen(): void {
    this.#socket.on('error', () => {})
    this.#socket.on('data', (chunk: Buffer) => {
      this.#input += chunk.toString('latin1')
      this.#queue = this.#queue.then(() => this.#read())
    })
  }

  async #read(): Promise<void> {
    while (!this.#gone) {
      if (this.#inBody && this.#input !== '') await this.#perform('body', '')
      const line = this.#gone ? undefined : this.#cut()
      if (line === undefined) return
      await (this.#inBody ? this.#finish(line) : this.#command(line))
    }
  }

  /** The next command, or the body that has ended. */
  #cut(): string | undefined {
    if (this.#inBody && this.#input.startsWith('.\r\n')) return this.#shift(0, 3)
    const mark = this.#inBody ? '\r\n.\r\n' : '\r\n'
    const at = this.#input.indexOf(mark, this.#searched)
    if (at >= 0) return this.#shift(at, mark.length)
    this.#searched = Math.max(0, this.#input.length - mark.length)
    return undefined
  }

  #shift(at: number, mark: number): string {
    const text = this.#input.slice(0, at)
    this.#input = this.#input.slice(at + mark)
    this.#searched = 0
    return text
  }

  async #finish(body: string): Promise<void> {
    this.#inBody = false
    const id = /^Message-ID: *(\S+)/im.exec(body)?.[1] ?? body
    const [to = ''] = this.#to
    const { session } = this.#role
    this.#seen.bodies.push(body)
    this.#seen.mails.push({ id, from: this.#from ?? '', to, session, at: performance.now() })
    await this.#perform('dot', USUAL.dot)
    this.#clear()
  }

  #clear(): void {
    this.#from = undefined
    this.#to = []
  }

  async #command(line: string): Promise<void> {
    this.#seen.commands.push(line)
    switch (line.slice(0, 4).toUpperCase()) {
      case 'EHLO':
      case 'HELO':
        return this.#perform('ehlo', this.#extensions())
      case 'STAR':
        return this.#startTls()
      case 'MAIL':
        return this.#mailFrom(line)
      case 'RCPT':
        return this.#rcptTo(line)
      case 'DATA':
        return this.#perform('data', this.#usualData())
      case 'AUTH':
        return this.#perform('auth', USUAL.auth)
      case 'RSET':
        this.#clear()
        return this.#perform('rset', USUAL.rset)
      case 'QUIT':
        await this.#write('221 2.0.0 Bye\r\n')
        return this.#end()
      default:
        return this.#write('250 2.0.0 Ok\r\n')
    }
  }

  async #mailFrom(line: string): Promise<void> {
    this.#mail += 1
    const nested = this.#from !== undefined
    this.#from = /<(.*)>/.exec(line)?.[1] ?? ''
    this.#to = []
    await this.#perform('mail', nested ? '503 5.5.1 Nested MAIL command' : USUAL.mail)
  }

  #rcptTo(line: string): Promise<void> {
    this.#to.push(/<(.*)>/.exec(line)?.[1] ?? '')
    return this.#perform('rcpt', this.#from === undefined ? '503 5.5.1 Need MAIL' : USUAL.rcpt)
  }

  #usualData(): string {
    return this.#to.length > 0 ? USUAL.data : '554 5.5.1 No recipients'
  }

  async #startTls(): Promise<void> {
    if (!this.#role.starttls) return this.#write('502 5.5.1 No TLS here\r\n')
    await this.#perform('starttls', USUAL.starttls)
    if (this.#gone || this.#said !== USUAL.starttls) return
    this.#socket.removeAllListeners('data')
    this.#socket = new TLSSocket(this.#socket, { isServer: true, ...certificate })
    this.#role.starttls = false
    this.#listen()
  }

  #extensions(): string {
    const lines = ['fake', ...this.#role.extensions, ...(this.#role.starttls ? ['STARTTLS'] : [])]
    return lines.map((text, at) => `250${at < lines.length - 1 ? '-' : ' '}${text}`).join('\r\n')
  }

  async #perform(stage: Stage, usual: string): Promise<void> {
    const act = this.#role.act({ stage, mail: this.#mail, to: this.#to.at(-1) ?? '' }) ?? usual
    if (act === 'drop') return this.#end()
    if (act === 'hang') return void (this.#gone = true)
    if (act === 'garbage') return void this.#socket.write('\x16\x03 what?\r\n')
    if (typeof act === 'string') return this.#say(stage, act)
    if ('after' in act) {
      await act.after
      return this.#say(stage, usual)
    }
    await this.#say(stage, act.reply)
    this.#end()
  }

  async #say(stage: Stage, reply: string): Promise<void> {
    this.#said = reply
    if (reply !== '') await this.#write(`${reply}\r\n`)
    if (stage === 'mail' && !reply.startsWith('2')) this.#from = undefined
    if (stage === 'rcpt' && !reply.startsWith('2')) this.#to.pop()
    if (stage === 'data' && reply.startsWith('354')) this.#inBody = true
  }

  async #write(text: string): Promise<void> {
    const bytes = Buffer.from(text)
    const size = { whole: bytes.length, halves: Math.ceil(bytes.length / 2), bytes: 1 }[
      this.#role.pieces
    ]
    for (let from = 0; from < bytes.length; from += size) {
      this.#socket.write(bytes.subarray(from, from + size))
      if (size < bytes.length) await turn()
    }
  }

  #end(): void {
    this.#gone = true
    this.#socket.end(() => this.#socket.destroy())
  }
}
