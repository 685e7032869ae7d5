import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'

export type FakeMail = { uid: number; flags: Set<string>; source: Buffer }

export type FakeImapOptions = {
  password?: string
  /** Capabilities beyond IMAP4rev1. */
  can?: string[]
  /** False: CREATE is refused, so that there is nowhere to move a mail to. */
  folders?: boolean
  /** Refuses keywords. */
  keywords?: boolean
  /** Commands after which the connection breaks, once each, such as 'UID MOVE'. */
  breakAt?: string[]
}

/** A small IMAP server (RFC 3501, IDLE, MOVE): as much of one as reading a mailbox needs. */
export class FakeImap implements AsyncDisposable {
  readonly folders = new Map<string, FakeMail[]>([['INBOX', []]])
  readonly commands: string[] = []
  readonly #options: FakeImapOptions
  readonly #sockets = new Set<Socket>()
  readonly #idle = new Set<() => void>()
  readonly #server = createServer((socket) => this.#serve(socket))
  #uid = 0

  private constructor(options: FakeImapOptions) {
    this.#options = options
  }

  static async open(options: FakeImapOptions = {}): Promise<FakeImap> {
    const fake = new FakeImap(options)
    fake.#server.listen(0, '127.0.0.1')
    await once(fake.#server, 'listening')
    return fake
  }

  get url(): string {
    const address = this.#server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    return `imap://returns:s%40cret@127.0.0.1:${port}/INBOX`
  }

  get connections(): number {
    return this.#sockets.size
  }

  /** A mail arrives, and whoever waits is told. */
  deliver(source: string, folder = 'INBOX'): number {
    this.#uid += 1
    const mail = { uid: this.#uid, flags: new Set<string>(), source: Buffer.from(source) }
    this.folders.get(folder)?.push(mail)
    for (const tell of this.#idle) tell()
    return this.#uid
  }

  uidsIn(folder: string): number[] {
    return (this.folders.get(folder) ?? []).map(({ uid }) => uid)
  }

  flagsOf(uid: number): string[] {
    const mails = [...this.folders.values()].flat()
    return [...(mails.find((mail) => mail.uid === uid)?.flags ?? [])]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('error', () => undefined)
    socket.write(`* OK [${this.#capability}] ready\r\n`)
    let buffer = ''
    let idle: { tag: string; tell: () => void } | undefined
    socket.on('data', (chunk: Buffer) => {
      buffer += chunk.toString('latin1')
      for (let end = buffer.indexOf('\r\n'); end !== -1; end = buffer.indexOf('\r\n')) {
        const line = buffer.slice(0, end)
        buffer = buffer.slice(end + 2)
        if (idle !== undefined) {
          this.#idle.delete(idle.tell)
          socket.write(`${idle.tag} OK IDLE over\r\n`)
          idle = undefined
          continue
        }
        const [tag = '', ...words] = line.split(' ')
        const isUid = words[0]?.toUpperCase() === 'UID'
        const name = words
          .splice(0, isUid ? 2 : 1)
          .join(' ')
          .toUpperCase()
        const rest = words.join(' ')
        this.commands.push(name)
        const broken = this.#options.breakAt?.indexOf(name) ?? -1
        if (name === 'IDLE') {
          const tell = () => socket.write(`* ${this.#inbox.length} EXISTS\r\n`)
          idle = { tag, tell }
          this.#idle.add(tell)
          socket.write('+ idling\r\n')
        } else {
          socket.write(this.#answer({ tag, name, rest }), 'latin1')
        }
        if (broken >= 0) {
          this.#options.breakAt?.splice(broken, 1)
          socket.destroy()
          return
        }
      }
    })
  }

  get #capability(): string {
    return `CAPABILITY IMAP4rev1 ${(this.#options.can ?? ['IDLE', 'MOVE']).join(' ')}`.trim()
  }

  get #inbox(): FakeMail[] {
    return this.folders.get('INBOX') ?? []
  }

  #answer({ tag, name, rest }: { tag: string; name: string; rest: string }): string {
    const work = this.#works[name]
    if (work === undefined) return `${tag} BAD ${name} is not known here\r\n`
    const answer = work(rest)
    if (typeof answer === 'string') return `${tag} NO ${answer}\r\n`
    const untagged = answer.map((line) => `* ${line}\r\n`).join('')
    return `${untagged}${tag} OK ${name} done\r\n`
  }

  /** What each command answers before its OK, or why not. */
  readonly #works: Record<string, (rest: string) => string[] | string> = {
    CAPABILITY: () => [this.#capability],
    LOGIN: (rest) =>
      rest.includes(this.#options.password ?? 's@cret')
        ? []
        : '[AUTHENTICATIONFAILED] Authentication failed',
    // Of nothing: what stands between the names of folders.
    LIST: (rest) => [
      rest === '"" ""' ? 'LIST (\\Noselect) "/" ""' : 'LIST (\\HasNoChildren) "/" INBOX',
    ],
    SELECT: () => [
      'FLAGS (\\Seen \\Deleted)',
      `OK [PERMANENTFLAGS (\\Seen \\Deleted${this.#options.keywords === false ? '' : ' \\*'})] Limited`,
      `${this.#inbox.length} EXISTS`,
      'OK [UIDVALIDITY 7] UIDs valid',
      `OK [UIDNEXT ${this.#uid + 1}] Next`,
    ],
    CREATE: (rest) => this.#create(rest.replaceAll('"', '')),
    'UID SEARCH': (rest) => {
      const keyword = /UNKEYWORD (\S+)/.exec(rest)?.[1] ?? ''
      const found = this.#inbox.filter(({ flags }) => !flags.has(keyword))
      return [`SEARCH ${found.map(({ uid }) => uid).join(' ')}`]
    },
    'UID FETCH': (rest) => this.#chosen(rest).map((mail) => this.#fetch(mail, rest)),
    'UID STORE': (rest) => (this.#store(rest) ? [] : '[CANNOT] No keywords here'),
    'UID COPY': (rest) => (this.#carry(rest, false) ? [] : '[TRYCREATE] No such folder'),
    'UID MOVE': (rest) => (this.#carry(rest, true) ? [] : '[TRYCREATE] No such folder'),
    EXPUNGE: () => {
      this.#remove(this.#inbox.filter(({ flags }) => flags.has('\\Deleted')))
      return []
    },
    SUBSCRIBE: () => [],
    NOOP: () => [],
    LOGOUT: () => [],
  }

  #create(folder: string): string[] | string {
    if (this.#options.folders === false) return '[CANNOT] No folders here'
    if (this.folders.has(folder)) return '[ALREADYEXISTS] There is one'
    this.folders.set(folder, [])
    return []
  }

  #chosen(rest: string): FakeMail[] {
    const ranges = (rest.split(' ')[0] ?? '')
      .split(',')
      .map((range) => range.split(':').map(Number))
    return this.#inbox.filter(({ uid }) =>
      ranges.some(([from = 0, to = from]) => uid >= from && uid <= to),
    )
  }

  #fetch(mail: FakeMail, rest: string): string {
    const seq = this.#inbox.indexOf(mail) + 1
    const parts = [`UID ${mail.uid}`]
    const literal = (name: string, bytes: Buffer) =>
      parts.push(`${name} {${bytes.length}}\r\n${bytes.toString('latin1')}`)
    if (/BODY\.PEEK\[HEADER/.test(rest)) {
      const end = mail.source.indexOf('\r\n\r\n')
      const asked = /HEADER\.FIELDS \(([^)]*)\)/.exec(rest)?.[1] ?? ''
      literal(`BODY[HEADER.FIELDS (${asked})]`, mail.source.subarray(0, end + 4))
    }
    const most = /BODY\.PEEK\[\](?:<0\.(\d+)>)?/.exec(rest)
    if (most)
      literal(
        most[1] ? 'BODY[]<0>' : 'BODY[]',
        mail.source.subarray(0, Number(most[1] ?? mail.source.length)),
      )
    return `${seq} FETCH (${parts.join(' ')})`
  }

  #store(rest: string): boolean {
    const flags = (/\(([^)]*)\)/.exec(rest)?.[1] ?? '').split(' ')
    if (this.#options.keywords === false && flags.some((flag) => !flag.startsWith('\\')))
      return false
    for (const mail of this.#chosen(rest)) for (const flag of flags) mail.flags.add(flag)
    return true
  }

  #carry(rest: string, away: boolean): boolean {
    const folder = this.folders.get(rest.slice(rest.indexOf(' ') + 1).replaceAll('"', ''))
    if (folder === undefined) return false
    const mails = this.#chosen(rest)
    folder.push(...mails.map((mail) => ({ ...mail })))
    if (away) this.#remove(mails)
    return true
  }

  #remove(mails: FakeMail[]): void {
    this.folders.set(
      'INBOX',
      this.#inbox.filter((mail) => !mails.includes(mail)),
    )
  }
}
