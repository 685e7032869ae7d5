import { type FileHandle, open } from 'node:fs/promises'
import { Refusal, reasonOf } from '#errors.ts'
import { csvLine } from '../export/write-csv.ts'

export type RefusedLine = {
  file: string
  line: number
  column: string
  reason: string
  text: string
}

const MOST_TEXT = 200

/** The lines that were refused, as a table that can be mended and imported. Written anew by each start of an import. */
export class ErrorFile implements AsyncDisposable {
  readonly #file: FileHandle
  #waiting: RefusedLine[] = []

  private constructor(file: FileHandle) {
    this.#file = file
  }

  static async create(path: string): Promise<ErrorFile> {
    try {
      const file = await open(path, 'w', 0o600)
      await file.appendFile('file,line,column,reason,text\n')
      return new ErrorFile(file)
    } catch (cause) {
      throw new Refusal(`the error file ${path} cannot be written (${reasonOf(cause)})`, {
        field: 'errors',
        cause,
      })
    }
  }

  add(line: RefusedLine): void {
    this.#waiting.push(line)
  }

  async flush(): Promise<void> {
    const lines = this.#waiting
    this.#waiting = []
    if (lines.length === 0) return
    await this.#file.appendFile(
      lines
        .map(({ file, line, column, reason, text }) =>
          csvLine([file, line, column, reason, text.slice(0, MOST_TEXT)]),
        )
        .join(''),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.flush()
    await this.#file.close()
  }
}
