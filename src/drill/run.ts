import { join } from 'node:path'
import type { Config } from '#config.ts'
import { getEdition } from '#editions/store.ts'
import { chanceFrom } from './chance.ts'
import { addCrowd, suppressSome } from './crowd-store.ts'
import { makeDigest, release, setPublication } from './drill-edition.ts'
import { openDrillHouse } from './drill-house.ts'
import { kill } from './kill.ts'
import { prove } from './proof.ts'
import { letGo, nothingYet, patiently, type Scene, waitFor } from './scene.ts'
import { Senders } from './senders.ts'
import type { TakenId } from './sink.ts'
import { openSink } from './sink-control.ts'
import { flushJobs, loseDatabase, restartDatabase, stallPastLease } from './trouble.ts'
import { type Drilled, listBroken } from './verdict.ts'

export type DrillOrder = {
  config: Config
  readers: number
  kills: number
  connections: number
  processes: number
  leaseSeconds: number
  seed: number
  say: (line: string) => void
  stop: AbortSignal
}

/** Every so many readers one is on the do-not-mail list. */
const SUPPRESSED_EVERY = 200

/**
 * Sends two editions while everything goes wrong, and counts what became of them. The first meets what must leave at most
 * one mail a connection uncertain; the second what may cost a sender all it has in hand.
 */
export async function runDrill(order: DrillOrder): Promise<Drilled> {
  const began = performance.now()
  const { readers, connections, processes, leaseSeconds, seed } = order
  const say = (line: string) =>
    order.say(`${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${line}`)
  await using sink = await openSink({ ports: processes, seed, remembers: true, tls: null })
  const { ports } = sink
  await using house = await openDrillHouse({
    config: order.config,
    ports,
    connections,
    leaseSeconds,
  })
  const { context } = house.app
  const now = context.clock.now()
  await setPublication(context)
  await addCrowd(context.db, { readers, newsletters: ['daily'], now })
  await suppressSome(context.db, { every: SUPPRESSED_EVERY, now })
  await using senders = new Senders({
    environments: ports.map((port) => house.environmentOf(port)),
    logFile: join(house.dataDir, 'senders.log'),
  })
  const chance = chanceFrom(seed)
  const scene = { house, sink, senders, connections, leaseSeconds, chance, say }
  const first = { ...scene, happened: nothingYet(), editionId: await makeDigest(context, 'first') }
  senders.start()
  await sendThrough(first, { order, troubles: listKills(first, order) })
  const second = {
    ...scene,
    happened: nothingYet(),
    editionId: await makeDigest(context, 'second'),
  }
  await sendThrough(second, { order, troubles: listWorse(order) })
  const { lives, endedByThemselves } = senders
  await senders[Symbol.asyncDispose]()
  const ids = await sink.ids()
  const isSecond = ([, , edition]: TakenId) => edition === second.editionId
  const [ofSecond, others] = [ids.filter(isSecond), ids.filter((id) => !isSecond(id))]
  const proofs = {
    first: await prove(context, { editionId: first.editionId, taken: others, lives }),
    second: await prove(context, { editionId: second.editionId, taken: ofSecond, lives }),
  }
  const told = {
    first: { proof: proofs.first, happened: first.happened },
    second: { proof: proofs.second, happened: second.happened },
  }
  const broken = listBroken({ ...told, connections })
  if (broken.length > 0) house.keep()
  return {
    readers,
    connections,
    processes,
    leaseSeconds,
    seed,
    queue: house.app.backend.kind,
    database: house.server === undefined ? 'DATABASE_URL' : 'embedded',
    ...told,
    endedByThemselves,
    uncertainLimit: first.happened.kills * connections,
    broken,
    folder: broken.length > 0 ? house.dataDir : null,
    durationMs: Math.round(performance.now() - began),
  }
}

type Trouble = { name: string; make: (scene: Scene) => Promise<void> }

/** Releases the edition of the scene, makes trouble between its mails, and waits until it is over. */
async function sendThrough(
  scene: Scene,
  { order, troubles }: { order: DrillOrder; troubles: Trouble[] },
): Promise<void> {
  const { sink, chance, say, house } = scene
  await sink.allow(0)
  await release(house.app.context, scene.editionId)
  say(`edition ${scene.editionId} is released to ${order.readers} readers`)
  const slice = Math.floor((order.readers * 0.8) / (troubles.length + 1))
  for (const { name, make } of troubles) {
    order.stop.throwIfAborted()
    await letGo(scene, Math.ceil(slice * (0.5 + chance() * 0.5)))
    say(`${(await sink.counts()).taken} mails are out: ${name}`)
    await make(scene)
  }
  await sink.allow(null)
  await untilOver(scene, order.stop)
  say(`edition ${scene.editionId} is over`)
}

/** The kills, one in ten of them at a random moment, and between them what must cost nothing. */
function listKills({ chance }: Scene, order: DrillOrder): Trouble[] {
  const list: Trouble[] = Array.from({ length: order.kills }, (_, at) => ({
    name: 'kill -9 of a sender',
    make: async (scene) =>
      kill(scene, { slot: slotOf(scene, order), journal: 'kept', midBody: at % 10 !== 9 }),
  }))
  const others: Trouble[] = [{ name: 'PostgreSQL restarts', make: restartDatabase }]
  if (order.config.redisUrl !== null)
    others.push({ name: 'Redis loses everything', make: flushJobs })
  for (const other of others) list.splice(Math.floor(chance() * (list.length + 1)), 0, other)
  return list
}

/** What nobody can tell the outcome of: whatever a sender had in hand then becomes uncertain. */
function listWorse(order: DrillOrder): Trouble[] {
  const spoil = (journal: 'lost' | 'cut'): Trouble => ({
    name: `kill -9 of a sender, its journal ${journal}`,
    make: async (scene) => kill(scene, { slot: slotOf(scene, order), journal, midBody: true }),
  })
  const list: Trouble[] = [
    spoil('lost'),
    { name: 'PostgreSQL is killed, and away for longer than a lease', make: loseDatabase },
    spoil('cut'),
    {
      name: 'a sender stands still past its lease',
      make: async (scene) => stallPastLease(scene, slotOf(scene, order)),
    },
  ]
  if (order.config.redisUrl !== null)
    list.push({ name: 'Redis loses everything again', make: flushJobs })
  return list
}

function slotOf({ chance }: Scene, { processes }: DrillOrder): number {
  return Math.floor(chance() * processes)
}

/** Until the edition is not being sent any more, or nothing has moved for longer than any retry waits. */
async function untilOver(
  { house, editionId, sink, leaseSeconds }: Scene,
  stop: AbortSignal,
): Promise<void> {
  let taken = -1
  let movedAt = performance.now()
  const quietMs = leaseSeconds * 1000 + 150_000
  await waitFor(async () => {
    stop.throwIfAborted()
    const counts = await sink.counts()
    if (counts.taken !== taken) movedAt = performance.now()
    taken = counts.taken
    const { state } = await patiently(async () => getEdition(house.app.context.db, editionId))
    return state !== 'sending' || performance.now() - movedAt > quietMs
  }, 3_600_000)
}
