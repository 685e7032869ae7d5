import { parentPort } from 'node:worker_threads'
import { reasonOf } from '#errors.ts'
import { readReturn } from './read-return.ts'
import type { ReadReturn } from './returned.ts'

export type Question = { bytes: Uint8Array }
export type Answer = { read: ReadReturn } | { failed: string }

// Loaded on the main thread (a test of its types, say) it does nothing.
parentPort?.on('message', ({ bytes }: Question) => void answer(bytes))

async function answer(bytes: Uint8Array): Promise<void> {
  parentPort?.postMessage(await answerTo(bytes), [])
}

async function answerTo(bytes: Uint8Array): Promise<Answer> {
  try {
    return { read: await readReturn(bytes) }
  } catch (error) {
    return { failed: reasonOf(error) }
  }
}
