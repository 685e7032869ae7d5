import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { type Entry, openPromise, type ZipFile } from 'yauzl'
import { hasCode, Refusal, reasonOf } from '#errors.ts'

/** A table to read, as often as wanted: a file, or a file in a zip. */
export type Source = {
  name: string
  bytes: number
  /** The zip it is in. */
  zip?: string
  open(): AsyncIterable<Buffer>
}

export type Sources = AsyncDisposable & {
  all: Source[]
  /** Files of a zip that are no tables. */
  passedOver: string[]
}

/** A bomb of a few kilobytes unpacks to terabytes. */
const MOST_BYTES = 4 * 2 ** 30
const MOST_ENTRIES = 1000
const CHUNK = 131_072

/** @throws Refusal for a file that is not there, is a folder, is empty, or is a zip without tables */
export async function openSources(paths: readonly string[]): Promise<Sources> {
  await using stack = new AsyncDisposableStack()
  const all: Source[] = []
  const passedOver: string[] = []
  for (const path of paths) {
    const bytes = await sizeOf(path)
    if (!(await isZip(path))) {
      all.push({
        name: basename(path),
        bytes,
        open: () => createReadStream(path, { highWaterMark: CHUNK }),
      })
      continue
    }
    const zip = stack.adopt(await openZip(path), (opened) => opened.close())
    const found = await listTables(zip, basename(path))
    all.push(...found.tables)
    passedOver.push(...found.passedOver)
  }
  const opened = stack.move()
  return { all, passedOver, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}

async function sizeOf(path: string): Promise<number> {
  const name = basename(path)
  try {
    const found = await stat(path)
    if (!found.isFile()) throw new Refusal(`${name} is not a file`, { field: 'file' })
    if (found.size === 0)
      throw new Refusal(`${name} is empty: export the list again`, { field: 'file' })
    return found.size
  } catch (cause) {
    if (hasCode(cause, 'ENOENT'))
      throw new Refusal(`there is no file ${path}`, { field: 'file', cause })
    if (hasCode(cause, 'EACCES'))
      throw new Refusal(`${path} cannot be read by this user`, { field: 'file', cause })
    throw cause
  }
}

async function isZip(path: string): Promise<boolean> {
  await using file = await open(path)
  const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0)
  return buffer.equals(Buffer.from('PK\u0003\u0004', 'latin1'))
}

async function openZip(path: string): Promise<ZipFile> {
  try {
    return await openPromise(path, { lazyEntries: true, autoClose: false })
  } catch (cause) {
    throw damaged(basename(path), cause)
  }
}

async function listTables(zip: ZipFile, name: string) {
  const entries: Entry[] = []
  try {
    // It ends with the directory of the zip, and refuses names that lead out of it.
    for await (const entry of zip.eachEntry()) {
      if (entries.push(entry) > MOST_ENTRIES)
        throw new Refusal(
          `${name} has more than ${MOST_ENTRIES} files: import its tables one by one`,
          {
            field: 'file',
          },
        )
    }
  } catch (cause) {
    if (cause instanceof Refusal) throw cause
    throw damaged(name, cause)
  }
  const files = entries.filter(({ fileName }) => !/\/$|(^|\/)(__MACOSX\/|\.)/.test(fileName))
  const tables = files.filter(({ fileName }) => /\.(csv|tsv|txt)$/i.test(fileName))
  if (tables.length === 0)
    throw new Refusal(`${name} has no CSV file in it: unpack it and name the files`, {
      field: 'file',
    })
  if (tables.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0) > MOST_BYTES)
    throw new Refusal(`${name} unpacks to more than 4 GB: unpack it and import its files`, {
      field: 'file',
    })
  const passedOver = files.filter((file) => !tables.includes(file)).map(({ fileName }) => fileName)
  return { tables: tables.map((entry) => ({ ...tableOf(zip, entry), zip: name })), passedOver }
}

function tableOf(zip: ZipFile, entry: Entry): Source {
  const name = basename(entry.fileName)
  return {
    name,
    bytes: entry.uncompressedSize,
    async *open() {
      if (!entry.canDecodeFileData())
        throw new Refusal(`${name} is locked with a password: unpack the zip first`, {
          field: 'file',
        })
      try {
        // More bytes than the directory announced are an error of the stream.
        for await (const chunk of await zip.openReadStreamPromise(entry)) yield Buffer.from(chunk)
      } catch (cause) {
        throw damaged(name, cause)
      }
    },
  }
}

function damaged(name: string, cause: unknown): Refusal {
  return new Refusal(`${name} is damaged (${reasonOf(cause)}): export it again`, {
    field: 'file',
    cause,
  })
}
