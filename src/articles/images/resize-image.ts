import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { ResizeAnswer } from './resize-worker.ts'

const TIME_MS = 20_000

/**
 * The image as a JPEG of at most this width, made in a thread of its own; undefined where it cannot be made within the
 * time and memory that a picture may take. White stands where it was transparent.
 */
export async function resizeImage(
  bytes: Uint8Array,
  { width, timeoutMs = TIME_MS }: { width: number; timeoutMs?: number },
): Promise<{ bytes: Uint8Array; width: number; height: number } | undefined> {
  const worker = new Worker(new URL('./resize-worker.ts', import.meta.url), {
    workerData: { bytes, width },
    resourceLimits: { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 64 },
  })
  try {
    const [answer]: ResizeAnswer[] = await once(worker, 'message', {
      signal: AbortSignal.timeout(timeoutMs),
    })
    return answer?.kind === 'image' ? answer : undefined
  } catch {
    return undefined // out of time, or of memory: the story goes without a picture
  } finally {
    await worker.terminate()
  }
}
