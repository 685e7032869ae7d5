import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import { reasonOf } from '#errors.ts'
import type { Lane } from '#queue/jobs.ts'
import type { Sending } from '../sender.ts'
import { bottleneckOf, describeBottleneck, type LaneState } from './bottleneck.ts'
import type { LaneFigures } from './lane-figures.ts'
import type { SendTotals } from './send-counts.ts'

/** What a sender says of itself each second while it sends. */
export type SenderPace = {
  at: Date
  lanes: Partial<Record<Lane, LanePace>>
}

export type LanePace = {
  mailsPerSecond: number
  connections: number
  replyMs: number
  bottleneck: string
  words: string
}

/** Says how fast the lanes are that send now. It is only told: a failure is logged, and mail goes on. */
export async function tellPace({ db, clock, log, sender }: Sending): Promise<void> {
  const lanes: SenderPace['lanes'] = {}
  for (const [lane, figures] of sender.figures) lanes[lane] = paceOf(sender, { lane, figures })
  try {
    await writePace(db, {
      id: sender.id,
      pace: { at: clock.now(), lanes },
      counts: sender.counts.totals(),
    })
  } catch (error) {
    log.warn({ reason: reasonOf(error) }, 'a sender could not say how fast it is')
  }
}

/** What it sent, at the end of a lane: how fast it is would only be of the past. */
export async function tellCounts({ db, log, sender }: Sending): Promise<void> {
  try {
    await sql`
      update sender set counts = ${JSON.stringify(sender.counts.totals())}::jsonb
       where id = ${sender.id}`.execute(db)
  } catch (error) {
    log.warn({ reason: reasonOf(error) }, 'a sender could not say what it sent')
  }
}

function paceOf(
  { relays, rest }: Sending['sender'],
  { lane, figures }: { lane: Lane; figures: LaneFigures },
): LanePace {
  const now = performance.now()
  const up = relays.health().filter((relay) => relay.state === 'up')
  const connections = up.reduce((sum, relay) => sum + relay.open, 0)
  const replyMs = Math.max(0, ...up.map((relay) => relay.replyMs))
  const state: LaneState = {
    shares: figures.takeShares(now),
    because: figures.because,
    rest: rest.get(lane),
    relays: { replyMs, connections },
  }
  return {
    mailsPerSecond: figures.rate(now) ?? 0,
    connections,
    replyMs,
    bottleneck: bottleneckOf(state).kind,
    words: describeBottleneck(state),
  }
}

async function writePace(
  db: Db,
  { id, pace, counts }: { id: number; pace: SenderPace; counts: SendTotals },
): Promise<void> {
  await sql`
    update sender set pace = ${JSON.stringify(pace)}::jsonb, counts = ${JSON.stringify(counts)}::jsonb
     where id = ${id}`.execute(db)
}
