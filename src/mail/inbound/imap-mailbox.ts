import { ImapFlow } from 'imapflow'
import { reasonOf } from '#errors.ts'
import type { Log } from '#log.ts'
import { isLoopback } from '#mail/smtp-url.ts'
import { LARGEST_MAIL } from './inbound.ts'
import { ADDRESS_HEADERS } from './own-address.ts'

/** For servers that cannot move a mail: it stays where it is, with this keyword. */
const DONE_FLAG = '$DaybreakDone'

const BATCH = 100
/** Of a mailbox that filled while nobody looked. */
const AT_ONCE = 500
const CONNECT_MS = 30_000
/** How soon after the last command the server is asked to tell of new mail. */
const IDLE_AFTER_MS = 1000

export type Folder = 'Done' | 'Not ours'
export type Listed = { uid: number; header: string }

/** One connection to a mailbox, for as long as it holds. */
export class ImapMailbox {
  readonly #client: ImapFlow
  readonly #log: Log
  #news = false
  #wake: () => void = () => undefined
  /** Mails that could neither be moved nor marked. */
  readonly #kept = new Set<number>()

  private constructor(client: ImapFlow, log: Log) {
    this.#client = client
    this.#log = log
    client.on('exists', () => this.#hear())
    client.on('close', () => this.#wake())
  }

  static async open({ url, log, signal }: { url: string; log: Log; signal: AbortSignal }) {
    const { path, ...server } = readImapUrl(url)
    const client = new ImapFlow({
      ...server,
      logger: false,
      clientInfo: { name: 'Daybreak' },
      autoIdleDelay: IDLE_AFTER_MS,
      connectionTimeout: CONNECT_MS,
      maxLiteralSize: LARGEST_MAIL * 2,
      maxResponseSize: LARGEST_MAIL * 4,
    })
    client.on('error', (error: Error) => log.debug({ reason: reasonOf(error) }, 'IMAP connection'))
    const close = () => client.close()
    signal.addEventListener('abort', close, { once: true })
    client.once('close', () => signal.removeEventListener('abort', close))
    await client.connect()
    await client.mailboxOpen(path)
    const mailbox = new ImapMailbox(client, log)
    await mailbox.#ensureFolders()
    return mailbox
  }

  /** Mails that nobody has looked at, the oldest of them first. */
  async list(): Promise<Listed[]> {
    this.#news = false
    const found = await this.#client.search({ unKeyword: DONE_FLAG }, { uid: true })
    if (!Array.isArray(found)) throw new Error('the mailbox cannot be searched')
    const waiting = found.filter((uid) => !this.#kept.has(uid)).toSorted((a, b) => a - b)
    const uids = waiting.slice(0, AT_ONCE)
    this.#news ||= waiting.length > uids.length
    const listed: Listed[] = []
    for (let at = 0; at < uids.length; at += BATCH) {
      const range = uids.slice(at, at + BATCH).join(',')
      const query = { uid: true, headers: [...ADDRESS_HEADERS, 'return-path'] }
      const mails = await this.#client.fetchAll(range, query, { uid: true })
      listed.push(...mails.map(({ uid, headers }) => ({ uid, header: String(headers ?? '') })))
    }
    return listed.toSorted((a, b) => a.uid - b.uid)
  }

  /** The mail, or its first megabyte; undefined when it is gone. */
  async read({ uid }: Pick<Listed, 'uid'>): Promise<Uint8Array | undefined> {
    const query = { uid: true, source: { maxLength: LARGEST_MAIL } }
    const mail = await this.#client.fetchOne(String(uid), query, { uid: true })
    return mail ? mail.source : undefined
  }

  /** Away into a folder, or marked where there is none; what is not ours stays unread, for a person to look at. */
  async putAway({ uid }: Pick<Listed, 'uid'>, folder: Folder): Promise<void> {
    const range = String(uid)
    const byUid = { uid: true }
    if (folder === 'Done') await this.#client.messageFlagsAdd(range, ['\\Seen'], byUid)
    if (await this.#client.messageMove(range, ['Daybreak', folder], byUid)) return
    this.refuseWhenLost()
    if (await this.#client.messageFlagsAdd(range, [DONE_FLAG], byUid)) return
    this.refuseWhenLost()
    this.#kept.add(uid)
    this.#log.warn(
      'a mail of the mailbox can neither be moved nor marked: let the user of IMAP_URL make folders or set keywords',
    )
  }

  /** Until there is news, `ms` have passed, or the connection is gone. */
  async waitForNews(ms: number): Promise<void> {
    if (!this.#news && this.#client.usable) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    this.refuseWhenLost()
  }

  /** Throws when there is no connection any more: what failed then says nothing of the mail. */
  refuseWhenLost(cause?: unknown): void {
    if (!this.#client.usable) throw new Error('the connection was lost', { cause })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Saying good-bye may take as long as the other side likes.
    this.#client.close()
  }

  #hear(): void {
    this.#news = true
    this.#wake()
  }

  async #ensureFolders(): Promise<void> {
    for (const folder of ['Done', 'Not ours'] satisfies Folder[]) {
      try {
        await this.#client.mailboxCreate(['Daybreak', folder])
      } catch (error) {
        // Some servers say only in words that it is there already; if it is not, mails are marked instead.
        this.#log.debug({ reason: reasonOf(error), folder }, 'a folder was not made')
      }
    }
  }
}

function readImapUrl(url: string) {
  const { protocol, hostname, port, username, password, pathname } = new URL(url)
  const secure = protocol === 'imaps:'
  const host = hostname.replace(/^\[|\]$/g, '')
  const path = decodeURIComponent(pathname.slice(1))
  return {
    host,
    port: port === '' ? (secure ? 993 : 143) : Number(port),
    secure,
    // The password never goes over a network in the clear.
    ...(secure ? {} : { doSTARTTLS: !isLoopback(host) }),
    auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
    path: path === '' ? 'INBOX' : path,
  }
}
