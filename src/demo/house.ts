import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type App, openApp, openServer } from '#app.ts'
import type { Config } from '#config.ts'
import { createLog } from '#log.ts'
import { type InboxReader, readInbox } from '#mail/inbox-store.ts'
import { runRole } from '#roles.ts'

export type DemoHouse = AsyncDisposable & { app: App; inbox: InboxReader }

/** A relay to send over instead of into the built-in inbox; its mails are kept in the folder. */
export type OpenRelay = (inboxDir: string) => Promise<AsyncDisposable & { url: string }>

/** A house of its own in a temporary folder, with everything running; nothing of it outlives the demo. */
export async function openDemoHouse(
  config: Config,
  { logLevel, openRelay }: { logLevel: string; openRelay?: OpenRelay },
): Promise<DemoHouse> {
  await using stack = new AsyncDisposableStack()
  const dataDir = await mkdtemp(join(tmpdir(), 'daybreak-demo-'))
  stack.defer(async () => rm(dataDir, { recursive: true, force: true }))
  const inboxDir = join(dataDir, 'inbox')
  const relay = openRelay === undefined ? undefined : stack.use(await openRelay(inboxDir))
  const own: Config = {
    ...(await demoConfig(config, dataDir)),
    smtpUrl: relay?.url ?? null,
    logLevel: config.logLevel === 'info' ? logLevel : config.logLevel,
  }
  const server = await openServer(own, createLog({ level: own.logLevel, name: 'demo' }))
  if (server !== undefined) stack.use(server)
  const app = stack.use(await openApp({ config: own, command: 'demo' }))
  stack.use(await runRole(app, 'sender'))
  stack.use(await runRole(app, 'web'))
  const opened = stack.move()
  return {
    app,
    inbox: readInbox(inboxDir),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

/** Whatever the environment says. */
async function demoConfig(config: Config, dataDir: string): Promise<Config> {
  const port = await freePort(config.port)
  return {
    ...config,
    databaseUrl: null,
    redisUrl: null,
    dataDir,
    port,
    host: '127.0.0.1',
    publicUrl: new URL(`http://localhost:${port}/`),
    tokenKey: null,
    suppressionKey: null,
  }
}

async function freePort(wanted: number): Promise<number> {
  const bound = await tryPort(wanted)
  return bound ?? (await tryPort(0)) ?? 0
}

async function tryPort(port: number): Promise<number | undefined> {
  const server = createServer()
  const listening = Promise.withResolvers<number | undefined>()
  server.on('error', () => listening.resolve(undefined))
  server.listen(port, '127.0.0.1', () => {
    const address = server.address()
    listening.resolve(typeof address === 'object' && address !== null ? address.port : undefined)
  })
  const bound = await listening.promise
  await new Promise((resolve) => server.close(resolve))
  return bound
}
