import { connect, createServer, type Socket } from 'node:net'

export type DelayProxy = AsyncDisposable & { port: number }

/** A TCP proxy that hands every chunk on `delayMs` after it came, each way, as a long line does: late, and not narrow. */
export async function openDelayProxy({
  port,
  delayMs,
}: {
  port: number
  delayMs: number
}): Promise<DelayProxy> {
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    const far = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    pass(near, { to: far, delayMs })
    pass(far, { to: near, delayMs })
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.once('close', () => {
        sockets.delete(socket)
        const other = socket === near ? far : near
        setTimeout(() => other.destroy(), delayMs)
      })
    }
  })
  const listening = Promise.withResolvers<void>()
  server.once('error', listening.reject)
  server.listen(0, '127.0.0.1', () => listening.resolve())
  await listening.promise
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the proxy has no port')
  return {
    port: address.port,
    async [Symbol.asyncDispose]() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

function pass(from: Socket, { to, delayMs }: { to: Socket; delayMs: number }): void {
  const later: { at: number; hand: () => void }[] = []
  let timer: NodeJS.Timeout | undefined
  // One timer a direction: timers of the same delay may fire out of order, and bytes must not.
  const work = () => {
    timer = undefined
    const now = performance.now()
    while (later[0] !== undefined && later[0].at <= now) later.shift()?.hand()
    const [next] = later
    if (next !== undefined) timer = setTimeout(work, Math.max(1, next.at - now))
  }
  const hand = (give: () => void) => {
    later.push({ at: performance.now() + delayMs, hand: give })
    timer ??= setTimeout(work, delayMs)
  }
  from.on('data', (chunk) => hand(() => to.writable && to.write(chunk)))
  from.on('end', () => hand(() => to.end()))
  from.on('error', () => from.destroy())
}
