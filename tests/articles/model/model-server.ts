import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Asked = {
  path: string
  authorization: string | undefined
  body: Record<string, unknown>
}

export type ModelServer = AsyncDisposable & { url: string; asked: Asked[] }

export type Behaviour = (response: ServerResponse, times: number) => void

/** A server of this machine that speaks as OpenAI does, and behaves as it is told. */
export async function openModelServer(behave: Behaviour): Promise<ModelServer> {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    const answer = async () => {
      const body = await bodyOf(request)
      asked.push({
        path: request.url ?? '',
        authorization: request.headers.authorization,
        body: JSON.parse(body) as Record<string, unknown>,
      })
      behave(response, asked.length)
    }
    void answer()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/v1`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export function says(content: string | null, more: object = {}): Behaviour {
  return (response) => {
    response.setHeader('content-type', 'application/json')
    response.end(
      JSON.stringify({
        id: 'one',
        object: 'chat.completion',
        created: 1,
        model: 'small',
        choices: [
          { index: 0, finish_reason: 'stop', message: { role: 'assistant', content }, ...more },
        ],
        usage: { prompt_tokens: 500, completion_tokens: 60, total_tokens: 560 },
      }),
    )
  }
}

export function fails(status: number): Behaviour {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', 'retry-after-ms': '1' })
    response.end('{"error":{"message":"no"}}')
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request) body += String(chunk)
  return body
}
