import { sql } from 'kysely'
import { addressKey } from '#articles/identity/address-key.ts'
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

export type PastEdit = { draftNumber: number; actor: string; changes: string[]; at: Date }

/** Behind the draft with that number, in order. */
export async function listEdits(
  db: Db,
  { editionId, since }: { editionId: number; since: number },
): Promise<PastEdit[]> {
  const { rows } = await sql<PastEdit>`
    select draft_number as "draftNumber", actor, changes, at
      from edition_edit
     where edition_id = ${editionId} and draft_number > ${since}
     order by draft_number
     limit 200`.execute(db)
  return rows
}

/** The stories of an edition in its order, under the headlines that they came with. */
export async function listHeadlines(
  db: Db,
  editionId: number,
): Promise<{ story: number; article: number; headline: string }[]> {
  const { rows } = await sql<{ story: number; article: number; headline: string }>`
    select es.story_id as story, es.article_id as article, r.headline
      from edition_story es join article_revision r using (article_id, revision)
     where es.edition_id = ${editionId}
     order by es.position
     limit 200`.execute(db)
  return rows
}

export async function insertEdit(
  db: Db,
  {
    editionId,
    draftNumber,
    operator,
    changes,
    now,
  }: {
    editionId: number
    draftNumber: number
    operator: { id: number; name: string }
    changes: string[]
    now: Date
  },
): Promise<void> {
  await sql`
    insert into edition_edit (edition_id, draft_number, operator_id, actor, changes, at)
    values (${editionId}, ${draftNumber}, ${operator.id}, ${operator.name}, ${changes}::text[], ${now})`.execute(
    db,
  )
}

export async function findLeadOfStory(db: Db, storyId: number): Promise<number | undefined> {
  const { rows } = await sql<{ id: number }>`
    select article_id as id from story_article where story_id = ${storyId} and lead`.execute(db)
  return rows[0]?.id
}

/** The article that came in under this address, whatever tracking was on it. */
export async function findArticleByAddress(db: Db, address: string): Promise<number | undefined> {
  const key = addressKey(address)
  if (key === null) return undefined
  const { rows } = await sql<{ id: number }>`
    select id from article where url_key = ${key}
     union all
    select article_id from article_alias where kind = 'url' and key = ${key}
     limit 1`.execute(db)
  return rows[0]?.id
}
