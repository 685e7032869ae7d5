import { randomBytes } from 'node:crypto'
import { type FileHandle, open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Context, Leavings } from '#context.ts'
import { hasCode, reasonOf } from '#errors.ts'
import type { Log } from '#log.ts'
import { hashAddress } from '#secrets.ts'
import { lineOf } from './leaving-line.ts'
import type { Subscriber } from './store.ts'

export function leavingsPath(dataDir: string): string {
  return join(dataDir, 'leavings.log')
}

/**
 * The file of those who left, outside the database: a backup that is restored does not know them. It is opened with the
 * first of them. A line that cannot be written is told in the log, for the reader has left all the same.
 */
export function openLeavings({
  dataDir,
  log,
}: {
  dataDir: string
  log: Log
}): Leavings & AsyncDisposable {
  const file = new NotedFile(leavingsPath(dataDir))
  let waiting: { lines: string; noted: () => void }[] = []
  let writing: Promise<void> | undefined
  // Whoever comes while the disk is busy shares the next write: fifty lines take no longer than one.
  const write = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      try {
        await file.append(batch.map(({ lines }) => lines).join(''))
      } catch (error) {
        log.error(
          { reason: reasonOf(error) },
          'leavings.log takes no line: keep your next backup, an older one would mail a reader who left',
        )
      }
      for (const { noted } of batch) noted()
    }
    writing = undefined
  }
  return {
    async note(notes): Promise<void> {
      if (notes.length === 0) return
      const { promise, resolve: noted } = Promise.withResolvers<void>()
      waiting.push({ lines: notes.map(lineOf).join(''), noted })
      writing ??= write()
      await promise
    },
    async [Symbol.asyncDispose]() {
      await writing
      await file.close()
    },
  }
}

class NotedFile {
  readonly #path: string
  #opened: Promise<FileHandle> | undefined
  /** A line that was cut short, by a full disk or a crash, must not spoil the next. */
  #torn = false

  constructor(path: string) {
    this.#path = path
  }

  async append(lines: string): Promise<void> {
    try {
      this.#opened ??= openFile(this.#path).catch((error: unknown) => {
        this.#opened = undefined
        throw error
      })
      const file = await this.#opened
      this.#torn ||= !(await endsWhole(file))
      await file.appendFile(this.#torn ? `\n${lines}` : lines)
      this.#torn = false
      await file.datasync()
    } catch (error) {
      this.#torn = true
      throw error
    }
  }

  async close(): Promise<void> {
    await (await this.#opened?.catch(() => undefined))?.close()
  }
}

/** After the commit and before the answer: what a reader was told is outside the database too. */
export async function noteLeavings(
  { secrets, leavings }: Pick<Context, 'secrets' | 'leavings'>,
  { email }: Pick<Subscriber, 'email'>,
  {
    kind,
    newsletterIds,
    now,
  }: { kind: 'left' | 'returned'; newsletterIds: (number | null)[]; now: Date },
): Promise<void> {
  if (email === null) return
  const addressHash = hashAddress(secrets, email)
  await leavings.note(
    newsletterIds.map((newsletterId) => ({ at: now, kind, newsletterId, addressHash })),
  )
}

/** Begins with a line that names the file, so that a place in it is never taken for one in another. */
async function openFile(path: string): Promise<FileHandle> {
  const name = { at: new Date(0), kind: 'opened', newsletterId: null } as const
  try {
    await writeFile(path, lineOf({ ...name, addressHash: randomBytes(32) }), {
      flag: 'wx',
      mode: 0o600,
      flush: true,
    })
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
  }
  return open(path, 'a+', 0o600)
}

async function endsWhole(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat()
  const { buffer, bytesRead } = await file.read(Buffer.alloc(1), 0, 1, Math.max(0, size - 1))
  return bytesRead === 0 || buffer.readUInt8(0) === 0x0a
}
