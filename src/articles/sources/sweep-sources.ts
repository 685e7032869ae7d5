import type { Context } from '#context.ts'
import { listHeldBatches } from './batch-store.ts'
import { listSourcesWithItems } from './items/item-store.ts'
import { listDueSources, listLostSources } from './source-store.ts'

const A_SWEEP = 200

/** Leaves a job for every source that is due, and for items whose job was lost. */
export async function sweepSources({
  db,
  clock,
  enqueue,
}: Pick<Context, 'db' | 'clock' | 'enqueue'>): Promise<void> {
  const now = clock.now()
  for (const sourceId of await listDueSources(db, { now, limit: A_SWEEP }))
    await enqueue('poll-source', { sourceId })
  for (const sourceId of await listSourcesWithItems(db, { now, limit: A_SWEEP }))
    await enqueue('take-items', { sourceId })
}

export type SourceNotice = { key: string; subject: string; lines: string[] }

const MOST_NOTICES = 50

/** Tells the desk what waits for a person, once a key: batches that are held, and feeds that are given up on. */
export async function sweepSourceNotices(
  { db }: Pick<Context, 'db'>,
  tell: (notice: SourceNotice) => Promise<unknown>,
): Promise<void> {
  for (const { id, sourceName, items, usual } of await listHeldBatches(db, MOST_NOTICES)) {
    await tell({
      key: `feed-batch-${id}`,
      subject: `${sourceName}: ${items} new articles are held`,
      lines: [
        `${sourceName} brought ${items} new items at once, and ${usual} are usual. They are held until somebody looks.`,
        `To read them: daybreak feeds batch "${sourceName}" release`,
        `To leave them out for good: daybreak feeds batch "${sourceName}" drop`,
      ],
    })
  }
  for (const { id, name, state, error, succeededAt } of await listLostSources(db, MOST_NOTICES)) {
    await tell({
      key: `feed-${state}-${id}-${succeededAt?.toISOString().slice(0, 10) ?? 'never'}`,
      subject: `${name}: the feed ${state === 'gone' ? 'is gone' : 'does not answer'}`,
      lines: [
        state === 'gone'
          ? `The feed ${name} is gone, and is not asked any more.`
          : `The feed ${name} has not answered for a while, and is asked once a day from now on.`,
        ...(error === null ? [] : [error]),
        succeededAt === null
          ? 'It never worked.'
          : `It last worked on ${succeededAt.toISOString().slice(0, 16).replace('T', ' at ')} UTC.`,
      ],
    })
  }
}
