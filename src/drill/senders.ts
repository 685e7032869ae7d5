import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { signalProcess } from '#db/process-identity.ts'
import { startRole } from '#role-process.ts'

const PAUSE_MS = 200

/** What one sending process may leave uncertain, by what was done to it. */
export type Life = { pid: number; killed: boolean; journal: boolean; allowance: number }

/** Sending processes, each with a port of the sink for itself; one that ends is started again at once. */
export class Senders implements AsyncDisposable {
  readonly lives: Life[] = []
  /** Ended although nobody killed them, which is not a broken promise, and worth a look. */
  endedByThemselves = 0
  readonly #environments: Record<string, string>[]
  readonly #log: number
  readonly #children: (ChildProcess | undefined)[] = []
  #stopping = false

  /** One process for each environment. */
  constructor({
    environments,
    logFile,
  }: {
    environments: Record<string, string>[]
    logFile: string
  }) {
    this.#environments = environments
    this.#log = openSync(logFile, 'a', 0o600)
  }

  start(): void {
    for (const slot of this.#environments.keys()) this.#launch(slot)
  }

  /** The process of a slot that runs now. */
  lifeOf(slot: number): Life {
    const pid = this.#children[slot]?.pid
    const life = this.lives.findLast((each) => each.pid === pid)
    if (life === undefined) throw new Error(`no sender has been started in slot ${slot}`)
    return life
  }

  async kill(slot: number): Promise<void> {
    const child = this.#children[slot]
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    this.lifeOf(slot).killed = true
    const gone = once(child, 'exit')
    signalProcess(child.pid, 'SIGKILL')
    await gone
  }

  stall(slot: number): void {
    signalProcess(this.lifeOf(slot).pid, 'SIGSTOP')
  }

  wake(slot: number): void {
    signalProcess(this.lifeOf(slot).pid, 'SIGCONT')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#stopping) return
    this.#stopping = true
    await Promise.all(this.#children.map(async (child) => stop(child)))
    closeSync(this.#log)
  }

  #launch(slot: number): void {
    const child = startRole('sender', {
      env: this.#environments[slot],
      // A session of its own: Ctrl+C in a terminal reaches the drill, which ends its senders itself.
      detached: true,
      stdio: ['ignore', this.#log, this.#log],
    })
    this.#children[slot] = child
    if (child.pid !== undefined)
      this.lives.push({ pid: child.pid, killed: false, journal: true, allowance: 0 })
    child.once('exit', () => void this.#again(slot))
  }

  async #again(slot: number): Promise<void> {
    if (this.#stopping) return
    if (!this.lifeOf(slot).killed) {
      this.endedByThemselves += 1
      await sleep(PAUSE_MS)
    }
    if (!this.#stopping) this.#launch(slot)
  }
}

async function stop(child: ChildProcess | undefined): Promise<void> {
  if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  signalProcess(child.pid, 'SIGCONT')
  signalProcess(child.pid, 'SIGTERM')
  const killer = setTimeout(() => child.kill('SIGKILL'), 15_000)
  await gone
  clearTimeout(killer)
}
