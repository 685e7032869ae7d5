import { readFileSync } from 'node:fs'

/** A process that cannot be mistaken for a later one with the same pid, as far as the system tells. */
export type ProcessIdentity = {
  pid: number
  /** Clock ticks from boot to the start of the process (Linux). */
  processStart?: number | undefined
  bootId?: string | undefined
}

export function identityOf(pid: number): ProcessIdentity {
  return { pid, processStart: statOf(pid)?.start, bootId: currentBootId() }
}

export function isAlive({ pid, processStart, bootId }: ProcessIdentity): boolean {
  if (bootId !== currentBootId() || !answersSignals(pid)) return false
  const stat = statOf(pid)
  // Without /proc, or with another user's processes hidden in it, the signal is all there is to go by.
  if (!stat) return true
  const sameStart = processStart === undefined || processStart === stat.start
  // An orphan that ended stays a zombie for good where process 1 does not reap.
  return sameStart && !['Z', 'X'].includes(stat.state)
}

/** Sends the signal, unless the process has just ended. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

function answersSignals(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function statOf(pid: number): { state: string; start: number } | undefined {
  const text = readIfThere(`/proc/${pid}/stat`)
  if (text === undefined) return undefined
  // The second field is the program's name in brackets, which may itself hold spaces and brackets.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return { state: fields[0] ?? '', start: Number(fields[19]) }
}

function currentBootId(): string | undefined {
  return readIfThere('/proc/sys/kernel/random/boot_id')?.trim()
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
