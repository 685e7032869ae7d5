import { sql } from 'kysely'
import type { House } from '../house.ts'

export const SUNDAY = new Date('2026-11-22T06:30:00Z')

/** The choice of a reader for a newsletter they have, or for a topic. */
export async function choose(
  { db }: House,
  reader: number | undefined,
  { newsletter, topic, cadence }: { newsletter?: string; topic?: string; cadence: string },
): Promise<void> {
  if (topic === undefined) {
    await sql`
      update subscription set cadence = ${cadence}
       where subscriber_id = ${reader} and newsletter_id = (select id from newsletter where slug = ${newsletter})`.execute(
      db,
    )
    return
  }
  await sql`
    insert into subscription (subscriber_id, topic_id, cadence, changed_at)
    select ${reader}, id, ${cadence}, ${SUNDAY} from topic where slug = ${topic}`.execute(db)
}
