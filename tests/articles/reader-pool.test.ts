import { writeFile } from 'node:fs/promises'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { readArticleInWorker } from '#articles/read-in-worker.ts'
import { createReaderPool } from '#articles/reader-pool.ts'

const page = (number: number) => ({
  bytes: new TextEncoder().encode(
    `<html><head><title>Report ${number} of the harbour office</title></head><body><article><h1>Report ${number} of the harbour office</h1><p>The ferry of berth ${number} left at dawn with ninety passengers, said the harbour office of Port Ansel, which counts every boat.</p><p>The next boat is due at noon with mail, bread and forty crates of oranges for the market of quay ${number}.</p></article></body></html>`,
  ),
  contentType: 'text/html',
})

/** A thread that does as its page says: answer, hang, throw, end, or fill its memory. */
async function openOdd({ size = 1 } = {}) {
  const file = join(mkdtempSync(join(tmpdir(), 'daybreak-')), 'odd.mjs')
  await writeFile(
    file,
    `import { parentPort, threadId } from 'node:worker_threads'
     parentPort.on('message', ({ fileName }) => {
       if (fileName === 'hang') for (;;) ;
       if (fileName === 'throw') throw new Error('odd')
       if (fileName === 'end') process.exit(0)
       if (fileName === 'fill') { const all = []; for (;;) all.push(new Array(1e6).fill(Math.random())) }
       parentPort.postMessage({ kind: 'failure', reason: String(threadId) })
     })`,
  )
  const pool = createReaderPool({ size, script: pathToFileURL(file) })
  const ask = async (fileName: string, timeoutMs = 20_000) =>
    pool.read({ bytes: new Uint8Array(), fileName }, { timeoutMs })
  return { pool, ask }
}

test('a hundred pages go through the same two threads, each with its own answer', async () => {
  const articles = await Promise.all(
    Array.from({ length: 100 }, async (_, at) =>
      readArticleInWorker(page(at), { timeoutMs: 60_000 }),
    ),
  )

  expect(articles.map(({ headline }) => headline)).toEqual(
    articles.map((_, at) => `Report ${at} of the harbour office`),
  )
})

test('a warm thread is used again', async () => {
  const { ask } = await openOdd()

  expect(await ask('a')).toEqual(await ask('b'))
})

test.each([
  ['hang', 'AbortError', 300],
  ['throw', 'Error', 20_000],
  ['end', 'Error', 20_000],
])('a page that makes its thread %s fails alone', async (how, name, timeoutMs) => {
  const { pool, ask } = await openOdd()
  const before = await ask('a')

  await expect(ask(how, timeoutMs)).rejects.toMatchObject({ name })
  const after = await ask('b')

  expect(after).not.toEqual(before)
  expect(pool.threads).toBe(1)
})

test('a page that fills its memory ends its thread, and not the process', async () => {
  const { ask } = await openOdd()

  await expect(ask('fill')).rejects.toMatchObject({ code: 'ERR_WORKER_OUT_OF_MEMORY' })
  await expect(ask('a')).resolves.toMatchObject({ kind: 'failure' })
})

test('more than so many at once wait, and what waits too long a line is refused', async () => {
  const { pool, ask } = await openOdd({ size: 2 })

  const first = await Promise.all(Array.from({ length: 50 }, async () => ask('a')))
  const threads = pool.threads
  const flood = await Promise.allSettled(Array.from({ length: 250 }, async () => ask('a')))

  expect(first).toHaveLength(50)
  expect(threads).toBe(2)
  expect(flood.filter(({ status }) => status === 'rejected')).toHaveLength(48)
})
