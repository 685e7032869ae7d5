import { setTimeout as sleep } from 'node:timers/promises'
import type { DrillHouse } from './drill-house.ts'
import { countInHand } from './proof-store.ts'
import type { Senders } from './senders.ts'
import type { SinkControl } from './sink-control.ts'

export type Scene = {
  house: DrillHouse
  sink: SinkControl
  senders: Senders
  editionId: number
  connections: number
  leaseSeconds: number
  chance: () => number
  happened: Happened
  say: (line: string) => void
}

/** What was done to the senders and their surroundings. */
export type Happened = {
  kills: number
  /** Kills that found a body begun and not answered. */
  killsMidBody: number
  journalsLost: number
  journalsCut: number
  stalls: number
  databaseRestarts: number
  databaseAbsences: number
  redisFlushes: number
  /** What could not be tried here, and why. */
  notTried: string[]
}

export function nothingYet(): Happened {
  return {
    kills: 0,
    killsMidBody: 0,
    journalsLost: 0,
    journalsCut: 0,
    stalls: 0,
    databaseRestarts: 0,
    databaseAbsences: 0,
    redisFlushes: 0,
    notTried: [],
  }
}

/** Lets some more mails go, until they have begun or nobody sends for a while. */
export async function letGo({ sink }: Scene, mails: number): Promise<void> {
  await sink.allow(mails)
  await waitFor(async () => (await sink.counts()).left === 0, 10_000)
}

/** Makes sessions of a sender stand still in the middle of a mail; false when it sends nothing. */
export async function standStill(
  { sink, connections, chance }: Scene,
  slot: number,
): Promise<boolean> {
  const port = portOf(sink, slot)
  await sink.stall({ port, share: 0.25 + chance() * 0.75 })
  return waitFor(async () => {
    const { stalled, waiting } = await sink.counts()
    const standing = stalled[slot]
    if (standing !== undefined && standing.midBody + standing.afterDot > 0) return true
    const ready = waiting[slot] ?? 0
    if (ready > 0) await sink.begin({ port, sessions: 1 + Math.floor(chance() * connections) })
    return false
  }, 15_000)
}

export function portOf({ ports }: SinkControl, slot: number): number {
  const port = ports[slot]
  if (port === undefined) throw new Error(`the sink has no port for sender ${slot}`)
  return port
}

/** The rows that the process of a slot has in hand now may all end as uncertain: nobody can tell what it began. */
export async function allowInHand(scene: Scene, slot: number): Promise<number> {
  const { house, senders, editionId } = scene
  const life = senders.lifeOf(slot)
  const { claimed, uncertain } = await countInHand(house.app.context.db, {
    editionId,
    pid: life.pid,
  })
  life.allowance += claimed + uncertain
  return claimed
}

export async function waitFor(ask: () => Promise<boolean>, ms: number): Promise<boolean> {
  for (const end = performance.now() + ms; performance.now() < end; await sleep(20)) {
    if (await ask()) return true
  }
  return false
}

/** While the database restarts, a question may fail: it is asked again. */
export async function patiently<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await ask()
    } catch (error) {
      if (tries >= 50) throw error
      await sleep(200)
    }
  }
}
