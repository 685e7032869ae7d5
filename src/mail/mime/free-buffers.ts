const STEP = 16 * 1024

/**
 * Buffers that are used again: a new one of 40 KB a mail made the garbage collector the dearest part of composing. All
 * are as long as the longest mail so far; idle ones never hold more than `maxIdleBytes`.
 */
export class FreeBuffers {
  readonly #idle: Buffer[] = []
  readonly #maxIdleBytes: number
  #size = 0

  constructor(maxIdleBytes: number) {
    this.#maxIdleBytes = maxIdleBytes
  }

  /** A buffer of at least `size` bytes with what was in it, and the way to give it back, which counts once. */
  take(size: number): { buffer: Buffer; free: () => void } {
    if (size > this.#size) {
      this.#size = Math.ceil(size / STEP) * STEP
      this.#idle.length = 0
    }
    const buffer = this.#idle.pop() ?? Buffer.allocUnsafeSlow(this.#size)
    let isOut = true
    const free = () => {
      if (isOut) this.#takeBack(buffer)
      isOut = false
    }
    return { buffer, free }
  }

  get idleBytes(): number {
    return this.#idle.length * this.#size
  }

  #takeBack(buffer: Buffer): void {
    const fits = this.idleBytes + buffer.length <= this.#maxIdleBytes
    if (buffer.length === this.#size && fits) this.#idle.push(buffer)
  }
}
