import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { openServer, sayEnding } from '#app.ts'
import type { Config } from '#config.ts'
import { reasonOf } from '#errors.ts'
import { createLog, type Log } from '#log.ts'
import { type RoleName, roleNames } from '#role-names.ts'
import { startRole } from '#role-process.ts'

/** A child that ends with this found a fault of configuration: starting it again would not help. */
export const EXIT_REFUSED = 78

const STOP_MS = 10_000

/** Runs the roles as processes of their own, restarts what dies, and stops in order: senders first, database last. */
export async function supervise(config: Config, stop: AbortSignal): Promise<number> {
  const log = createLog({ level: config.logLevel, name: 'daybreak' })
  await using server = await openServer(config, log)
  if (server !== undefined) void watchServer(server, { log, stop })
  stop.addEventListener('abort', () => void sayEnding(config))
  const givenUp = new AbortController()
  const end = AbortSignal.any([stop, givenUp.signal])
  const codes = await Promise.all(
    roleNames.map(async (role) => {
      const code = await keepRunning(role, { log, stop: end })
      if (code !== 0) givenUp.abort()
      return code
    }),
  )
  return Math.max(...codes)
}

async function keepRunning(
  role: RoleName,
  { log, stop }: { log: Log; stop: AbortSignal },
): Promise<number> {
  for (let failures = 0; ; failures += 1) {
    const startedAt = performance.now()
    const child = startRole(role, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    const code = await runUntil(child, stop)
    if (stop.aborted) return 0
    if (code === EXIT_REFUSED) return code
    if (performance.now() - startedAt > 60_000) failures = 0
    const pause = Math.min(30_000, 500 * 2 ** failures)
    log.error({ role, code, pauseMs: pause }, 'a process ended, it is started again')
    await sleep(pause, undefined, { signal: stop }).catch(() => undefined)
    if (stop.aborted) return 0
  }
}

async function runUntil(child: ChildProcess, stop: AbortSignal): Promise<number | null> {
  const exited = Promise.withResolvers<number | null>()
  child.once('exit', exited.resolve)
  child.once('error', exited.reject)
  let killer: NodeJS.Timeout | undefined
  const end = () => {
    child.kill('SIGTERM')
    killer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
  }
  if (stop.aborted) end()
  else stop.addEventListener('abort', end, { once: true })
  const code = await exited.promise
  stop.removeEventListener('abort', end)
  clearTimeout(killer)
  return code
}

async function watchServer(
  server: { readonly ended: Promise<string>; restart(): Promise<void> },
  { log, stop }: { log: Log; stop: AbortSignal },
): Promise<void> {
  while (!stop.aborted) {
    const reason = await server.ended
    if (stop.aborted) return
    log.error({ reason }, 'PostgreSQL ended, it is started again')
    try {
      await server.restart()
    } catch (error) {
      log.error({ reason: reasonOf(error) }, 'PostgreSQL does not start')
      await sleep(5000, undefined, { signal: stop }).catch(() => undefined)
    }
  }
}
