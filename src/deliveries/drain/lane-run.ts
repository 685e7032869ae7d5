import type { Lane } from '#queue/jobs.ts'
import type { Claimed } from '../claim-store.ts'
import type { Fate } from '../outcome-store.ts'
import { asksForPatience } from '../pace.ts'
import type { Sending } from '../sender.ts'
import { retryAtOf } from './backoff.ts'
import { claimSize } from './claim-size.ts'
import type { Road } from './claim.ts'
import { claimForLane } from './claim-for-lane.ts'
import { LaneFigures } from './lane-figures.ts'
import { learn } from './lane-rest.ts'
import type { OpenClaim } from './open-claim.ts'
import { OutcomeWriter } from './outcome-writer.ts'
import { sendMail } from './send-mail.ts'

/** One claim is on its way and one waits; more only while destinations have as many mails on their way as they may. */
const AHEAD = 2
const AHEAD_AT_MOST = 6

/** While mails are on their way, rows that became due meanwhile are found after this long. */
const LOOK_AGAIN_MS = 250

/** By then what a destination said is in the database. */
const PATIENCE_MS = 1000

const GIVEN_BACK: Fate = { kind: 'given back' }

/**
 * A pipeline: the next claim is fetched while the last one is sent, as many mails are on their way as the transport
 * has use for, and outcomes are written meanwhile. Everything happens in `#advance`, after each thing that ended.
 */
export class LaneRun {
  readonly #context: Sending
  readonly #lane: Lane
  readonly #signal: AbortSignal
  readonly #writer: OutcomeWriter
  readonly #claims = new Set<OpenClaim>()
  readonly #done = Promise.withResolvers<void>()
  readonly #onWay = new Map<number, number>()
  /** Destinations that asked for patience, and until when. */
  readonly #alone = new Map<number, number>()
  readonly figures: LaneFigures
  readonly editions = new Set<number>()
  claimed = 0
  #inFlight = 0
  #claiming = false
  #looking = false
  #nothingDue = false
  #turn = 0
  #noRetriesUntil = 0
  #size: number | undefined
  #ending: Fate | undefined
  #broken: unknown
  #again: NodeJS.Timeout | undefined

  constructor(context: Sending, { lane, signal }: { lane: Lane; signal: AbortSignal }) {
    this.#context = context
    this.#lane = lane
    this.#signal = signal
    this.#writer = new OutcomeWriter(context)
    this.figures = new LaneFigures(performance.now())
  }

  /** Until nothing is due and on its way, the lane rests, or the signal says stop; the rest is given back. */
  async run(): Promise<void> {
    const advance = () => this.#advance()
    this.#signal.addEventListener('abort', advance)
    try {
      this.#advance()
      await this.#done.promise
    } finally {
      this.#signal.removeEventListener('abort', advance)
      clearTimeout(this.#again)
      await this.#writer.close()
    }
    if (this.#broken !== undefined)
      throw new Error(`the ${this.#lane} lane was cut short`, { cause: this.#broken })
  }

  #advance(): void {
    if (this.#signal.aborted) this.#ending ??= GIVEN_BACK
    this.#fill()
    this.#claimAhead()
    const idle = this.#inFlight === 0 && !this.#claiming && this.#claims.size === 0
    if (idle && (this.#nothingDue || this.#ending !== undefined)) this.#done.resolve()
    else this.#sample()
  }

  #sample(): void {
    const full = this.#inFlight >= this.#capacity()
    const waits = [...this.#claims].some((claim) => claim.waiting > 0)
    const state = waits ? 'composing' : 'database'
    this.figures.sample(full ? 'relay' : state, performance.now())
  }

  /** At least one: a relay that rests says so to the mail that asks. */
  #capacity(): number {
    const { relays, rest } = this.#context.sender
    return rest.has(this.#lane) ? 1 : Math.max(1, relays.capacity(this.#lane))
  }

  #fill(): void {
    const capacity = this.#capacity()
    for (const claim of this.#claims) {
      while (claim.waiting > 0 && this.#mayStart(claim, capacity)) this.#start(claim)
      if (claim.isOver) this.#close(claim)
    }
  }

  /** What is to be given back needs no place in flight. */
  #mayStart(claim: OpenClaim, capacity: number): boolean {
    if (this.#ending !== undefined || claim.isStopped) return true
    if (this.#inFlight >= capacity || this.#isFull(claim)) return false
    if (this.#context.sender.watch.isFresh(claim)) return true
    this.#lookFirst(claim)
    return false
  }

  /** Whether the destination has as many mails on their way as it may. */
  #isFull({ concurrency, destination }: OpenClaim): boolean {
    return concurrency !== null && (this.#onWay.get(destination) ?? 0) >= Math.max(1, concurrency)
  }

  /** Nobody is mailed by what was known a second ago; a database that does not say ends the run. */
  #lookFirst(claim: OpenClaim): void {
    if (this.#looking) return
    this.#looking = true
    void this.#lookAt(claim)
  }

  async #lookAt(claim: OpenClaim): Promise<void> {
    const { watch } = this.#context.sender
    await watch.look()
    this.#looking = false
    if (!watch.isFresh(claim)) this.#ending ??= GIVEN_BACK
    this.#advance()
  }

  #start(claim: OpenClaim): void {
    const row = claim.take()
    if (row === undefined) return
    const refusal = this.#refusalOf(claim, row)
    if (refusal !== undefined) {
      this.#settle(claim, row, refusal)
      return
    }
    this.#inFlight += 1
    this.#onWay.set(claim.destination, (this.#onWay.get(claim.destination) ?? 0) + 1)
    void this.#send(claim, row)
  }

  async #send(claim: OpenClaim, row: Claimed): Promise<void> {
    const began = performance.now()
    const { fate, answered } = await sendMail(this.#context, {
      claim,
      row,
      priority: this.#lane,
      signal: this.#signal,
      refusalOf: () => this.#refusalOf(claim, row),
    })
    if (answered) {
      this.#context.sender.counts.replied(performance.now() - began)
      this.#learn(claim, fate)
    }
    this.#inFlight -= 1
    this.#onWay.set(claim.destination, (this.#onWay.get(claim.destination) ?? 1) - 1)
    this.figures.settled()
    this.#settle(claim, row, fate)
    this.#advance()
  }

  /** Why the row must not be mailed now: asked before it is handed over, and again as its body begins. */
  #refusalOf(claim: OpenClaim, row: Claimed): Fate | undefined {
    const { clock, sender } = this.#context
    if (this.#signal.aborted || sender.troubles.isPaused(claim.destination, performance.now()))
      return GIVEN_BACK
    const known = this.#ending ?? claim.fateOf(row)
    if (known !== undefined) return known
    if (row.notAfter <= clock.now().getTime()) return { kind: 'excluded', reason: 'expired' }
    // A sibling may have taken a lapsed lease; the database may be gone, and with it who left.
    const stale = performance.now() > claim.leaseEnds || !sender.watch.isFresh(claim)
    return stale ? GIVEN_BACK : undefined
  }

  #settle(claim: OpenClaim, row: Claimed, fate: Fate): void {
    const { clock, sender } = this.#context
    const now = clock.now()
    const retryAt = retryAtOf(fate, { ...row, now, random: sender.random() })
    sender.counts.settled(fate, { lane: this.#lane, destination: claim.destination })
    this.#writer.add({
      key: row,
      fate,
      at: now,
      destination: claim.destination,
      ...(retryAt === undefined ? {} : { retryAt }),
    })
    claim.settle(row)
    if (claim.isOver) this.#close(claim)
  }

  #learn(claim: OpenClaim, fate: Fate): void {
    const silence = learn(this.#context, { lane: this.#lane, fate })
    if (silence !== undefined) this.#ending ??= { kind: 'unsent', reason: silence }
    if (fate.kind === 'deferred' && asksForPatience(fate)) this.#leaveAlone(claim.destination)
    const { editionId, destination } = claim
    this.#context.sender.troubles.note({ editionId, destination, fate }, performance.now())
  }

  /** At once, and not only when the others have read in the database that it asked for patience. */
  #leaveAlone(destination: number): void {
    if (destination === 0) return
    this.#alone.set(destination, performance.now() + PATIENCE_MS)
    for (const claim of this.#claims) if (claim.destination === destination) claim.stop()
  }

  #claimAhead(): void {
    if (this.#claiming || this.#nothingDue || this.#ending !== undefined) return
    const open = [...this.#claims].filter((claim) => claim.waiting > 0)
    const full = open.filter((claim) => this.#isFull(claim))
    if (open.length - full.length >= AHEAD || open.length >= AHEAD_AT_MOST) return
    // One mail finds out whether the relay is back.
    const probing = this.#context.sender.rest.has(this.#lane)
    if (probing && this.#claims.size > 0) return
    this.#claiming = true
    void this.#claim({ probing, avoid: full.map((claim) => claim.destination) })
  }

  async #claim({ probing, avoid }: { probing: boolean; avoid: number[] }): Promise<void> {
    const now = performance.now()
    const roads = this.#roads(now)
    const ranDry = this.#claims.size === 0 || this.#inFlight < this.#capacity()
    const size = claimSize({ rate: this.figures.rate(now), last: this.#size, ranDry })
    try {
      const { claim, road, because } = await claimForLane(this.#context, {
        lane: this.#lane,
        want: probing ? 1 : size,
        roads,
        avoid: [...avoid, ...this.#leftAlone(now)],
        changed: () => this.#advance(),
      })
      this.#context.sender.counts.claimed(performance.now() - now)
      this.figures.because = because
      if (roads[0] === 'retries' && road !== 'retries') this.#noRetriesUntil = now + LOOK_AGAIN_MS
      this.#size = size
      if (claim === undefined) this.#lookLater()
      else this.#open(claim)
    } catch (error) {
      this.#broken ??= error
      this.#ending ??= GIVEN_BACK
    }
    this.#claiming = false
    this.#advance()
  }

  #leftAlone(now: number): number[] {
    const alone = [...this.#alone].flatMap(([id, until]) => (until > now ? [id] : []))
    return [...alone, ...this.#context.sender.troubles.listPaused(now)]
  }

  /** In turns, so that neither rows to be tried again nor fresh ones wait for the other's end. */
  #roads(now: number): Road[] {
    this.#turn += 1
    const retriesFirst = this.#turn % 2 === 0 && now >= this.#noRetriesUntil
    return retriesFirst ? ['retries', 'walk'] : ['walk', 'retries']
  }

  #open(claim: OpenClaim): void {
    this.claimed += claim.waiting
    this.editions.add(claim.editionId)
    if (claim.isOver) return
    this.#claims.add(claim)
    this.#context.sender.watch.add(claim)
  }

  #close(claim: OpenClaim): void {
    this.#claims.delete(claim)
    this.#context.sender.watch.remove(claim)
  }

  #lookLater(): void {
    this.#nothingDue = true
    if (this.#claims.size === 0) return
    clearTimeout(this.#again)
    this.#again = setTimeout(() => {
      this.#nothingDue = false
      this.#advance()
    }, LOOK_AGAIN_MS)
  }
}
