import { sql } from 'kysely'
import type { Hono } from 'hono'
import { takeSignUps } from '#deliveries/service/take-sign-ups.ts'
import type { Asked } from '#deliveries/preflight/run-preflight.ts'
import { createWeb } from '#http/web.ts'
import { readInbox } from '#mail/inbox-store.ts'
import { openDns } from '#mail/sender-dns/dns.ts'
import { type Purpose, sealToken } from '#subscribers/tokens.ts'
import { findByAddress } from '#subscribers/store.ts'
import { hashAddress } from '#secrets.ts'
import { type House, openHouse } from '../house.ts'

export type WebHouse = House & {
  web: Hono
  post(path: string, fields?: [string, string][], from?: string): Promise<Response>
  /** The form of a person in a network of their own, and what becomes of it. */
  signUp(email: string, more?: [string, string][]): Promise<Response>
}

/** A house whose pages are asked without a socket. */
export async function openWebHouse(
  options: Parameters<typeof openHouse>[0] = {},
): Promise<WebHouse> {
  const house = await openHouse(options)
  const web = webOf(house)
  const post = async (path: string, fields: [string, string][] = [], from?: string) =>
    web.request(
      path,
      {
        method: 'POST',
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(fields).toString(),
      },
      from === undefined ? undefined : socketFrom(from),
    )
  let people = 0
  return Object.assign(house, {
    web,
    post,
    async signUp(email: string, more: [string, string][] = [['newsletter', 'daily']]) {
      people += 1
      const from = `10.${people >> 8}.${people & 255}.1`
      const response = await post('/sign-up', [['email', email], ...more], from)
      await takeSignUps(house.context)
      return response
    },
  })
}

/** What the server tells of the connection. */
export function socketFrom(remoteAddress: string): object {
  return { incoming: { socket: { remoteAddress, remotePort: 50_000, remoteFamily: 'IPv4' } } }
}

/** The page that a browser ends at: what was posted is answered with its place. */
export async function pageBehind(web: Hono, answer: Response): Promise<Response> {
  const place = answer.status === 303 ? answer.headers.get('location') : null
  return place === null ? answer : web.request(place)
}

export function webOf(
  { context }: Pick<House, 'context'>,
  { inboxDir = '/nonexistent', dataDir = '/nonexistent' } = {},
): Hono {
  return createWeb({
    context,
    queues: { counts: async () => [] },
    inbox: readInbox(inboxDir),
    asked: NOBODY_ANSWERS,
    dataDir,
  })
}

/** No network: links cannot be reached, and the DNS says nothing. */
export const NOBODY_ANSWERS: Asked = {
  fetch: async () => {
    throw new Error('there is no network')
  },
  openDns: () => openDns({ server: '127.0.0.1:9', timeoutMs: 50 }),
  dkimDir: null,
}

/** Every row of every table, shortened to its beginning and a hash, so that two looks can be compared. */
export async function contentsOf({ db }: Pick<House, 'db'>): Promise<Record<string, string[]>> {
  const { rows: tables } = await sql<{ name: string }>`
    select tablename as name from pg_tables where schemaname = 'public' order by 1`.execute(db)
  const contents: Record<string, string[]> = {}
  for (const { name } of tables) {
    const { rows } = await sql<{ row: string }>`
      select left(to_jsonb(t)::text, 300) || ' ' || md5(to_jsonb(t)::text) as row from ${sql.table(name)} t order by 1`.execute(
      db,
    )
    contents[name] = rows.map(({ row }) => row)
  }
  return contents
}

export async function subscriberOf({ db, context }: Pick<House, 'db' | 'context'>, email: string) {
  const found = await findByAddress(db, hashAddress(context.secrets, email))
  if (found === undefined) throw new Error('no such reader')
  return found
}

/** The link's token that the newest confirmation to this address carries. */
export async function confirmationToken(
  house: Pick<House, 'db' | 'context'>,
  email: string,
  purpose: Extract<Purpose, 'confirm' | 'notMe'> = 'confirm',
): Promise<string> {
  const { id, publicId } = await subscriberOf(house, email)
  const { rows } = await sql<{ id: number }>`
    select id from service_mail where subscriber_id = ${id} and kind = 'confirmation'
     order by id desc limit 1`.execute(house.db)
  return sealToken(house.context.secrets, purpose, {
    publicId,
    reference: rows[0]?.id ?? 0,
    addressVersion: 0,
  })
}

export async function readerToken(
  house: Pick<House, 'db' | 'context'>,
  { email, purpose, reference = 0 }: { email: string; purpose: Purpose; reference?: number },
): Promise<string> {
  const { publicId } = await subscriberOf(house, email)
  return sealToken(house.context.secrets, purpose, { publicId, reference, addressVersion: 0 })
}

export async function serviceMails({ db }: Pick<House, 'db'>, kind: string): Promise<string[]> {
  const { rows } = await sql<{ recipient: string }>`
    select recipient from service_mail where kind = ${kind} order by id`.execute(db)
  return rows.map((row) => row.recipient)
}

/** The reader's newsletters that are on. */
export async function choicesOf(
  house: Pick<House, 'db' | 'context'>,
  email: string,
): Promise<string[]> {
  const { id } = await subscriberOf(house, email)
  const { rows } = await sql<{ slug: string }>`
    select n.slug from subscription u join newsletter n on n.id = u.newsletter_id
     where u.subscriber_id = ${id} and u.cadence <> 'off' order by n.slug`.execute(house.db)
  return rows.map((row) => row.slug)
}

/** The path behind the undo button of a page. */
export function undoOf(page: string): string {
  const [path] = /\/undo\/[\w-]{47}/.exec(page) ?? []
  if (path === undefined) throw new Error('the page has no undo')
  return path
}
