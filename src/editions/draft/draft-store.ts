import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { DigestDraft } from './draft.ts'

/** The draft of a run as people left it; undefined where there is none that can still change. */
export async function findDraftOfRun(
  db: Db,
  { newsletterId, runKey }: { newsletterId: number; runKey: string },
): Promise<{ draft: DigestDraft; authors: number[] } | undefined> {
  const { rows } = await sql<{ draft: DigestDraft; authors: number[] }>`
    select draft, authors from edition
     where newsletter_id = ${newsletterId} and run_key = ${runKey} and kind = 'digest'
       and state in ('draft', 'in review') and draft is not null`.execute(db)
  return rows[0]
}
