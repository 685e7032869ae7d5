import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

export type ListedReturn = {
  id: number
  at: Date
  channel: string
  kind: string
  verdict: string | null
  reason: string | null
  status: string | null
  code: number | null
  reply: string | null
  editionId: number | null
  subscriberId: number | null
  destination: string | null
  effect: string | null
}

export type ReturnsAsked = {
  editionId: number | null
  verdict: string | null
  limit: number
}

/** Newest first. */
export async function listReturns(
  db: Db,
  { editionId, verdict, limit }: ReturnsAsked,
): Promise<ListedReturn[]> {
  const { rows } = await sql<ListedReturn>`
    select r.id, r.at, r.channel, r.kind, r.verdict, r.reason, r.status, r.code, r.reply
         , r.edition_id as "editionId", r.subscriber_id as "subscriberId", t.name as destination, r.effect
      from returned r left join destination t on t.id = r.destination
     where (${editionId}::bigint is null or r.edition_id = ${editionId})
       and (${verdict}::text is null or r.verdict = ${verdict})
     order by r.id desc
     limit ${limit}`.execute(db)
  return rows
}

export type ListedReply = {
  id: number
  at: Date
  editionId: number | null
  subscriberId: number | null
  from: string
  subject: string
  text: string
  effect: string | null
}

/** What people wrote, newest first. */
export async function listReplies(
  db: Db,
  { editionId, limit }: { editionId: number | null; limit: number },
): Promise<ListedReply[]> {
  const { rows } = await sql<ListedReply>`
    select id, at, edition_id as "editionId", subscriber_id as "subscriberId", effect
         , coalesce(payload ->> 'from', '') as from, coalesce(payload ->> 'subject', '') as subject
         , coalesce(payload ->> 'text', '') as text
      from returned
     where kind = 'reply' and (${editionId}::bigint is null or edition_id = ${editionId})
     order by id desc
     limit ${limit}`.execute(db)
  return rows
}
