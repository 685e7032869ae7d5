import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { env as own } from 'node:process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

export const PROGRAM = fileURLToPath(new URL('../bin/daybreak.mjs', import.meta.url))

export type Ran = { code: number | null; out: string; err: string }

type Call = {
  dataDir: string
  env?: NodeJS.ProcessEnv
  input?: string | Buffer
  node?: string
  program?: string
}

/** Runs the real program on a data directory of its own, as somebody at a terminal does. */
export async function daybreak(args: string[], call: Call): Promise<Ran> {
  const child = startDaybreak(args, call)
  const [out, err, exit]: [string, string, (number | null)[]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ])
  return { code: exit[0] ?? null, out, err }
}

export function startDaybreak(
  args: string[],
  { dataDir, env = {}, input = '', node = process.execPath, program = PROGRAM }: Call,
): ChildProcessWithoutNullStreams {
  const child = spawn(node, [program, ...args], {
    cwd: dataDir,
    env: {
      PATH: own['PATH'],
      HOME: own['HOME'],
      DAYBREAK_DATA: dataDir,
      DAYBREAK_OPERATOR: 'ada',
      ...env,
    },
  })
  // A command that refuses may end before it has read everything.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  return child
}
