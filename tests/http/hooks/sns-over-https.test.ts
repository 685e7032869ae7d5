import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { snsOverHttps } from '#http/hooks/sns-over-https.ts'

type Answer = (response: ServerResponse, path?: string) => void

async function serve(answer: Answer) {
  const server = createServer(({ url }, response) => answer(response, url))
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: new URL(`http://127.0.0.1:${port}/`),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => void server.close(resolve))
    },
  }
}

test('a certificate is the text of the answer', async () => {
  await using server = await serve((response) => response.end('-----BEGIN'))

  expect(await snsOverHttps.fetchCertificate(server.url)).toBe('-----BEGIN')
})

const wrong: [string, Answer][] = [
  [
    'leads elsewhere',
    (response, path) =>
      path === '/' ? response.writeHead(302, { Location: '/x' }).end() : response.end('-----BEGIN'),
  ],
  ['is an error', (response) => response.writeHead(404).end('not here')],
  ['is longer than 64 kB', (response) => response.end('a'.repeat(64 * 1024 + 1))],
]

test.each(wrong)('an answer that %s is refused', async (_, answer) => {
  await using server = await serve(answer)

  await expect(snsOverHttps.fetchCertificate(server.url)).rejects.toThrow()
  await expect(snsOverHttps.visit(server.url)).rejects.toThrow()
})
