import { parentPort, workerData } from 'node:worker_threads'
import { createJimp } from '@jimp/core'
import jpeg from '@jimp/js-jpeg'
import png from '@jimp/js-png'
import { methods as resizing } from '@jimp/plugin-resize'

/** What the thread answers: a JPEG, or why there is none. */
export type ResizeAnswer =
  | { kind: 'image'; bytes: Uint8Array; width: number; height: number }
  | { kind: 'failure'; reason: string }

const Jimp = createJimp({ formats: [jpeg, png], plugins: [resizing] })

// Loaded on the main thread it does nothing.
if (parentPort !== null) {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what `resizeImage` gives it
  const { bytes, width } = workerData as { bytes: Uint8Array; width: number }
  parentPort.postMessage(await resize(bytes, width), [])
}

async function resize(bytes: Uint8Array, width: number): Promise<ResizeAnswer> {
  try {
    const image = await Jimp.fromBuffer(Buffer.from(bytes))
    if (image.width > width) image.resize({ w: width })
    const smaller = await image.getBuffer('image/jpeg', { quality: 80 })
    return { kind: 'image', bytes: smaller, width: image.width, height: image.height }
  } catch (error) {
    return { kind: 'failure', reason: error instanceof Error ? error.message : String(error) }
  }
}
