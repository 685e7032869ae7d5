import { readFileSync } from 'node:fs'

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
  const parents = readParents()
  const watch = setInterval(() => {
    if (readParents() !== parents) stop()
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

/** The parent and its parent: npm runs a script in a shell, which outlives a killed npm. */
function readParents(): string {
  try {
    const stat = readFileSync(`/proc/${process.ppid}/stat`, 'utf8')
    return `${process.ppid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]}`
  } catch {
    return String(process.ppid)
  }
}
