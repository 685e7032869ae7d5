import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

export type Received = {
  method: string
  path: string
  headers: IncomingMessage['headers']
  body: string
}

type Answer = (request: Received, response: ServerResponse) => unknown

/** A real server on loopback that answers as each test says: pages, feeds, hubs, and whatever goes wrong with them. */
export type NewsServer = AsyncDisposable & {
  /** With the name `news.example`, which `fetching` resolves to this machine. */
  url: string
  port: number
  requests: Received[]
  on(path: string, answer: Answer): void
  /** For `createFetcher`: its name is this machine, and this machine may be fetched from. */
  fetching: {
    resolve: (host: string) => Promise<string[]>
    allow: (address: string, port: number) => boolean
  }
}

export async function openNewsServer(): Promise<NewsServer> {
  const known = new Map<string, Answer>()
  const requests: Received[] = []
  const server = createServer((message, response) => {
    void (async () => {
      const chunks: Buffer[] = []
      for await (const chunk of message) chunks.push(chunk as Buffer)
      const { method = 'GET', url = '/', headers } = message
      const received = { method, path: url, headers, body: Buffer.concat(chunks).toString('utf8') }
      requests.push(received)
      const answer = known.get(url) ?? known.get(url.split('?')[0] ?? '')
      if (answer === undefined) response.writeHead(404, { 'content-type': 'text/html' }).end('none')
      else await answer(received, response)
    })()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const { port } = address
  return {
    url: `http://news.example:${port}`,
    port,
    requests,
    on: (path, answer) => void known.set(path, answer),
    fetching: {
      resolve: async () => ['127.0.0.1'],
      allow: (to, at) => to === '127.0.0.1' && at === port,
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Answers with this body, for good. */
export function gives(body: string | Uint8Array, headers: Record<string, string> = {}): Answer {
  return (_request, response) =>
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...headers }).end(body)
}

/** Answers with the body once, and with 304 to whoever shows its tag. */
export function givesTagged(body: string, { etag, type }: { etag: string; type: string }): Answer {
  return ({ headers }, response) =>
    headers['if-none-match'] === etag
      ? response.writeHead(304, { etag }).end()
      : response.writeHead(200, { etag, 'content-type': type }).end(body)
}

export function answers(status: number, headers: Record<string, string> = {}): Answer {
  return (_request, response) => response.writeHead(status, headers).end()
}
