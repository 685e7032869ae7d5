import { statfs } from 'node:fs/promises'
import { codeOf, Refusal, reasonOf } from '#errors.ts'

/** What initdb or the server wrote before it gave up. */
export class PostgresFailure extends Error {
  override readonly name = 'PostgresFailure'
  readonly output: string

  constructor(message: string, output: string) {
    super(message)
    this.output = output
  }
}

/** The reason in a server's or initdb's output: its last fatal line, without time and process. */
export function lastFatalLine(output: string): string | undefined {
  const lines = output.split('\n').filter((line) => /\b(PANIC|FATAL|error):/.test(line))
  return lines.at(-1)?.replace(/^.*?\b(PANIC|FATAL|error):\s*/, '')
}

/** Less than this cannot take one more segment of the write-ahead log. */
const SEGMENT_BYTES = 16 * 1024 * 1024

/** A failure of the system as a Refusal for the person who starts Daybreak; anything else stays as it is. */
export async function explainFailure(error: unknown, dataDir: string): Promise<unknown> {
  if (error instanceof Refusal) return error
  if (tellsFullDisk(error) || (error instanceof PostgresFailure && (await isFull(dataDir)))) {
    const message = `the disk that holds ${dataDir} is full: free some space and start again`
    return new Refusal(message, { status: 507, cause: error })
  }
  if (['EACCES', 'EPERM', 'EROFS', 'ENOTDIR'].includes(codeOf(error))) {
    return new Refusal(
      `the data directory ${dataDir} cannot be used (${reasonOf(error)}): ` +
        'run Daybreak as the user who owns it, or set DAYBREAK_DATA to another directory',
      { cause: error },
    )
  }
  if (error instanceof PostgresFailure) {
    const reason = lastFatalLine(error.output) ?? error.message
    return new Refusal(
      `the embedded PostgreSQL does not start: ${reason}. More is in ${dataDir}/postgres.log; ` +
        'mend that, or set DATABASE_URL to another PostgreSQL server',
      { status: 500, cause: error },
    )
  }
  return error
}

export function tellsFullDisk(error: unknown): boolean {
  if (['ENOSPC', 'EDQUOT', '53100'].includes(codeOf(error))) return true
  const output = error instanceof PostgresFailure ? error.output : ''
  return /no space left on device|disk quota exceeded|could not write|53100/i.test(output)
}

async function isFull(dir: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(dir)
  return bavail * bsize < SEGMENT_BYTES
}
