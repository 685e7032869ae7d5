import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

const MS_PER_TICK = 1000 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

/** CPU time of a process so far, without its children. */
export function cpuMsOf(pid: number): number {
  const fields = statOf(pid)
  return fields === undefined ? 0 : (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK
}

/** CPU time of a server and all processes it has and had: those that ended are booked on it by the kernel. */
export function cpuMsOfTree(pid: number): number {
  const fields = statOf(pid)
  const ended = fields === undefined ? 0 : (Number(fields[13]) + Number(fields[14])) * MS_PER_TICK
  return cpuMsOf(pid) + ended + childrenOf(pid).reduce((sum, child) => sum + cpuMsOfTree(child), 0)
}

/** The most memory that a process ever held. */
export function peakMbOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024
}

function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((child) => Number(statOf(child)?.[1]) === pid)
}

/** From the state on: the name before it may hold anything. */
function statOf(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}
