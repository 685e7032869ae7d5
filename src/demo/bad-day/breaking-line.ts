import { connect, createServer, type Server, type Socket } from 'node:net'
import { type Cut, LineSession } from './line-session.ts'

/** The way from Daybreak to a relay on this machine, which breaks where it is told to. */
export class BreakingLine implements AsyncDisposable {
  /** Connections that died under a mail, by where. */
  readonly died: Record<Cut, number> = { 'at DATA': 0, 'in the body': 0, 'before the reply': 0 }
  /** Connections that were refused while it was down. */
  refused = 0
  readonly #relayPort: number
  readonly #server: Server
  readonly #sessions = new Set<LineSession>()
  #next: Cut[] = []
  #isDown = false

  private constructor(relayPort: number) {
    this.#relayPort = relayPort
    this.#server = createServer({ noDelay: true, allowHalfOpen: true }, (near) => this.#take(near))
  }

  static async open({ relayPort }: { relayPort: number }): Promise<BreakingLine> {
    const line = new BreakingLine(relayPort)
    const listening = Promise.withResolvers<void>()
    line.#server.once('error', listening.reject)
    line.#server.listen(0, '127.0.0.1', () => listening.resolve())
    await listening.promise
    return line
  }

  get url(): string {
    const address = this.#server.address()
    if (typeof address !== 'object' || address === null) throw new Error('the line has no port')
    return `smtp://127.0.0.1:${address.port}`
  }

  /** The connections of the next mails die there, one each. */
  cutNext(cuts: readonly Cut[]): void {
    this.#next.push(...cuts)
  }

  /** Mails that are still to be cut. */
  get waiting(): number {
    return this.#next.length
  }

  /** Nobody gets through; a mail that is on its way is finished first. */
  down(): void {
    this.#isDown = true
    for (const session of this.#sessions) session.leave()
  }

  up(): void {
    this.#isDown = false
  }

  #take(near: Socket): void {
    if (this.#isDown) {
      this.refused += 1
      near.on('error', () => undefined)
      near.destroy()
      return
    }
    const far = connect({
      host: '127.0.0.1',
      port: this.#relayPort,
      noDelay: true,
      allowHalfOpen: true,
    })
    const session = new LineSession({
      near,
      far,
      rules: {
        nextCut: () => this.#next.shift(),
        died: (cut) => (this.died[cut] += 1),
      },
    })
    this.#sessions.add(session)
    near.once('close', () => this.#sessions.delete(session))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = Promise.withResolvers<void>()
    this.#server.close(() => closed.resolve())
    for (const session of this.#sessions) session.destroy()
    await closed.promise
  }
}
