import { sql } from 'kysely'
import { z } from 'zod'
import type { Db } from '#db/open.ts'
import type { Lane } from '#queue/jobs.ts'

/** What a sender last said of a lane, in its own figures. */
export type LanePace = {
  mailsPerSecond: number
  /** What it waits for, in words: "the relay answers in 310 ms on 8 connections". */
  words: string | null
}

const Pace = z.object({
  at: z.coerce.date(),
  lanes: z.record(
    z.string(),
    z.object({ mailsPerSecond: z.number(), words: z.string().nullish() }),
  ),
})

/** A sender says it every second while it sends: older figures are of a lane that has nothing to do. */
const FRESH_MS = 5000

/** The senders that are at work, and how fast each of them sends in the lane; null for one that sends nothing there now. */
export async function listLanePaces(
  db: Db,
  { lane, test, now }: { lane: Lane; test: boolean; now: Date },
): Promise<(LanePace | null)[]> {
  const { rows } = await sql<{ pace: unknown }>`
    select pace from sender
     where ended_at is null and test = ${test} and seen_at > ${now}::timestamptz - interval '30 seconds'
     order by id limit 200`.execute(db)
  return rows.map((row) => {
    const { data } = Pace.safeParse(row.pace)
    if (data === undefined || now.getTime() - data.at.getTime() > FRESH_MS) return null
    const own = data.lanes[lane]
    return own === undefined ? null : { ...own, words: own.words ?? null }
  })
}

export type Releases = {
  /** Of the walks that are not at their end. */
  first: Date | null
  last: Date | null
  /** Why nothing at all is sent, after a restore. */
  held: string | null
}

export async function readReleases(db: Db, editionId: number): Promise<Releases> {
  const { rows } = await sql<Releases>`
    select min(release_at) as first, max(release_at) as last
         , (select held from restore_mark where held is not null) as held
      from delivery_drain where edition_id = ${editionId}`.execute(db)
  return rows[0] ?? { first: null, last: null, held: null }
}
