import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { Agent, request } from 'undici'
import { Refusal } from '#errors.ts'
import { readPageBody } from './page-body.ts'
import { isPublicAddress } from './public-address.ts'
import { webAddress } from './reading/web-address.ts'

export type Page = { bytes: Uint8Array; contentType: string | null; url: string }
export type PageFetcher = (url: string) => Promise<Page>

/** The page at an address, fetched so that nothing inside the own network can be reached. */
export async function fetchPage({
  url,
  fetcher = createPageFetcher(),
}: {
  url: string
  fetcher?: PageFetcher
}): Promise<Page> {
  return fetcher(url)
}

export type PageFetcherOptions = {
  resolve?: (host: string) => Promise<string[]>
  /** Lets an address and port through that are not public; without it only ports 80 and 443 are open. */
  allow?: (address: string, port: number) => boolean
  timeoutMs?: number
  maxBytes?: number
  /** Media types to take. */
  accepts?: RegExp
}

const PAGES = /^(text\/(html|plain)|application\/(xhtml\+xml|json|ld\+json))$/
const MAX_REDIRECTS = 3
const USER_AGENT = 'Daybreak/1 (newsletter digest service)'

export function createPageFetcher({
  resolve = resolveHost,
  allow = () => false,
  timeoutMs = 10_000,
  maxBytes = 5 * 1024 * 1024,
  accepts = PAGES,
}: PageFetcherOptions = {}): PageFetcher {
  const limits = { resolve, allow, maxBytes, accepts }
  return async (address) => {
    const signal = AbortSignal.timeout(timeoutMs)
    try {
      return await follow(address, { ...limits, signal })
    } catch (cause) {
      if (cause instanceof Refusal) throw cause
      throw new Refusal(reasonFor(cause, { address, timeoutMs, late: signal.aborted }), {
        field: 'url',
        cause,
      })
    }
  }
}

type Limits = Required<Omit<PageFetcherOptions, 'timeoutMs'>> & { signal: AbortSignal }

async function follow(address: string, limits: Limits): Promise<Page> {
  const visited: string[] = []
  let url = parse(address)
  for (;;) {
    visited.push(url.href)
    const step = await getOnce(url, limits)
    if ('bytes' in step) return step
    url = nextStop(url, step.location, visited)
  }
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

type Step = Page | { location: string }

async function getOnce(url: URL, limits: Limits): Promise<Step> {
  const agent = pinnedTo(await safeAddress(url, limits))
  try {
    return await get(url, { ...limits, agent })
  } finally {
    await agent.destroy()
  }
}

/** The connection goes to the address that was checked, whatever the name answers by now. */
function pinnedTo(address: string): Agent {
  const family = isIP(address)
  return new Agent({
    connect: {
      lookup: (_host, { all }, found) => {
        if (all === true) found(null, [{ address, family }])
        else found(null, address, family)
      },
    },
    allowH2: false,
  })
}

async function get(
  url: URL,
  { agent, signal, accepts, maxBytes }: Limits & { agent: Agent },
): Promise<Step> {
  const response = await request(url, {
    dispatcher: agent,
    signal,
    headers: {
      'user-agent': USER_AGENT,
      accept: 'text/html,application/xhtml+xml,application/json;q=0.9,text/plain;q=0.8,*/*;q=0.1',
      'accept-encoding': 'gzip, br, deflate',
    },
  })
  const header = (name: string) => [response.headers[name] ?? []].flat()[0] ?? null
  const location = header('location')
  if (response.statusCode >= 300 && response.statusCode < 400 && location !== null)
    return { location }
  refuseStatus(response.statusCode)
  const contentType = header('content-type')
  refuseType(contentType, accepts)
  const encoding = header('content-encoding')
  const bytes = await readPageBody(response.body, { encoding, maxBytes, signal })
  return { bytes, contentType, url: url.href }
}

/** Every address of the host must be fit to be fetched from; the first is used. */
async function safeAddress(url: URL, { resolve, allow, signal }: Limits): Promise<string> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80)
  const addresses = isIP(host) === 0 ? await inTime(resolve(host), signal) : [host]
  const open = port === 80 || port === 443
  const refused = addresses.some(
    (address) => !allow(address, port) && !(open && isPublicAddress(address)),
  )
  const [first] = addresses
  if (first === undefined) throw refusal(`There is no such host as ${host}. Check the address.`)
  if (refused)
    throw refusal(
      `${url.host} is not a public web address (a private network, or a port other than 80 and 443), so it is not fetched. Use the address that readers use.`,
    )
  return first
}

async function resolveHost(host: string): Promise<string[]> {
  const found = await lookup(host, { all: true, order: 'ipv4first' })
  return found.map(({ address }) => address)
}

/** Name resolution cannot be cancelled, but it need not be waited for. */
async function inTime<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  const late = Promise.withResolvers<never>()
  const stop = () => late.reject(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await Promise.race([work, late.promise])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function refuseStatus(status: number): void {
  if (status === 200 || status === 203) return
  throw refusal(
    `The server answered ${status} instead of the page. Check that the address opens in a browser without signing in.`,
  )
}

function refuseType(contentType: string | null, accepts: RegExp): void {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? ''
  if (type === '' || accepts.test(type)) return
  throw refusal(`The address gives ${type}, not a page. Use the address of the article's page.`)
}

function reasonFor(
  cause: unknown,
  { address, timeoutMs, late }: { address: string; timeoutMs: number; late: boolean },
): string {
  const host = URL.parse(address)?.host ?? 'the host'
  if (late)
    return `${host} took longer than ${timeoutMs / 1_000} s. Try again later, or send the article's text.`
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  if (/^(ENOTFOUND|EAI_|ENODATA)/.test(code))
    return `There is no such host as ${host}. Check the address.`
  return `${host} could not be reached${code === '' ? '' : ` (${code})`}. Check the address, or send the article's text.`
}

function refusal(message: string): Refusal {
  return new Refusal(message, { field: 'url' })
}
