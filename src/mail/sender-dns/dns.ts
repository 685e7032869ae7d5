import { Resolver } from 'node:dns/promises'
import { codeOf, hasCode, Refusal } from '#errors.ts'
import { reverseNameOf } from './reverse-name.ts'

export type Mx = { exchange: string; priority: number }

/** Each answers with nothing where there is no record. @throws DnsFailure when there is no answer at all */
export type Dns = {
  txt(name: string): Promise<string[]>
  a(name: string): Promise<string[]>
  aaaa(name: string): Promise<string[]>
  mx(name: string): Promise<Mx[]>
  cname(name: string): Promise<string[]>
  /** The names of an address. */
  ptr(address: string): Promise<string[]>
}

/** The resolver gave no answer, which is not the same as no record. */
export class DnsFailure extends Error {
  override readonly name = 'DnsFailure'
}

const NO_RECORD = ['ENOTFOUND', 'ENODATA', 'EBADNAME', 'NOTFOUND', 'NODATA']

/** Asks each question once. `server` is HOST:PORT; null: the servers of the system. */
export function openDns({
  server,
  timeoutMs = 3000,
}: {
  server: string | null
  timeoutMs?: number
}): Dns {
  const resolver = new Resolver({ timeout: timeoutMs, tries: 2 })
  if (server !== null) {
    try {
      resolver.setServers([server])
    } catch (cause) {
      throw new Refusal('--resolver takes an address and a port such as 127.0.0.1:53', {
        field: 'resolver',
        cause,
      })
    }
  }
  const known = new Map<string, Promise<unknown>>()
  const once = async <Value>(question: string, ask: () => Promise<Value[]>): Promise<Value[]> => {
    const before = known.get(question)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a question always has answers of one type
    if (before !== undefined) return before as Promise<Value[]>
    const answer = orNothing(question, ask)
    known.set(question, answer)
    return answer
  }
  return {
    txt: async (name) =>
      once(`TXT ${name}`, async () =>
        (await resolver.resolveTxt(name)).map((strings) => strings.join('')),
      ),
    a: async (name) => once(`A ${name}`, async () => resolver.resolve4(name)),
    aaaa: async (name) => once(`AAAA ${name}`, async () => resolver.resolve6(name)),
    mx: async (name) => once(`MX ${name}`, async () => resolver.resolveMx(name)),
    cname: async (name) => once(`CNAME ${name}`, async () => resolver.resolveCname(name)),
    // Not `reverse`: that reads the machine's own hosts file, and says of a dead resolver that there is no name.
    ptr: async (address) =>
      once(`PTR ${address}`, async () => resolver.resolvePtr(reverseNameOf(address))),
  }
}

async function orNothing<Value>(question: string, ask: () => Promise<Value[]>): Promise<Value[]> {
  try {
    return await ask()
  } catch (cause) {
    if (hasCode(cause, ...NO_RECORD)) return []
    throw new DnsFailure(`the resolver did not answer "${question}" (${codeOf(cause)})`, { cause })
  }
}

export async function addressesOf(dns: Dns, name: string): Promise<string[]> {
  return (await Promise.all([dns.a(name), dns.aaaa(name)])).flat()
}

/** As the functions of mailauth ask: rejects with `code` where there is nothing. */
export function mailauthResolver(dns: Dns) {
  return async (name: string, type: string): Promise<string[]> => {
    const values = await askFor(dns, { name, type })
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its own type knows neither MX nor TXT
    if (values.length > 0) return values as string[]
    throw Object.assign(new Error(`no ${type} record at ${name}`), { code: 'ENODATA' })
  }
}

async function askFor(
  dns: Dns,
  { name, type }: { name: string; type: string },
): Promise<unknown[]> {
  switch (type) {
    case 'TXT':
      return (await dns.txt(name)).map((text) => [text])
    case 'A':
      return dns.a(name)
    case 'AAAA':
      return dns.aaaa(name)
    case 'MX':
      return dns.mx(name)
    case 'CNAME':
      return dns.cname(name)
    default:
      return []
  }
}
