import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '#config.ts'
import { sweepNotices } from '#upkeep/sweep-notices.ts'
import type { Trouble } from '#upkeep/trouble.ts'
import { type House, openHouse } from '../house.ts'

export type Post = {
  url: string
  method: string
  body: string
  headers: IncomingMessage['headers']
}

/** A server that keeps what it was asked, and answers with `status`. */
export async function openListener() {
  const listener = { posts: [] as Post[], status: 200, url: '' }
  const server = createServer((request, response) => {
    void take(request).then(
      (post) => listener.posts.push(post) && response.writeHead(listener.status).end(),
    )
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  listener.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return Object.assign(listener, {
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  })
}

/** A house that looks for troubles when it is told to; `now` is what is wrong. */
export async function openWatched(env: NodeJS.ProcessEnv, own?: House) {
  const house = own ?? (await openHouse())
  const dataDir = await mkdtemp(join(tmpdir(), 'daybreak-upkeep-'))
  const context = { ...house.context, config: readConfig(env) }
  const watched = {
    house,
    context,
    dataDir,
    now: undefined as Trouble[] | undefined,
    async look(): Promise<void> {
      const { now } = watched
      await sweepNotices(
        { context, dataDir, fetch },
        ...(now === undefined ? [] : [async () => now]),
      )
    },
    /** One look a minute. */
    async pass(minutes: number): Promise<void> {
      for (let minute = 0; minute < minutes; minute += 1) {
        house.wait(60_000)
        await watched.look()
      }
    },
    async [Symbol.asyncDispose]() {
      await house[Symbol.asyncDispose]()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
  return watched
}

async function take(request: IncomingMessage): Promise<Post> {
  const { url = '', method = '', headers } = request
  return { url, method, headers, body: await text(request) }
}
