import type { Context, LeavingNote } from '#context.ts'
import type { Db } from '#db/open.ts'
import { hasCode, Refusal } from '#errors.ts'
import { stopBatch } from './never-store.ts'
import {
  activateAgreed,
  addReaders,
  type Batch,
  describeKnown,
  followNamed,
  giveKnown,
  giveNamed,
  renewPublicIds,
} from './reader-store.ts'
import {
  endRun,
  getCounts,
  movePlace,
  type Place,
  resumeRun,
  type Run,
  type RunCounts,
  stopRun,
} from './run-store.ts'
import type { StagedLane } from './stage-tables.ts'

const BATCH = 10_000

export type Progress = { step: 'reading' | keyof Place; done: number; total: number }
type Terms = Omit<Batch, 'after' | 'upto' | 'importId' | 'now'>
type Course = Pick<Context, 'clock' | 'leavings'> & {
  run: Run
  terms: Terms
  signal: AbortSignal | undefined
  onProgress: (progress: Progress) => void
}

/**
 * From where it stands to the end: first all who must not be mailed, then the readers. A batch and the place behind it
 * are one transaction, so that a killed import goes on where it was.
 */
export async function importPeople(
  lanes: readonly [StagedLane, StagedLane],
  course: Course,
): Promise<RunCounts> {
  const [{ db }] = lanes
  const { run, clock } = course
  await resumeRun(db, run.id)
  try {
    await walk(lanes, 'never', course)
    await walk(lanes, 'readers', course)
  } catch (error) {
    // Another process may be at it, and go on. Where the database is gone, this error says more than the next.
    if (!(error instanceof Refusal && error.status === 409))
      await stopRun(db, { id: run.id, now: clock.now() }).catch(() => undefined)
    throw error
  }
  await endRun(db, { id: run.id, now: clock.now() })
  return getCounts(db, run.id)
}

/** @throws Refusal that says how to go on */
export function refuseWhenStopped(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true)
    throw new Refusal('the import was stopped: the same command goes on where it was')
}

async function walk(
  lanes: readonly [StagedLane, StagedLane],
  pass: keyof Place,
  { run, terms, clock, leavings, signal, onProgress }: Course,
): Promise<void> {
  const total = lanes[0].counts.people + lanes[1].counts.people
  let done = run.place[pass][0] + run.place[pass][1]
  const results = await Promise.allSettled(
    lanes.map(async (lane) => {
      let after = run.place[pass][lane.number]
      while (after < lane.counts.people) {
        refuseWhenStopped(signal)
        const upto = Math.min(lane.counts.people, after + BATCH)
        const batch = { ...terms, importId: run.id, after, upto, now: clock.now() }
        await leavings.note(await importBatch(lane, pass, batch))
        onProgress({ step: pass, done: (done += upto - after), total })
        after = upto
      }
    }),
  )
  for (const result of results) if (result.status === 'rejected') throw result.reason
}

/**
 * One import of a million in a few hundred meets a public id that is taken: the second try has another.
 * @returns what the file of those who left is to be told, once it is committed
 */
async function importBatch(
  lane: StagedLane,
  pass: keyof Place,
  batch: Batch,
): Promise<LeavingNote[]> {
  const work = async () =>
    lane.db.transaction().execute(async (db) => {
      const { notes, ...counts } = await (pass === 'never'
        ? stop(db, batch, lane)
        : take(db, batch, lane))
      const { importId: id, after: from, upto: to } = batch
      if (!(await movePlace(db, { id, pass, lane: lane.number, from, to, counts })))
        throw new Refusal('another process is importing this file already: wait for it to end', {
          status: 409,
        })
      return notes
    })
  try {
    return await work()
  } catch (error) {
    if (!hasCode(error, '23505')) throw error
    await renewPublicIds(lane.db, batch)
    return work()
  }
}

type Done = RunCounts & { notes: LeavingNote[] }

const NOTHING: Done = { listed: 0, added: 0, activated: 0, asked: 0, notes: [] }

async function stop(db: Db, batch: Batch, { counts }: StagedLane): Promise<Done> {
  return counts.fates.never === 0 ? NOTHING : { ...NOTHING, ...(await stopBatch(db, batch)) }
}

async function take(db: Db, batch: Batch, { counts: { fates, named } }: StagedLane): Promise<Done> {
  const { added, asked } = fates.new + fates.ask > 0 ? await addReaders(db, batch) : NOTHING
  const activated = fates.agreed > 0 ? await activateAgreed(db, batch) : 0
  if (fates.here > 0) await describeKnown(db, batch)
  if (fates.here + fates.agreed > 0) await giveKnown(db, batch)
  if (named.newsletters) await giveNamed(db, batch)
  if (named.topics) await followNamed(db, batch)
  return { ...NOTHING, added, activated, asked }
}
