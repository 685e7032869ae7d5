/** Runs a bench so that its folders and processes are cleaned away, also on Ctrl+C. */
export async function runBench(
  work: (stack: AsyncDisposableStack) => Promise<void>,
): Promise<void> {
  const stack = new AsyncDisposableStack()
  const end = (signal: NodeJS.Signals) => {
    process.stderr.write(`${signal}: cleaning up\n`)
    // The work fails of what is taken from under it: that is no news any more.
    process.once('uncaughtException', () => undefined)
    process.exitCode = 130
    void stack.disposeAsync().finally(() => process.exit())
  }
  process.once('SIGINT', end)
  process.once('SIGTERM', end)
  try {
    await work(stack)
  } finally {
    process.off('SIGINT', end)
    process.off('SIGTERM', end)
    await stack.disposeAsync()
  }
}
