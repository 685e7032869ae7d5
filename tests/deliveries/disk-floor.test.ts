import { expect, test } from 'vitest'
import { openDiskFloor } from '#deliveries/disk-floor.ts'
import { createLog } from '#log.ts'

const GB = 1_000_000_000

/** A disk of a size, with so much room, looked at by a clock that stands still. */
function openDisk(size: number, left: number) {
  const lines: string[] = []
  const disk = { left, now: 0, looks: 0 }
  const floor = openDiskFloor({
    dir: '/data',
    log: createLog({ level: 'info', name: 'test', write: (line) => void lines.push(line) }),
    now: () => disk.now,
    statfs() {
      disk.looks += 1
      return { bsize: 1000, blocks: size / 1000, bavail: disk.left / 1000 }
    },
  })
  return { disk, floor, lines }
}

test.for<[string, number, number, string]>([
  [
    '2 GB of a large disk',
    500 * GB,
    2 * GB,
    'the disk has 1.9 GB left, Daybreak stops claiming below 2 GB: make room',
  ],
  [
    '5 % of a small one',
    4 * GB,
    0.2 * GB,
    'the disk has 199 MB left, Daybreak stops claiming below 200 MB: make room',
  ],
])('claiming stops below %s, and not at it', ([, size, at, words]) => {
  expect(openDisk(size, at).floor.blocked()).toBeUndefined()
  expect(openDisk(size, at - 1000).floor.blocked()).toBe(words)
})

test('it goes on by itself, and the log says both once', () => {
  const { disk, floor, lines } = openDisk(500 * GB, GB)
  const seen: boolean[] = []

  for (const left of [GB, GB, 3 * GB, 3 * GB]) {
    disk.left = left
    disk.now += 1000
    seen.push(floor.blocked() !== undefined)
  }

  expect(seen).toEqual([true, true, false, false])
  expect(lines).toHaveLength(2)
  expect(lines[0]).toContain('the disk has 1 GB left')
  expect(lines[1]).toContain('goes on')
})

test('the disk is looked at once a second, however often it is asked', () => {
  const { disk, floor } = openDisk(500 * GB, GB)

  for (let at = 0; at < 1000; at += 1) {
    disk.now = at
    floor.blocked()
  }
  const within = disk.looks
  disk.now = 1000
  floor.blocked()

  expect([within, disk.looks]).toEqual([1, 2])
})

test('every folder named must have room', () => {
  const floor = openDiskFloor({
    dir: '/data/journal',
    also: ['/data'],
    log: createLog({ level: 'silent', name: 'test' }),
    statfs: (dir) => ({ bsize: 1000, blocks: 1_000_000, bavail: dir === '/data' ? 10 : 900_000 }),
  })

  expect(floor.blocked()).toContain('make room')
})

test('a disk that cannot be asked blocks, with the reason', () => {
  const floor = openDiskFloor({
    dir: '/data',
    log: createLog({ level: 'silent', name: 'test' }),
    statfs() {
      throw new Error('EIO: i/o error')
    },
  })

  expect(floor.blocked()).toContain('EIO')
})

test('the disk of this machine can be asked', () => {
  const floor = openDiskFloor({ dir: '/', log: createLog({ level: 'silent', name: 'test' }) })

  expect(floor.blocked() ?? '').not.toContain('cannot tell')
})
