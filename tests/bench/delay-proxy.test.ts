import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { openDelayProxy } from '../../bench/support/delay-proxy.ts'

const DELAY = 30

async function openEcho(): Promise<number> {
  const server = createServer((socket) => socket.pipe(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

test('what goes through the proxy and back is late by both ways, and whole and in order', async () => {
  await using proxy = await openDelayProxy({ port: await openEcho(), delayMs: DELAY })
  const socket = connect(proxy.port, '127.0.0.1')
  await once(socket, 'connect')
  const sent = Array.from({ length: 200 }, (_, at) => `line ${at}\n`).join('')

  const began = performance.now()
  let heard = ''
  socket.on('data', (chunk: Buffer) => (heard += chunk.toString()))
  for (const line of sent.match(/.*\n/g) ?? []) socket.write(line)
  await once(socket, 'data')
  const firstAfter = performance.now() - began
  socket.end()
  await once(socket, 'end')

  // Never sooner; how much later is the machine's.
  expect(firstAfter).toBeGreaterThanOrEqual(2 * DELAY - 2)
  expect(heard).toBe(sent)
})
