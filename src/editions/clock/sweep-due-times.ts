import type { Context } from '#context.ts'
import { reasonOf } from '#errors.ts'
import type { Drafted } from '../compose-digest.ts'
import { readSettings } from '../publication.ts'
import {
  type Automatic,
  type DueOutcome,
  findPause,
  finishDueTime,
  followEditions,
  listAutomatic,
  listReaderZones,
  listStuck,
  takeDueTime,
} from './due-store.ts'
import { isZone } from './instant.ts'
import { type DueTime, dueTimesIn, type Rhythm } from './due-times.ts'

type Needs = Pick<Context, 'db' | 'clock' | 'log'>

/** One edition of a due time: its day, its place in it, its hour, and by when a person must have said yes. */
export type Run = DueTime & { deadlineAt: Date }

export type DraftRun = (asked: { newsletterSlug: string; run: Run }) => Promise<Drafted>

/** Longer than this nobody looks back: a clock set years ahead must not make thousands of rows. */
const LOOK_BACK_MS = 31 * 86_400_000

/**
 * Every due time that has come, or comes within the newsletter's lead, leaves one row, whatever becomes of it: drafted,
 * or skipped with the reason. Asked twice, or by two schedulers, it makes nothing twice.
 */
export async function sweepDueTimes(context: Needs, draft: DraftRun): Promise<void> {
  const { db, clock } = context
  const { timeZone } = await readSettings({ db })
  for (const newsletter of await listAutomatic(db, timeZone)) {
    for (const due of await listDue(context, newsletter)) {
      const now = clock.now()
      if (!(await takeDueTime(db, { newsletterId: newsletter.id, due, now }))) continue
      const outcome = await outcomeOf(context, { newsletter, due, draft })
      await finishDueTime(db, { newsletterId: newsletter.id, due, outcome, now: clock.now() })
    }
  }
  await followEditions(db, clock.now())
}

async function listDue({ db, clock }: Needs, newsletter: Automatic): Promise<DueTime[]> {
  const now = clock.now()
  const oldest = new Date(now.getTime() - LOOK_BACK_MS)
  const after = newsletter.lookedAt > oldest ? newsletter.lookedAt : oldest
  const until = new Date(now.getTime() + newsletter.leadMs)
  const rhythm = await rhythmOf({ db }, newsletter)
  const stuck = await listStuck(db, { newsletterId: newsletter.id, now })
  return [
    ...stuck.map((due) => ({
      ...due,
      localTime: rhythm.hours[due.slot - 1] ?? rhythm.hours[0] ?? '',
    })),
    ...dueTimesIn(rhythm, { after, until }),
  ]
}

/** With the zones that it is due in: the newsroom's, or those of its readers. */
export async function rhythmOf(
  { db }: Pick<Context, 'db'>,
  newsletter: Omit<Automatic, 'lookedAt' | 'leadMs' | 'notAfterMs'>,
): Promise<Rhythm> {
  const zones = newsletter.whoseHour === 'reader' ? await listReaderZones(db, newsletter.id) : []
  const known = zones.filter(isZone)
  return { ...newsletter, zones: known.length > 0 ? known : [newsletter.zone] }
}

function skipped(reason: string): DueOutcome {
  return { state: 'skipped', reason, counts: {}, editionId: null }
}

async function outcomeOf(
  { db, clock, log }: Needs,
  { newsletter, due, draft }: { newsletter: Automatic; due: DueTime; draft: DraftRun },
): Promise<DueOutcome> {
  const pause = await findPause(db, { newsletterId: newsletter.id, day: due.localDate })
  if (pause !== undefined) return skipped(`paused: ${pause}`)
  const late = clock.now().getTime() - due.dueAt.getTime()
  if (late > newsletter.notAfterMs)
    return skipped('nobody was at work at its hour, and when somebody was it was too late to send')
  try {
    const run = { ...due, deadlineAt: due.dueAt }
    const drafted = await draft({ newsletterSlug: newsletter.slug, run })
    if (drafted.kind === 'skipped') return { ...skipped(drafted.reason), counts: drafted.counts }
    return {
      state: 'drafted',
      reason: drafted.kind === 'taken' ? 'a person had made it before' : null,
      counts: drafted.kind === 'taken' ? {} : drafted.counts,
      editionId: drafted.editionId ?? null,
    }
  } catch (error) {
    log.error({ err: error, newsletter: newsletter.slug }, 'an edition could not be drafted')
    return { ...skipped(`it could not be drafted: ${reasonOf(error)}`), state: 'held' }
  }
}
