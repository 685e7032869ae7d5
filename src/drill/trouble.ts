import { setTimeout as sleep } from 'node:timers/promises'
import { pgdataOf } from '#db/cluster.ts'
import { readPostmasterFile } from '#db/postmaster-file.ts'
import { signalProcess } from '#db/process-identity.ts'
import { countInHand } from './proof-store.ts'
import { allowInHand, patiently, portOf, type Scene, standStill, waitFor } from './scene.ts'

/** Time for a sibling to find the lapsed leases. */
const SETTLED_MS = 45_000

/** A sender stands still for longer than its lease, as a suspended virtual machine does, and wakes up. */
export async function stallPastLease(scene: Scene, slot: number): Promise<void> {
  const { house, sink, senders, editionId, happened } = scene
  await standStill(scene, slot)
  const { pid } = senders.lifeOf(slot)
  senders.stall(slot)
  const inHand = async () => countInHand(house.app.context.db, { editionId, pid })
  const { leaseSeconds } = await patiently(inHand)
  if (leaseSeconds > scene.leaseSeconds + 5) {
    happened.notTried.push(
      `a sender that stands still past its lease: leases are ${Math.round(leaseSeconds)} s here`,
    )
  } else {
    await patiently(async () => allowInHand(scene, slot))
    await sleep(leaseSeconds * 1000)
    await waitFor(async () => (await patiently(inHand)).claimed === 0, SETTLED_MS)
    happened.stalls += 1
  }
  // Its relay has waited too: the sender hears late replies for rows that are not its own any more.
  senders.wake(slot)
  await sink.release({ port: portOf(sink, slot), drop: 0 })
}

/** The database restarts under the senders. */
export async function restartDatabase({
  house,
  sink,
  connections,
  happened,
}: Scene): Promise<void> {
  if (house.server === undefined) {
    happened.notTried.push('a restart of PostgreSQL: the one of DATABASE_URL is not ours to stop')
    return
  }
  await sink.allow(connections * 4)
  await house.server.restart()
  happened.databaseRestarts += 1
}

/** The database is killed and away for longer than a lease, while mails are on their way. */
export async function loseDatabase(scene: Scene): Promise<void> {
  const { house, sink, senders, connections, leaseSeconds, happened } = scene
  const running = await readPostmasterFile(pgdataOf(house.dataDir))
  if (house.server === undefined || running === undefined) {
    happened.notTried.push('PostgreSQL away for long: the one of DATABASE_URL is not ours to stop')
    return
  }
  const { ended } = house.server
  await sink.allow(connections * 4)
  signalProcess(running.pid, 'SIGQUIT')
  await ended
  await sink.allow(connections)
  await sleep((leaseSeconds + 2) * 1000)
  await house.server.restart()
  for (const slot of sink.ports.keys()) {
    if (senders.lifeOf(slot).killed) continue
    await patiently(async () => allowInHand(scene, slot))
  }
  happened.databaseAbsences += 1
}

/** Redis loses everything: jobs are hints, the rows are the truth. */
export async function flushJobs({ house, sink, connections, happened }: Scene): Promise<void> {
  if (house.redis === undefined) return
  await sink.allow(connections * 2)
  await house.redis.flush()
  happened.redisFlushes += 1
}
