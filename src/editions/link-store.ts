import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { EditionLink } from './store.ts'

/** Where the edition's numbered links lead, in the transaction that freezes it: a renewed draft has only its own. */
export async function replaceLinks(
  db: Db,
  { editionId, links }: { editionId: number; links: readonly EditionLink[] },
): Promise<void> {
  if (!db.isTransaction) throw new Error('links are frozen together with their edition')
  await deleteLinks(db, editionId)
  if (links.length > 0) await insertLinks(db, { editionId, links })
}

async function deleteLinks(db: Db, editionId: number): Promise<void> {
  await sql`delete from edition_link where edition_id = ${editionId}`.execute(db)
}

async function insertLinks(
  db: Db,
  { editionId, links }: { editionId: number; links: readonly EditionLink[] },
): Promise<void> {
  await sql`
    insert into edition_link (edition_id, position, story_id, url)
    select ${editionId}, l.position - 1, l.story_id, l.url
      from unnest(${links.map((link) => link.storyId)}::bigint[], ${links.map((link) => link.url)}::text[])
             with ordinality as l (story_id, url, position)`.execute(db)
}
