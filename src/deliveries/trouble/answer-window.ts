import type { Figures } from './trouble-rules.ts'

/** The last so many answers, in memory. */
export class AnswerWindow {
  readonly #size: number
  #answers: boolean[] = []
  #next = 0
  #ours = 0

  constructor(size: number) {
    this.#size = size
  }

  note(ours: boolean): Figures {
    if (this.#answers[this.#next] === true) this.#ours -= 1
    this.#answers[this.#next] = ours
    if (ours) this.#ours += 1
    this.#next = (this.#next + 1) % this.#size
    return { answers: this.#answers.length, ours: this.#ours }
  }

  clear(): void {
    this.#answers = []
    this.#next = 0
    this.#ours = 0
  }
}
