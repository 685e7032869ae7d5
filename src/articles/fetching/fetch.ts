import type { Agent } from 'undici'
import { request } from 'undici'
import { Refusal } from '#errors.ts'
import { webAddress } from '../reading/web-address.ts'
import { maxAgeOf, retryAfterOf } from './answer-headers.ts'
import { readPageBody } from './body.ts'
import { pinnedTo, resolveHost, safeAddress } from './safe-address.ts'

/** One request to a server that is not ours. */
export type Asking = {
  url: string
  /** Media types to take; without a type from the server any is taken. */
  accepts: RegExp
  etag?: string | null
  lastModified?: string | null
  method?: 'GET' | 'POST'
  /** The fields of a POST. */
  form?: Record<string, string>
  maxBytes?: number
  headers?: Record<string, string>
}

/** The answer of the last stop, whatever its status; only 200 and 203 have a body. */
export type Fetched = {
  status: number
  url: string
  headers: Record<string, string>
  bytes: Uint8Array
  contentType: string | null
  etag: string | null
  lastModified: string | null
  /** Seconds from now, or a moment. */
  retryAfter: Date | number | null
  maxAgeSeconds: number | null
  /** The address to use from now on: every redirect on the way said that it is for good. */
  permanentUrl: string | null
}

/** @throws Refusal in words for what may not be fetched, is too large, too slow or not there */
export type Fetch = (asking: Asking) => Promise<Fetched>

export type FetcherOptions = {
  resolve?: (host: string) => Promise<string[]>
  /** Lets an address and port through that are not public; without it only ports 80 and 443 are open. */
  allow?: (address: string, port: number) => boolean
  timeoutMs?: number
  maxBytes?: number
  /** Where a server's owner finds out who we are. */
  contact?: URL | null
}

const MAX_REDIRECTS = 3
export const MAX_PAGE_BYTES = 5 * 1024 * 1024

/** Fetches so that nothing inside the own network can be reached, and no server can hold us up or fill our memory. */
export function createFetcher({
  resolve = resolveHost,
  allow = () => false,
  timeoutMs = 10_000,
  maxBytes = MAX_PAGE_BYTES,
  contact = null,
}: FetcherOptions = {}): Fetch {
  const userAgent = userAgentOf(contact)
  return async (asking) => {
    const signal = AbortSignal.timeout(timeoutMs)
    try {
      return await follow({ maxBytes, ...asking }, { resolve, allow, userAgent, signal })
    } catch (cause) {
      if (cause instanceof Refusal) throw cause
      throw new Refusal(reasonFor(cause, { asking, timeoutMs, late: signal.aborted }), {
        field: 'url',
        cause,
      })
    }
  }
}

/** The name that robots.txt knows us by comes first. */
export function userAgentOf(contact: URL | null): string {
  return contact === null
    ? 'Daybreak/1 (newsletter digest service)'
    : `Daybreak/1 (newsletter digest service; +${contact.origin}/)`
}

type Wanted = Asking & { maxBytes: number }
type Limits = Required<Pick<FetcherOptions, 'resolve' | 'allow'>> & {
  userAgent: string
  signal: AbortSignal
}

async function follow(asking: Wanted, limits: Limits): Promise<Fetched> {
  const visited: string[] = []
  let url = parse(asking.url)
  let permanent = true
  for (;;) {
    visited.push(url.href)
    const answer = await getOnce(url, asking, limits)
    const location = locationOf(answer, asking.method ?? 'GET')
    if (location === null) {
      const moved = visited.length > 1 && permanent && isGiven(answer.status)
      return { ...answer, permanentUrl: moved ? answer.url : null }
    }
    permanent &&= answer.status === 301 || answer.status === 308
    url = nextStop(url, location, visited)
  }
}

/** A POST is repeated only where the server says so by 307 or 308: else it would become a GET. */
function locationOf({ status, headers }: Fetched, method: 'GET' | 'POST'): string | null {
  const follows = method === 'GET' ? [301, 302, 303, 307, 308] : [307, 308]
  return follows.includes(status) ? (headers['location'] ?? null) : null
}

function isGiven(status: number): boolean {
  return status === 200 || status === 203 || status === 304
}

function nextStop(from: URL, location: string, visited: readonly string[]): URL {
  const next = parse(location, from.href)
  if (visited.includes(next.href))
    throw refusal(
      'This address redirects in a circle. Open it in a browser and use the address it ends at.',
    )
  if (visited.length > MAX_REDIRECTS)
    throw refusal(
      `This address redirects more than ${MAX_REDIRECTS} times. Use the address it ends at.`,
    )
  if (from.protocol === 'https:' && next.protocol === 'http:')
    throw refusal(
      'This address redirects from https to http, which is not safe. Use an https address.',
    )
  return next
}

function parse(address: string, base?: string): URL {
  const url = URL.parse(webAddress(address, base ?? null) ?? '')
  if (url === null)
    throw refusal(
      'Only http and https addresses without a user name can be fetched, such as https://example.org/article.',
    )
  url.hash = ''
  return url
}

async function getOnce(url: URL, asking: Wanted, limits: Limits): Promise<Fetched> {
  const agent = pinnedTo(await safeAddress(url, limits))
  try {
    return await get(url, { asking, limits, agent })
  } finally {
    await agent.destroy()
  }
}

const PAGES = 'text/html,application/xhtml+xml,application/json;q=0.9,text/plain;q=0.8,*/*;q=0.1'
const FEEDS =
  'application/atom+xml,application/rss+xml,application/feed+json,application/rdf+xml,application/xml;q=0.9,text/xml;q=0.9,application/json;q=0.8,text/html;q=0.5,*/*;q=0.1'

async function get(
  url: URL,
  { asking, limits, agent }: { asking: Wanted; limits: Limits; agent: Agent },
): Promise<Fetched> {
  const { accepts, form, method = 'GET', maxBytes } = asking
  const { signal, userAgent } = limits
  const response = await request(url, {
    dispatcher: agent,
    signal,
    method,
    headers: headersOf(asking, userAgent),
    ...(form === undefined ? {} : { body: new URLSearchParams(form).toString() }),
  })
  const headers = Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [
      name,
      [value ?? []].flat().join(', '),
    ]),
  )
  const { statusCode: status } = response
  const contentType = headers['content-type'] ?? null
  const encoding = headers['content-encoding'] ?? null
  const given = status === 200 || status === 203
  if (given) refuseType(contentType, accepts)
  return {
    status,
    url: url.href,
    headers,
    bytes: given
      ? await readPageBody(response.body, { encoding, maxBytes, signal, what: whatOf(accepts) })
      : new Uint8Array(),
    contentType,
    etag: headers['etag'] ?? null,
    lastModified: headers['last-modified'] ?? null,
    retryAfter: retryAfterOf(headers['retry-after']),
    maxAgeSeconds: maxAgeOf(headers['cache-control']),
    permanentUrl: null,
  }
}

function headersOf(
  { accepts, etag, lastModified, form, headers }: Asking,
  userAgent: string,
): Record<string, string> {
  return {
    accept: whatOf(accepts) === 'feed' ? FEEDS : PAGES,
    ...(etag == null ? {} : { 'if-none-match': etag }),
    ...(lastModified == null ? {} : { 'if-modified-since': lastModified }),
    ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
    ...headers,
    'accept-encoding': 'gzip, br, deflate',
    'user-agent': userAgent,
  }
}

function whatOf(accepts: RegExp): 'page' | 'feed' {
  return accepts.test('application/rss+xml') && !accepts.test('image/png') ? 'feed' : 'page'
}

function refuseType(contentType: string | null, accepts: RegExp): void {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? ''
  if (type === '' || accepts.test(type)) return
  const what = whatOf(accepts)
  const use = what === 'feed' ? 'the feed' : "the article's page"
  throw refusal(`The address gives ${type.slice(0, 80)}, not a ${what}. Use the address of ${use}.`)
}

function reasonFor(
  cause: unknown,
  { asking, timeoutMs, late }: { asking: Asking; timeoutMs: number; late: boolean },
): string {
  const host = URL.parse(asking.url)?.host ?? 'the host'
  const instead = whatOf(asking.accepts) === 'feed' ? '' : ", or send the article's text"
  if (late) return `${host} took longer than ${timeoutMs / 1_000} s. Try again later${instead}.`
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  if (/^(ENOTFOUND|EAI_|ENODATA)/.test(code))
    return `There is no such host as ${host}. Check the address.`
  return `${host} could not be reached${code === '' ? '' : ` (${code})`}. Check the address${instead}.`
}

function refusal(message: string): Refusal {
  return new Refusal(message, { field: 'url' })
}
