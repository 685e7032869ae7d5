import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { TopicRule } from '../topics/topic-rules.ts'

/** False where the same rule is there. */
export async function insertRule(
  db: Db,
  { sourceId, kind, pattern, topicId }: TopicRule & { sourceId: number | null },
): Promise<boolean> {
  const { rows } = await sql`
    insert into source_rule (source_id, kind, pattern, topic_id)
    values (${sourceId}, ${kind}, ${pattern}, ${topicId})
    on conflict do nothing
    returning id`.execute(db)
  return rows.length > 0
}
