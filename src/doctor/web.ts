import { request as plain } from 'node:http'
import { request as encrypted } from 'node:https'
import { isIPv6 } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { codeOf, reasonOf } from '#errors.ts'

export type WebQuestion = {
  url: URL
  method?: 'GET' | 'POST'
  type?: string
  body?: string
  /** Where the name leads by the resolver that was given; the system's own is not asked. */
  address: string
}

export type WebAnswer =
  | {
      kind: 'answered'
      status: number
      headers: Record<string, string | undefined>
      body: string
      ms: number
      /** When the certificate ends; null over plain http. */
      validTo: Date | null
      /** Our own end of the connection. */
      from: string
    }
  | { kind: 'failed'; code: string; reason: string }

export type AskWeb = (question: WebQuestion) => Promise<WebAnswer>

const LARGEST = 512 * 1024

/** One request on a connection of its own, following nothing. */
export function openWebAsker({
  timeoutMs,
  ca,
  now = () => performance.now(),
}: {
  timeoutMs: number
  ca: string[] | undefined
  now?: () => number
}): AskWeb {
  return async (question) => {
    const started = now()
    try {
      return await ask(question, { timeoutMs, ca, elapsed: () => now() - started })
    } catch (error) {
      return { kind: 'failed', code: codeOf(error), reason: reasonOf(error) }
    }
  }
}

async function ask(
  { url, method = 'GET', type, body, address }: WebQuestion,
  {
    timeoutMs,
    ca,
    elapsed,
  }: { timeoutMs: number; ca: string[] | undefined; elapsed: () => number },
): Promise<WebAnswer> {
  const done = Promise.withResolvers<WebAnswer>()
  const family = isIPv6(address) ? 6 : 4
  const open = url.protocol === 'https:' ? encrypted : plain
  const request = open(url, {
    method,
    agent: false,
    signal: AbortSignal.timeout(timeoutMs),
    ...(ca === undefined ? {} : { ca }),
    headers: {
      'User-Agent': 'Daybreak doctor',
      ...(type === undefined ? {} : { 'Content-Type': type }),
      ...(body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) }),
    },
    lookup: (_name, options, callback) => {
      if (options.all === true) callback(null, [{ address, family }])
      else callback(null, address, family)
    },
  })
  request.on('error', (error) => done.reject(error))
  request.on('response', (response) => {
    const chunks: Buffer[] = []
    let size = 0
    const { socket } = response
    const from = socket.localAddress ?? ''
    const validTo = url.protocol === 'https:' ? endOf(socket) : null
    response.on('error', (error) => done.reject(error))
    response.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= LARGEST) chunks.push(chunk)
      else request.destroy(new Error('the answer is longer than 512 KB'))
    })
    response.on('end', () =>
      done.resolve({
        kind: 'answered',
        status: response.statusCode ?? 0,
        headers: Object.fromEntries(
          Object.entries(response.headers).map(([name, value]) => [
            name,
            [value].flat().join(', '),
          ]),
        ),
        body: Buffer.concat(chunks).toString('utf8'),
        ms: elapsed(),
        validTo,
        from,
      }),
    )
  })
  request.end(body)
  return done.promise
}

function endOf(socket: unknown): Date | null {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- over https: the socket is one of TLS
  const { valid_to: text } = (socket as TLSSocket).getPeerCertificate()
  return text === undefined ? null : new Date(text)
}

export const CERTIFICATE_CODES: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'it is for another name',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'nobody vouches for it',
  SELF_SIGNED_CERT_IN_CHAIN: 'nobody known vouches for it',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the certificates between it and a known one are not sent along',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'nobody known vouches for it',
}
