import type { Log } from '#log.ts'

/**
 * Asks `sweep` every `everyMs`, one at a time. A sweep that fails is logged and asked again: the database may be
 * restarting.
 */
export function startClock({
  sweep,
  everyMs,
  log,
}: {
  sweep: () => Promise<void>
  everyMs: number
  log: Log
}): AsyncDisposable {
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let running = Promise.resolve()
  const tick = async () => {
    try {
      await sweep()
    } catch (err) {
      log.error({ err }, 'the sweep failed')
    }
    if (!stopped) timer = setTimeout(start, everyMs)
  }
  const start = () => {
    running = tick()
  }
  start()
  return {
    async [Symbol.asyncDispose]() {
      stopped = true
      clearTimeout(timer)
      await running
    },
  }
}
