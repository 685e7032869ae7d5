import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

/** A client that says exactly what it is told, and gives back whole replies. */
export class SmtpClient {
  socket: Socket
  #buffer = ''
  #closed = false
  #wake: () => void = () => undefined

  private constructor(socket: Socket) {
    this.socket = socket
    this.#listen(socket)
  }

  static async open(port: number): Promise<{ client: SmtpClient; greeting: string }> {
    const socket = connect(port, '127.0.0.1')
    const client = new SmtpClient(socket)
    return { client, greeting: await client.reply() }
  }

  /** Past the greeting and EHLO. */
  static async greet(port: number): Promise<SmtpClient> {
    const { client } = await SmtpClient.open(port)
    await client.say('EHLO mx.example.net')
    return client
  }

  async say(line: string): Promise<string> {
    this.socket.write(`${line}\r\n`)
    return this.reply()
  }

  /** The reply of each step; the last one that was asked for. */
  async mail(from: string, to: string[], body: string): Promise<string[]> {
    const replies = [await this.say(`MAIL FROM:<${from}>`)]
    for (const address of to) replies.push(await this.say(`RCPT TO:<${address}>`))
    replies.push(await this.say('DATA'))
    if (!replies.at(-1)?.startsWith('354')) return replies
    replies.push(await this.say(`${body}\r\n.`))
    return replies
  }

  /** The next whole reply; empty when the connection ends before. */
  async reply(): Promise<string> {
    for (;;) {
      const found = /^(?:\d{3}-[^\r\n]*\r\n)*\d{3}(?: [^\r\n]*)?\r\n/.exec(this.#buffer)?.[0]
      if (found !== undefined) {
        this.#buffer = this.#buffer.slice(found.length)
        return found.trimEnd()
      }
      if (this.#closed) return ''
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  async startTls(): Promise<string> {
    const answer = await this.say('STARTTLS')
    const secure = connectTls({ socket: this.socket, rejectUnauthorized: false })
    await once(secure, 'secureConnect')
    this.socket = secure
    this.#listen(secure)
    return answer
  }

  async closed(): Promise<void> {
    while (!this.#closed) await new Promise<void>((resolve) => (this.#wake = resolve))
  }

  [Symbol.dispose](): void {
    this.socket.destroy()
  }

  #listen(socket: Socket): void {
    socket.on('data', (chunk: Buffer) => {
      this.#buffer += chunk.toString('latin1')
      this.#wake()
    })
    for (const event of ['close', 'error', 'end']) {
      socket.on(event, () => {
        this.#closed = true
        this.#wake()
      })
    }
  }
}
