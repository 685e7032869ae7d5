import type { Context } from '#context.ts'
import { dropIdleBuckets } from './bucket-store.ts'
import {
  clearGate,
  dropOldCounts,
  dropOldProofs,
  findCalm,
  findUntold,
  markTold,
} from './gate-store.ts'

const HOUR_MS = 3_600_000
/** Every bucket is full again after this. */
const IDLE_MS = 2 * HOUR_MS
const COUNTS_MS = 14 * 24 * HOUR_MS

/** What the desk is told, once a key. */
export type GateNotice = { key: string; subject: string; lines: string[] }

/**
 * Clears what has had its time, and tells what people should know of the breaker. Told first and marked afterwards: what
 * fails in between, or is swept by two at once, is told again under the same key.
 */
export async function sweepGate(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  tell: (notice: GateNotice) => Promise<unknown>,
): Promise<void> {
  const now = clock.now()
  const before = (ms: number) => new Date(now.getTime() - ms)
  await dropIdleBuckets(db, before(IDLE_MS))
  await dropOldCounts(db, before(COUNTS_MS))
  await dropOldProofs(db, now)
  const tripped = await findUntold(db)
  if (tripped !== undefined) {
    await tell(trippedNotice(tripped))
    await markTold(db, tripped)
  }
  const calm = await findCalm(db, now)
  if (calm !== undefined) {
    await tell(calmNotice(calm))
    await clearGate(db, { trippedAt: calm, now })
  }
}

function trippedNotice(at: Date): GateNotice {
  return {
    key: `sign-ups tripped ${at.toISOString()}`,
    subject: 'Unusually many sign-ups: readers are asked for a proof now',
    lines: [
      'More people than a newsroom has in a minute asked to be signed up. Perhaps you were on television; more often it is a program that types in addresses.',
      'Until it is calm again, the form asks each browser for a second of work. Nobody gets more than one confirmation mail a day in any case.',
      '"daybreak signups" shows from where they come. "daybreak signups prove on" keeps the proof on.',
    ],
  }
}

function calmNotice(at: Date): GateNotice {
  return {
    key: `sign-ups cleared ${at.toISOString()}`,
    subject: 'Sign-ups are calm again',
    lines: [
      'The form no longer asks for a proof. "daybreak signups" shows what was asked and what was stopped.',
    ],
  }
}
