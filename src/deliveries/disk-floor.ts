import { statfsSync } from 'node:fs'
import { reasonOf } from '#errors.ts'
import type { Log } from '#log.ts'

const BYTES = 2_000_000_000
const SHARE = 0.05
const LOOK_AGAIN_MS = 1000

/** Sizes in blocks, as the system tells them. */
type Statfs = (dir: string) => { bsize: number; blocks: number; bavail: number }

export type DiskFloor = {
  /** Why nothing may be claimed now, in words; undefined when there is room. */
  blocked(): string | undefined
}

/**
 * Below the smaller of 2 GB and 5 % of a disk nothing is claimed: what has begun must find room for its outcome. It goes
 * on by itself. `also` names other folders that must have room.
 */
export function openDiskFloor({
  dir,
  also = [],
  log,
  statfs = statfsSync,
  now = () => performance.now(),
}: {
  dir: string
  also?: readonly string[]
  log: Log
  statfs?: Statfs
  now?: () => number
}): DiskFloor {
  let lookedAt = Number.NEGATIVE_INFINITY
  let reason: string | undefined
  const look = () => {
    for (const folder of [dir, ...also]) {
      const found = lackIn(folder, statfs)
      if (found !== undefined) return found
    }
    return undefined
  }
  return {
    blocked() {
      if (now() - lookedAt < LOOK_AGAIN_MS) return reason
      lookedAt = now()
      const before = reason
      reason = look()
      if (before === undefined && reason !== undefined) log.error({ reason }, 'claiming stops')
      if (before !== undefined && reason === undefined)
        log.info('the disk has room again, claiming goes on')
      return reason
    },
  }
}

/** For a disk of so many bytes. */
export function floorOf(bytes: number): number {
  return Math.min(BYTES, bytes * SHARE)
}

function lackIn(dir: string, statfs: Statfs): string | undefined {
  try {
    const { bsize, blocks, bavail } = statfs(dir)
    const floor = floorOf(blocks * bsize)
    const left = bavail * bsize
    if (left >= floor) return undefined
    return `the disk has ${inWords(left)} left, Daybreak stops claiming below ${inWords(floor)}: make room`
  } catch (error) {
    return `cannot tell how much room the disk has (${reasonOf(error)}): Daybreak stops claiming`
  }
}

function inWords(bytes: number): string {
  const megabytes = bytes / 1e6
  return megabytes < 1000
    ? `${Math.floor(megabytes)} MB`
    : `${(Math.floor(megabytes / 100) / 10).toFixed(1).replace('.0', '')} GB`
}
