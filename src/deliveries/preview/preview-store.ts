import { sql } from 'kysely'
import { inTransaction } from '#db/transaction.ts'
import type { Db } from '#db/open.ts'
import { listBlocks, pickReaders } from '../plan-readers-store.ts'
import { findBlocks, readPlan } from '../plan-store.ts'

/** A story's place, whether only followers get it, and its topics. */
export type TopicsOfStory = {
  position: number
  followers: boolean
  topics: { slug: string; name: string }[]
}

export async function listTopicsOfStories(
  db: Db,
  editionId: number,
): Promise<{ rows: TopicsOfStory[]; most: number }> {
  const { rows } = await sql<TopicsOfStory & { most: number }>`
    select es.position, es.followers, n.max_stories as most
         , coalesce((select jsonb_agg(jsonb_build_object('slug', t.slug, 'name', t.name) order by t.slug)
                       from article_topic at join topic t on t.id = at.topic_id
                      where at.article_id = es.article_id), '[]') as topics
      from edition_story es
      join edition e on e.id = es.edition_id
      join newsletter n on n.id = e.newsletter_id
     where es.edition_id = ${editionId}
     order by es.position
     limit 1000`.execute(db)
  return { rows, most: rows[0]?.most ?? 0 }
}

/** What this reader has in the ledger, or would have if it were planned now; undefined for who is not in its audience. */
export async function findReadersBlocks(
  db: Db,
  { editionId, subscriberId, now }: { editionId: number; subscriberId: number; now: Date },
): Promise<{ blocks: number[]; reason: string | null } | undefined> {
  const booked = await findBlocks(db, { editionId, subscriberId })
  if (booked !== undefined) return { blocks: booked, reason: null }
  return inTransaction(db, async (transaction) => {
    const plan = await readPlan(transaction, editionId)
    if (plan === undefined) return undefined
    const every = await listBlocks(transaction, plan)
    const range = { after: subscriberId - 1, last: subscriberId }
    await pickReaders(transaction, { plan, range, every, now })
    const { rows } = await sql<{ blocks: number[] | null; reason: string | null }>`
      select blocks, reason from slice limit 1`.execute(transaction)
    await sql`drop table slice`.execute(transaction)
    const [row] = rows
    return row && { blocks: row.blocks ?? every, reason: row.reason }
  })
}
