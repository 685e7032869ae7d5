import { readdir, rm, stat, truncate } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findSender } from './proof-store.ts'
import { allowInHand, type Scene, patiently, portOf, standStill } from './scene.ts'

export type Kill = { slot: number; journal: 'kept' | 'lost' | 'cut'; midBody: boolean }

/** Of the sessions that a killed sender leaves in a body, as many are dropped by the relay as are read to their end. */
const DROPPED = 0.5

/** Kills a sender as `kill -9` does, at a random moment or with sessions in the middle of a mail. */
export async function kill(scene: Scene, { slot, journal, midBody }: Kill): Promise<void> {
  const { sink, senders, connections, chance, happened } = scene
  const port = portOf(sink, slot)
  const before = (await sink.counts()).cutOff[slot] ?? 0
  if (midBody) await standStill(scene, slot)
  else await sink.allow(Math.ceil(connections * 20 * chance()))
  await sleep(chance() * 40)
  if (journal !== 'kept') {
    // Stopped first: a sibling that finds it dead reads the journal at once.
    senders.stall(slot)
    await spoilJournal(scene, { slot, journal })
  } else senders.lifeOf(slot).allowance += connections
  await senders.kill(slot)
  await sleep(30)
  const { stalled, cutOff } = await sink.counts()
  const standing = stalled[slot]
  const broken = (cutOff[slot] ?? 0) - before
  happened.kills += 1
  if (broken + (standing?.midBody ?? 0) + (standing?.afterDot ?? 0) > 0) happened.killsMidBody += 1
  await sink.release({ port, drop: DROPPED })
}

async function spoilJournal(
  scene: Scene,
  { slot, journal }: { slot: number; journal: 'lost' | 'cut' },
): Promise<void> {
  const { house, senders, happened, chance } = scene
  const life = senders.lifeOf(slot)
  const { db } = house.app.context
  const sender = await patiently(async () => findSender(db, life.pid))
  const files = sender === undefined ? [] : await segmentsOf(sender.journal)
  const last = files.at(-1)
  await patiently(async () => allowInHand(scene, slot))
  life.journal = false
  if (last === undefined) return
  if (journal === 'lost') {
    for (const file of files) await rm(file, { force: true })
    happened.journalsLost += 1
  } else {
    const { size } = await stat(last)
    await truncate(last, Math.max(0, size - 1 - Math.floor(chance() * 60)))
    happened.journalsCut += 1
  }
}

/** A journal may be in several files, which share the beginning of their names; the one written last comes last. */
async function segmentsOf(journal: string): Promise<string[]> {
  const folder = dirname(journal)
  const stem = basename(journal).replace(/\.journal.*$/, '')
  const names = (await readdir(folder)).filter((name) => name.startsWith(stem))
  const files = await Promise.all(
    names.map(async (name) => {
      const file = join(folder, name)
      return { file, at: (await stat(file)).mtimeMs }
    }),
  )
  return files.toSorted((a, b) => a.at - b.at).map(({ file }) => file)
}
