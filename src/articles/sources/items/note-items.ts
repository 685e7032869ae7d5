import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import { inTransaction } from '#db/transaction.ts'
import type { Feed } from '../../feeds/feed.ts'
import { holdBatch } from '../batch-store.ts'
import { listPollCounts, markSeeded } from '../polling/poll-store.ts'
import { isUnusual, usualFresh } from '../polling/volume.ts'
import { changeItems, insertItems, listKnownItems, markOffered, pruneItems } from './item-store.ts'
import { type Offered, offeredBy } from './offered.ts'

/** Of what is there at the first poll, the newest are read; older ones are only remembered. */
const SEEDED_ARTICLES = 50
const LEARNED_MS = 21 * 86_400_000
const OFFERED_MS = 7 * 86_400_000
const KEPT_MS = 90 * 86_400_000

export type Noted = {
  items: number
  fresh: number
  changed: number
  /** The first poll: what is there is history. */
  seeding: boolean
  /** So many more than usual that a person looks first; null where all is as usual. */
  held: { usual: number } | null
}

/** Remembers what the feed offers: what is new or changed waits to be read. Nothing twice, also not in two processes. */
export async function noteItems(
  db: Db,
  { sourceId, feed, now }: { sourceId: number; feed: Feed; now: Date },
): Promise<Noted> {
  const offered = offeredBy(feed, now)
  return inTransaction(db, async (transaction) => {
    const seededAt = await lockSource(transaction, sourceId)
    const keys = offered.map(({ key }) => key)
    const known = new Map(
      (await listKnownItems(transaction, { sourceId, keys })).map(({ key, hash }) => [key, hash]),
    )
    const fresh = offered.filter(({ key }) => !known.has(key))
    const changed = offered.filter(({ key, hash }) => known.has(key) && known.get(key) !== hash)
    const noting = { sourceId, now, batchId: null }
    await changeItems(transaction, { sourceId, items: changed })
    const counts = { items: offered.length, fresh: fresh.length, changed: changed.length }
    if (seededAt === null) {
      await seed(transaction, { sourceId, now, fresh })
      await markSeeded(transaction, { ...feed, sourceId, now })
      return { ...counts, seeding: true, held: null }
    }
    const usual = await learnUsual(transaction, { sourceId, seededAt, now })
    if (usual === undefined || !isUnusual(fresh.length, usual)) {
      await insertItems(transaction, { ...noting, items: fresh, state: 'waiting', seeded: false })
      return { ...counts, seeding: false, held: null }
    }
    const batchId = await holdBatch(transaction, { sourceId, now, items: fresh.length, usual })
    await insertItems(transaction, {
      ...noting,
      items: fresh,
      state: 'held',
      seeded: false,
      batchId,
    })
    return { ...counts, seeding: false, held: { usual } }
  })
}

/**
 * Forgets the items that a feed has not offered for long. Only after a whole feed was read: a feed that answers 304 for
 * months offers all of its items still, and a hub may bring the new ones only.
 */
export async function forgetItems(
  db: Db,
  { sourceId, feed, now }: { sourceId: number; feed: Feed; now: Date },
): Promise<void> {
  const keys = offeredBy(feed, now).map(({ key }) => key)
  const before = new Date(now.getTime() - OFFERED_MS)
  await markOffered(db, { sourceId, keys, now, before })
  await pruneItems(db, { sourceId, before: new Date(now.getTime() - KEPT_MS) })
}

async function lockSource(db: Db, sourceId: number): Promise<Date | null> {
  const { rows } = await sql<{ seededAt: Date | null }>`
    select seeded_at as "seededAt" from source where id = ${sourceId} for update`.execute(db)
  const [row] = rows
  if (row === undefined) throw new Error(`no source ${sourceId}`)
  return row.seededAt
}

async function seed(
  db: Db,
  { sourceId, now, fresh }: { sourceId: number; now: Date; fresh: readonly Offered[] },
): Promise<void> {
  const noting = { sourceId, now, batchId: null, seeded: true }
  const newest = fresh.slice(0, SEEDED_ARTICLES)
  await insertItems(db, { ...noting, items: newest, state: 'waiting' })
  await insertItems(db, { ...noting, items: fresh.slice(SEEDED_ARTICLES), state: 'dropped' })
}

async function learnUsual(
  db: Db,
  { sourceId, seededAt, now }: { sourceId: number; seededAt: Date; now: Date },
): Promise<number | undefined> {
  const learned = new Date(now.getTime() - LEARNED_MS)
  const after = seededAt > learned ? seededAt : learned
  return usualFresh(await listPollCounts(db, { sourceId, after }), { now, seededAt })
}
