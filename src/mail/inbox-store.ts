import { link, mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

import PostalMime, { type Email } from 'postal-mime'

import { codeOf, Refusal } from '#errors.ts'

export type ReceivedMail = { from: string; to: string[]; receivedAt: Date; raw: Buffer }

export type InboxEntry = {
  id: string
  receivedAt: Date
  /** The envelope, as SMTP said it. */
  from: string
  to: string[]
  subject: string
  /** The From header, for people: "The Harbour Courier <news@courier.example>". */
  sender: string
}

export type InboxMail = InboxEntry & {
  /** From and To as the mail itself says them. */
  header: { from: string; to: string }
  date: Date | undefined
  html: string
  text: string
  headers: Array<{ name: string; value: string }>
  raw: Buffer
}

export type InboxReader = {
  /** Newest first; `before` is the id after which the list goes on. */
  list(page: { limit: number; before?: string }): Promise<InboxEntry[]>
  get(id: string): Promise<InboxMail>
  count(): Promise<number>
  /** Removes every mail. */
  clear(): Promise<void>
}

const ID = /^\d{8}T\d{9}Z-\d{6}$/
const FILE = /^(\d{8}T\d{9}Z-\d{6})\.eml$/
const LONGEST_LIST = 200
const ENTRIES_IN_MEMORY = 2000
const HEADER_BYTES = 64 * 1024

/**
 * Writes the mail and returns its id. When this resolves the mail is on the disk, whole; when it
 * rejects, nothing is there. The envelope stands before the mail, as delivered mail has it.
 */
export async function storeMail(dir: string, mail: ReceivedMail): Promise<string> {
  await mkdir(dir, { recursive: true })
  const envelope = `Return-Path: <${mail.from}>\r\nDelivered-To: ${mail.to.join(', ')}\r\n`
  const stamp = mail.receivedAt.toISOString().replace(/[-:.]/g, '')
  const temporary = join(dir, `.${stamp}-${process.pid}-${(written += 1)}.tmp`)
  try {
    await writeDurably(temporary, Buffer.concat([Buffer.from(envelope), mail.raw]))
    const id = await nameIt(dir, temporary, stamp)
    await syncDirectory(dir)
    return id
  } finally {
    await rm(temporary, { force: true })
  }
}

let written = 0

async function writeDurably(path: string, bytes: Buffer): Promise<void> {
  await using file = await open(path, 'wx', 0o600)
  await file.writeFile(bytes)
  await file.sync()
}

/** A link, unlike a rename, never replaces what another process has just stored. */
async function nameIt(dir: string, temporary: string, stamp: string): Promise<string> {
  for (let sequence = 1; ; sequence += 1) {
    const id = `${stamp}-${String(sequence).padStart(6, '0')}`
    try {
      await link(temporary, join(dir, `${id}.eml`))
      return id
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
    }
  }
}

async function syncDirectory(dir: string): Promise<void> {
  await using directory = await open(dir, 'r')
  await directory.sync()
}

/** The inbox of a directory, also one that another process is filling. */
export function readInbox(dir: string): InboxReader {
  const entries = new Map<string, InboxEntry>()

  const entryOf = async (id: string): Promise<InboxEntry | undefined> => {
    const known = entries.get(id)
    if (known) return known
    const head = await readHead(join(dir, `${id}.eml`))
    if (!head) return undefined
    const entry = await parseEntry(id, head)
    entries.set(id, entry)
    const [oldest] = entries.keys()
    if (entries.size > ENTRIES_IN_MEMORY && oldest !== undefined) entries.delete(oldest)
    return entry
  }

  const names = listNames(dir)
  return {
    async list({ limit, before }) {
      const ids = await names()
      const start = before === undefined ? 0 : ids.findIndex((id) => id < before)
      if (start < 0) return []
      const page = ids.slice(start, start + Math.min(Math.max(limit, 1), LONGEST_LIST))
      const found = await Promise.all(page.map(entryOf))
      return found.filter((entry) => entry !== undefined)
    },
    async get(id) {
      const bytes = ID.test(id) ? await readIfThere(join(dir, `${id}.eml`)) : undefined
      if (!bytes) throw new Refusal('This mail is not in the inbox.', { status: 404, field: 'id' })
      return parseMail(id, bytes)
    },
    count: async () => (await names()).length,
    async clear() {
      for (const id of await names()) await rm(join(dir, `${id}.eml`), { force: true })
      entries.clear()
    },
  }
}

/** The ids, newest first. Read again only when the directory has changed: its time says so, to the nanosecond. */
function listNames(dir: string): () => Promise<string[]> {
  let ids: string[] = []
  let seen = -1n
  return async () => {
    const changed = await changeTime(dir)
    if (changed === undefined) return []
    if (changed !== seen) {
      const files = await readdir(dir)
      ids = files.flatMap((file) => FILE.exec(file)?.[1] ?? []).toSorted()
      ids.reverse()
      // A file that came after the listing within one tick of the file system's clock would be missed for good.
      const settled = changed === (await changeTime(dir)) && isPast(changed)
      seen = settled ? changed : -1n
    }
    return ids
  }
}

const TICK = 20_000_000n

function isPast(nanoseconds: bigint): boolean {
  return BigInt(Date.now()) * 1_000_000n - nanoseconds > TICK
}

async function changeTime(dir: string): Promise<bigint | undefined> {
  return orIfMissing(async () => (await stat(dir, { bigint: true })).mtimeNs)
}

function readIfThere(path: string): Promise<Buffer | undefined> {
  return orIfMissing(() => readFile(path))
}

function readHead(path: string): Promise<Buffer | undefined> {
  return orIfMissing(async () => {
    await using file = await open(path, 'r')
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0)
    return buffer.subarray(0, bytesRead)
  })
}

async function orIfMissing<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

function splitEnvelope(bytes: Buffer): { from: string; to: string[]; raw: Buffer } {
  const first = bytes.indexOf('\r\n')
  const second = bytes.indexOf('\r\n', first + 2)
  const from = /^Return-Path: <(.*)>$/.exec(bytes.toString('utf8', 0, first))?.[1] ?? ''
  const to = bytes.toString('utf8', first + 2, second).replace(/^Delivered-To: /, '')
  return { from, to: to.split(', ').filter(Boolean), raw: bytes.subarray(second + 2) }
}

async function parseEntry(id: string, bytes: Buffer): Promise<InboxEntry> {
  const { from, to, raw } = splitEnvelope(bytes)
  const end = raw.indexOf('\r\n\r\n')
  const head = await PostalMime.parse(raw.subarray(0, end < 0 ? raw.length : end + 4))
  return {
    id,
    receivedAt: receivedAt(id),
    from,
    to,
    subject: head.subject ?? '',
    sender: senderOf(head),
  }
}

async function parseMail(id: string, bytes: Buffer): Promise<InboxMail> {
  const { from, to, raw } = splitEnvelope(bytes)
  const email = await PostalMime.parse(raw)
  return {
    id,
    receivedAt: receivedAt(id),
    from,
    to,
    subject: email.subject ?? '',
    sender: senderOf(email),
    header: { from: email.from?.address ?? '', to: email.to?.[0]?.address ?? '' },
    date: dateOf(email.date),
    html: email.html ?? '',
    text: email.text ?? '',
    headers: email.headers.map(({ originalKey, value }) => ({ name: originalKey, value })),
    raw,
  }
}

function senderOf({ from }: Pick<Email, 'from'>): string {
  const address = from?.address ?? ''
  return from?.name ? `${from.name} <${address}>` : address
}

function dateOf(header: string | undefined): Date | undefined {
  const date = new Date(header ?? Number.NaN)
  return Number.isNaN(date.getTime()) ? undefined : date
}

function receivedAt(id: string): Date {
  return new Date(
    id.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-.*$/, '$1-$2-$3T$4:$5:$6.$7Z'),
  )
}
