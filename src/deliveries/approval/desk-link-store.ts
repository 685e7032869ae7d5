import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

export type DeskLink = {
  id: number
  editionId: number
  operatorId: number
  name: string
  role: 'viewer' | 'editor' | 'publisher' | 'admin'
  disabled: boolean
  contentHash: string
  expiresAt: Date
  usedAt: Date | null
  usedFor: string | null
}

export async function insertDeskLink(
  db: Db,
  input: { editionId: number; operatorId: number; contentHash: string; now: Date; expiresAt: Date },
): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    insert into desk_link (edition_id, operator_id, content_hash, created_at, expires_at)
    values (${input.editionId}, ${input.operatorId}, ${input.contentHash}, ${input.now}, ${input.expiresAt})
    returning id`.execute(db)
  const id = rows[0]?.id
  if (id === undefined) throw new Error('a link was not kept')
  return id
}

export async function findDeskLink(db: Db, id: number): Promise<DeskLink | undefined> {
  const { rows } = await sql<DeskLink>`
    select l.id, l.edition_id as "editionId", l.operator_id as "operatorId", o.name, o.role
         , o.disabled_at is not null as disabled, l.content_hash as "contentHash", l.expires_at as "expiresAt"
         , l.used_at as "usedAt", l.used_for as "usedFor"
      from desk_link l join operator o on o.id = l.operator_id
     where l.id = ${id}`.execute(db)
  return rows[0]
}

/** Once: false where it was used already. */
export async function useDeskLink(
  db: Db,
  { id, what, now }: { id: number; what: string; now: Date },
): Promise<boolean> {
  const { rows } = await sql`
    update desk_link set used_at = ${now}, used_for = ${what} where id = ${id} and used_at is null returning 1`.execute(
    db,
  )
  return rows.length > 0
}

/** A link shows the edition as it was mailed; a person who changes it by the link has seen the change. */
export async function moveDeskLink(
  db: Db,
  { id, contentHash }: { id: number; contentHash: string },
): Promise<void> {
  await sql`update desk_link set content_hash = ${contentHash} where id = ${id}`.execute(db)
}
