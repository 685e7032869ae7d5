import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process'
import { join } from 'node:path'
import type { RoleName } from '#role-names.ts'

/** Node's flags for a role. */
const FLAGS: Record<RoleName, string[]> = {
  web: [],
  // What a mail needs is short-lived and small: Node would let the heap grow to twice the size without being faster.
  sender: ['--max-semi-space-size=8', '--heap-growing-percent=20'],
}

/** Starts a role as a process of its own. */
export function startRole(role: RoleName, options: SpawnOptions): ChildProcess {
  const program = join(import.meta.dirname, '../bin/daybreak.mjs')
  return spawn(process.execPath, [...FLAGS[role], program, 'start', '--role', role], options)
}
