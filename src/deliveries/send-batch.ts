import type { Context } from '#context.ts'
import { reasonOf } from '#errors.ts'
import type { Envelope, Outcome } from '#mail/outcome.ts'
import type { Lane } from '#queue/jobs.ts'
import type { Claimed } from './claim-store.ts'
import { type Fate, recordOutcomes, type RowKey, type Settled } from './outcome-store.ts'
import type { Sender } from './sender.ts'

type Mail = { envelope: Envelope; raw: Buffer }

export type Batch = {
  lane: Lane
  rows: Claimed[]
  leaseMs: number
  compose(row: Claimed): Promise<Mail>
  /** Who withdrew since the claim, and whether a person stopped the edition. */
  withdrawn(ids: number[]): Promise<{ stopped: boolean; reasons: Map<number, string> }>
  /** The relay refused us, not a reader. */
  refused(reply: string): Promise<void>
}

type Needs = Pick<Context, 'db' | 'clock' | 'log' | 'config'> & { sender: Sender }

/** Withdrawals and the stop switch are known to the next mail within this time. */
const LOOK_AGAIN_MS = 500

/** Sends every row of a claim or gives it back, and writes what became of each. */
export async function sendBatch(
  context: Needs,
  { batch, signal }: { batch: Batch; signal: AbortSignal },
): Promise<void> {
  const round = new Round(context, batch, signal)
  const lanes = Array.from(
    { length: Math.min(context.config.smtpConnections, batch.rows.length) },
    async () => round.work(),
  )
  const broken = (await Promise.allSettled(lanes)).filter((result) => result.status === 'rejected')
  await round.record()
  if (broken[0] !== undefined) throw new Error('a batch was cut short', { cause: broken[0].reason })
}

class Round {
  readonly #context: Needs
  readonly #batch: Batch
  readonly #signal: AbortSignal
  readonly #queue: Claimed[]
  readonly #fates: Settled[] = []
  /** Monotonic: a clock that jumps must not make a lapsed lease look alive. */
  readonly #leaseEnds: number
  #lookedAt = Number.NEGATIVE_INFINITY
  #look: Awaited<ReturnType<Batch['withdrawn']>> = { stopped: false, reasons: new Map() }
  #looking: Promise<void> | undefined
  #ending: string | undefined

  constructor(context: Needs, batch: Batch, signal: AbortSignal) {
    this.#context = context
    this.#batch = batch
    this.#signal = signal
    this.#queue = batch.rows.toReversed()
    this.#leaseEnds = performance.now() + batch.leaseMs / 2
  }

  async work(): Promise<void> {
    for (let row = this.#queue.pop(); row !== undefined; row = this.#queue.pop()) {
      const fate = await this.#settle(row)
      this.#fates.push({ key: keyOf(row), fate, at: this.#context.clock.now() })
    }
  }

  /** Rows nobody came to (a lane of the round broke) are given back too. */
  async record(): Promise<void> {
    const { db, sender, clock, log } = this.#context
    const at = clock.now()
    for (const row of this.#queue)
      this.#fates.push({ key: keyOf(row), fate: { kind: 'given back' }, at })
    try {
      await recordOutcomes(db, { senderId: sender.id, rows: this.#fates })
    } catch (error) {
      sender.unwritten.push(...this.#fates)
      log.error(
        { rows: this.#fates.length, reason: reasonOf(error) },
        'outcomes are not written yet',
      )
    }
  }

  async #settle(row: Claimed): Promise<Fate> {
    await this.#lookAgain()
    if (this.#look.stopped || this.#signal.aborted) return { kind: 'given back' }
    if (this.#ending !== undefined) return { kind: 'unsent', reason: this.#ending }
    const reason = this.#look.reasons.get(row.subscriberId)
    if (reason !== undefined) return { kind: 'excluded', reason }
    if (row.notAfter <= this.#context.clock.now()) return { kind: 'excluded', reason: 'expired' }
    const mail = await this.#compose(row)
    if (this.#signal.aborted) return { kind: 'given back' }
    if (mail === undefined)
      return { kind: 'deferred', code: 0, reply: 'this mail cannot be composed' }
    const fate = await this.#send(row, mail)
    if (fate.kind !== 'given back') await this.#learn(fate)
    return fate
  }

  /** Undefined for a row whose mail cannot be made: the others go out, and it waits for a person to read the log. */
  async #compose(row: Claimed): Promise<Mail | undefined> {
    try {
      return await this.#batch.compose(row)
    } catch (err) {
      this.#context.log.error({ ...keyOf(row), err }, 'a mail cannot be composed')
      return undefined
    }
  }

  async #send(row: Claimed, mail: Mail): Promise<Outcome | { kind: 'given back' }> {
    const { sender } = this.#context
    let began = false
    // A mail whose body has begun is finished: cut off, nobody would know whether it arrived.
    const giveUp = new AbortController()
    const stop = () => {
      if (!began) giveUp.abort(this.#signal.reason)
    }
    this.#signal.addEventListener('abort', stop)
    const begun = () => {
      if (performance.now() > this.#leaseEnds)
        throw new Error('the lease of this claim has nearly passed')
      sender.journal.begun(keyOf(row))
      began = true
    }
    try {
      const outcome = await sender.transport.send({ ...mail, begun, signal: giveUp.signal })
      this.#note(row, outcome)
      return outcome
    } catch (error) {
      if (began) return { kind: 'uncertain', reason: reasonOf(error) }
      return this.#signal.aborted
        ? { kind: 'given back' }
        : { kind: 'unsent', reason: reasonOf(error) }
    } finally {
      this.#signal.removeEventListener('abort', stop)
    }
  }

  /** A journal that takes no more costs no outcome: the ledger still gets it, and no other body begins. */
  #note(row: Claimed, outcome: Outcome): void {
    const { journal } = this.#context.sender
    try {
      if (outcome.kind === 'accepted') journal.accepted(keyOf(row), outcome.relayId)
      else if (outcome.kind === 'deferred' || outcome.kind === 'rejected') journal.other(keyOf(row))
    } catch (error) {
      this.#context.log.error({ reason: reasonOf(error) }, 'the journal takes no outcomes')
    }
  }

  async #learn(outcome: Outcome): Promise<void> {
    const { sender, clock, log } = this.#context
    const { lane } = this.#batch
    if (outcome.kind === 'unsent') {
      if (this.#ending !== undefined) return
      this.#ending = outcome.reason
      const failures = (sender.rest.get(lane)?.failures ?? 0) + 1
      const pause = Math.min(60_000, 1000 * 2 ** (failures - 1))
      sender.rest.set(lane, {
        until: clock.now().getTime() + pause,
        failures,
        reason: outcome.reason,
      })
      log.warn(
        { lane, reason: outcome.reason, pauseMs: pause },
        'the relay does not take mail, the rows stay planned',
      )
    } else {
      if (sender.rest.delete(lane)) log.info({ lane }, 'the relay takes mail again')
      if (outcome.kind === 'rejected' && outcome.blame === 'sender') {
        this.#ending ??= outcome.reply
        await this.#refused(outcome.reply)
      }
    }
  }

  async #refused(reply: string): Promise<void> {
    try {
      await this.#batch.refused(reply)
    } catch (error) {
      this.#context.log.error(
        { reply, reason: reasonOf(error) },
        'the relay refuses us, and the edition could not be held',
      )
    }
  }

  async #lookAgain(): Promise<void> {
    if (performance.now() - this.#lookedAt < LOOK_AGAIN_MS) return
    this.#looking ??= this.#lookNow()
    await this.#looking
  }

  async #lookNow(): Promise<void> {
    try {
      this.#look = await this.#batch.withdrawn(this.#batch.rows.map((row) => row.subscriberId))
      this.#lookedAt = performance.now()
    } catch (error) {
      this.#context.log.error(
        { reason: reasonOf(error) },
        'cannot see who withdrew: sending pauses',
      )
      this.#look = { stopped: true, reasons: new Map() }
    } finally {
      this.#looking = undefined
    }
  }
}

function keyOf({ editionId, subscriberId, attempt }: Claimed): RowKey {
  return { editionId, subscriberId, attempt }
}
