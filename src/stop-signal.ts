/**
 * Told to stop by SIGTERM or SIGINT, by the end of the supervisor (its channel closes), or by the end of the npm that
 * started us: a killed npm would otherwise leave the server behind, holding the data directory.
 */
export function untilToldToStop({ endsWithParent }: { endsWithParent: boolean }): Disposable & {
  signal: AbortSignal
  told: Promise<void>
} {
  const controller = new AbortController()
  const { promise: told, resolve } = Promise.withResolvers<void>()
  const stop = () => {
    controller.abort()
    resolve()
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  process.on('disconnect', stop)
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid !== parent) stop()
  }, 200)
  // Started by hand and left in the background on purpose, the shell may go.
  if (!endsWithParent) clearInterval(watch)
  return {
    signal: controller.signal,
    told,
    [Symbol.dispose]() {
      clearInterval(watch)
      process.off('SIGTERM', stop)
      process.off('SIGINT', stop)
      process.off('disconnect', stop)
    },
  }
}
