import type { Socket } from 'node:net'

// Larger bodies are written in pieces, so that a slow relay is told from a stalled one.
const PIECE = 256 * 1024

/** What one connection writes, and whether a body has wholly left it. */
export class Outlet {
  readonly #socket: Socket
  #pouring = false
  /** Bytes of commands written behind the body. */
  #tail = 0

  constructor(socket: Socket) {
    this.#socket = socket
  }

  /** No byte of the last body is left here. */
  get flushed(): boolean {
    return !this.#pouring && this.#socket.writableLength <= this.#tail
  }

  get pouring(): boolean {
    return this.#pouring
  }

  write(commands: Buffer): void {
    this.#tail += commands.length
    this.#socket.write(commands)
  }

  /** Writes all of the body but its last piece, which is left to `onLast`, as the relay takes it. */
  pour(bytes: Buffer, onPiece: () => void, onLast: (last: Buffer) => void): void {
    const rest = bytes.length - PIECE
    this.#pouring = rest > 0
    if (!this.#pouring) return onLast(bytes)
    this.#socket.write(bytes.subarray(0, PIECE), (error) => {
      if (error || this.#socket.destroyed) return
      onPiece()
      this.pour(bytes.subarray(PIECE), onPiece, onLast)
    })
  }

  /** The last piece and what ends it, in one write. */
  end(last: Buffer, ending: Buffer): void {
    this.#tail = 0
    this.#socket.cork()
    this.#socket.write(last)
    this.#socket.write(ending)
    this.#socket.uncork()
  }
}
