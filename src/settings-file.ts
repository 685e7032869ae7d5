import { open, readFile, rename, rm } from 'node:fs/promises'
import { readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseEnv } from 'node:util'
import { hasCode, reasonOf, Refusal } from '#errors.ts'

/** The file that "daybreak setup" writes and every command reads; what the environment says goes before it. */
export const SETTINGS_FILE = '.env'

/** What the file says; nothing where there is none. @throws Refusal for one that cannot be read */
export function readSettingsFile(path: string): Record<string, string> {
  try {
    return Object.fromEntries(
      Object.entries(parseEnv(readFileSync(path, 'utf8'))).flatMap(([name, value]) =>
        value === undefined || value === '' ? [] : [[name, value]],
      ),
    )
  } catch (cause) {
    if (hasCode(cause, 'ENOENT', 'EISDIR')) return {}
    throw new Refusal(
      `${path} cannot be read (${reasonOf(cause)}): let this user read it, or take it away`,
      { field: path, status: 78, cause },
    )
  }
}

/** The mode of a file that other users of the machine can read, "644"; undefined for one that they cannot. */
export function openToOthers(path: string): string | undefined {
  try {
    const mode = statSync(path).mode & 0o777
    return (mode & 0o044) === 0 ? undefined : mode.toString(8)
  } catch {
    return undefined
  }
}

/**
 * Sets some lines of the file, takes those of null away, and leaves the others and the comments as they are. Whole or not at all, for its owner
 * only, and one at a time.
 * @throws Refusal when another is at it, or for a value that a line cannot hold
 */
export async function changeSettingsFile(
  path: string,
  changes: Readonly<Record<string, string | null>>,
): Promise<void> {
  const lines = Object.entries(changes).map(
    ([name, value]) => [name, value === null ? null : lineOf(name, value)] as const,
  )
  await using _ = await lock(`${path}.lock`)
  const before = await readFile(path, 'utf8').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return ''
    throw error
  })
  const kept = before.split('\n').map((line) => line.trimEnd())
  while (kept.at(-1) === '') kept.pop()
  for (const [name, line] of lines) {
    const at = kept.findIndex((known) => known.replace(/^export\s+/, '').startsWith(`${name}=`))
    if (at >= 0) kept.splice(at, 1, ...(line === null ? [] : [line]))
    else if (line !== null) kept.push(line)
  }
  await writeWhole(path, `${kept.join('\n')}\n`)
}

/** As `parseEnv` of Node reads it back. */
function lineOf(name: string, value: string): string {
  if (/[\r\n]/.test(value) || (value.includes("'") && value.includes('"')))
    throw new Refusal(`${name} must be one line, without both kinds of quotation marks`, {
      field: name,
    })
  if (/^[\w./:@?&=%+,-]+$/.test(value)) return `${name}=${value}`
  return value.includes("'") ? `${name}="${value}"` : `${name}='${value}'`
}

async function writeWhole(path: string, text: string): Promise<void> {
  const draft = join(dirname(path), `.env.${process.pid}.draft`)
  try {
    const file = await open(draft, 'w', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, path)
  } finally {
    await rm(draft, { force: true })
  }
}

async function lock(path: string): Promise<AsyncDisposable> {
  for (let tries = 0; ; tries += 1) {
    try {
      const file = await open(path, 'wx', 0o600)
      await file.writeFile(String(process.pid))
      await file.close()
      return { [Symbol.asyncDispose]: async () => rm(path, { force: true }) }
    } catch (cause) {
      if (!hasCode(cause, 'EEXIST')) throw cause
      const pid = Number(await readFile(path, 'utf8').catch(() => '0'))
      if (tries > 0 || isAlive(pid)) {
        throw new Refusal(
          `another "daybreak setup" is at work${pid > 0 ? ` (process ${pid})` : ''}: wait for its end; if there is none, remove ${path}`,
          { status: 409, cause },
        )
      }
      await rm(path, { force: true })
    }
  }
}

function isAlive(pid: number): boolean {
  if (pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return hasCode(error, 'EPERM')
  }
}
