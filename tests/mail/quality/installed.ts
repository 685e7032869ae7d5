import { spawnSync } from 'node:child_process'

/** Whether a program of the machine is there. In CI it must be: what is skipped there is never seen. */
export function isInstalled(program: string): boolean {
  const there = spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined
  if (!there && process.env['CI'] === 'true')
    throw new Error(`${program} is missing, and in CI it must be there`)
  return there
}
