import { statfs } from 'node:fs/promises'
import { floorOf } from '#deliveries/disk-floor.ts'
import type { Context } from '#context.ts'
import { knownVersion } from '#db/migrate.ts'
import { listAutomatic } from '#editions/clock/due-store.ts'
import { dueTimesIn } from '#editions/clock/due-times.ts'
import { rhythmOf } from '#editions/clock/sweep-due-times.ts'
import { readSettings } from '#editions/publication.ts'
import { findLastBackup } from '#backup/backup-store.ts'
import type { Db } from '#db/open.ts'
import { VERSION } from '#version.ts'
import { listTroubles } from './list-troubles.ts'
import { findLastEdition, readDatabase } from './status-store.ts'
import type { Trouble } from './trouble.ts'

const DAY_MS = 86_400_000

export type Status = {
  version: string
  schema: number
  database: { version: string; embedded: boolean; bytes: number }
  /** Of the disk that has the data directory. */
  disk: { freeBytes: number; floorBytes: number }
  lastEdition: { id: number; newsletter: string; subject: string; state: string; at: Date } | null
  /** Of those that the clock makes. */
  nextEdition: { newsletter: string; at: Date } | null
  lastBackup: Date | null
  troubles: Trouble[]
}

/** How the house stands, for a person, a monitor or a console. */
export async function readStatus({
  context,
  dataDir,
}: {
  context: Pick<Context, 'config' | 'db' | 'clock' | 'log'>
  dataDir: string
}): Promise<Status> {
  const { config, db, clock } = context
  const { bavail, blocks, bsize } = await statfs(dataDir)
  const { version, bytes } = await readDatabase(db)
  return {
    version: VERSION,
    schema: await knownVersion(),
    database: { version, bytes, embedded: config.databaseUrl === null },
    disk: { freeBytes: bavail * bsize, floorBytes: floorOf(blocks * bsize) },
    lastEdition: await findLastEdition(db),
    nextEdition: await findNextEdition(db, clock.now()),
    lastBackup: (await findLastBackup(db)).madeAt,
    troubles: await listTroubles({ context, dataDir }),
  }
}

/** Within nine days, so that a weekly one is found. */
async function findNextEdition(db: Db, now: Date): Promise<Status['nextEdition']> {
  const { timeZone } = await readSettings({ db })
  const until = new Date(now.getTime() + 9 * DAY_MS)
  const coming: { newsletter: string; at: Date }[] = []
  for (const newsletter of await listAutomatic(db, timeZone)) {
    const times = dueTimesIn(await rhythmOf({ db }, newsletter), { after: now, until })
    coming.push(...times.map(({ dueAt }) => ({ newsletter: newsletter.slug, at: dueAt })))
  }
  return coming.toSorted((one, other) => one.at.getTime() - other.at.getTime())[0] ?? null
}
