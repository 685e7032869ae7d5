import type { Fate } from '../outcome-store.ts'

const MINUTE = 60_000

/** Readers who were deferred together must not all come back together. */
const SPREAD = 0.2

/** 1, 2, 4 … minutes, at most an hour: greylisting asks for minutes, full mailboxes for hours. */
export function backoffMs(replies: number, random: number): number {
  const pause = Math.min(60, 2 ** (replies - 1)) * MINUTE
  return Math.round(pause * (1 - SPREAD + 2 * SPREAD * random))
}

/**
 * When a row that was not settled is tried again; undefined for a fate that is final. What could only be tried past its
 * time is claimed right then, and left out as expired.
 */
export function retryAtOf(
  fate: Fate,
  {
    attempt,
    replies,
    notAfter,
    now,
    random,
  }: {
    attempt: number
    /** Before this one. */
    replies: number
    notAfter: number
    now: Date
    random: number
  },
): Date | undefined {
  const pause = pauseOf(fate, attempt, () => backoffMs(replies + 1, random))
  if (pause === undefined) return undefined
  return new Date(Math.max(now.getTime(), Math.min(now.getTime() + pause, notAfter)))
}

function pauseOf(fate: Fate, attempt: number, backoff: () => number): number | undefined {
  switch (fate.kind) {
    case 'deferred':
      return backoff()
    case 'rejected':
      return fate.blame === 'sender' ? backoff() : undefined
    case 'unsent':
      // Longer each time: a relay that drops the connection at one address must not be asked about it for ever.
      return Math.min(60_000, 1000 * 2 ** Math.min(attempt - 1, 6))
    case 'given back':
      return 0
    case 'accepted':
    case 'uncertain':
    case 'excluded':
      return undefined
  }
}
