import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { OwnForms } from '#mail/own-forms/form-names.ts'

export type StoredTemplate = {
  id: number
  slug: string
  name: string
  kind: 'digest' | 'alerts'
  revision: number
  /** Null where all forms are the house's. */
  template: OwnForms | null
}

export async function getTemplate(db: Db, newsletterId: number): Promise<StoredTemplate> {
  const { rows } = await sql<StoredTemplate>`
    select id, slug, name, kind, revision, template from newsletter where id = ${newsletterId}`.execute(
    db,
  )
  const [found] = rows
  if (found === undefined) throw new Error(`newsletter ${newsletterId} is gone`)
  return found
}

export async function listOwnTemplates(db: Db): Promise<StoredTemplate[]> {
  const { rows } = await sql<StoredTemplate>`
    select id, slug, name, kind, revision, template
      from newsletter where template is not null order by id limit 200`.execute(db)
  return rows
}

/** @returns false where the newsletter is not as it was seen any more */
export async function saveTemplate(
  db: Db,
  { id, seen, template }: { id: number; seen: number; template: OwnForms | null },
): Promise<boolean> {
  const { rows } = await sql`
    update newsletter
       set revision = revision + 1
         , template = ${template === null ? null : JSON.stringify(template)}::jsonb
     where id = ${id} and revision = ${seen}
    returning id`.execute(db)
  return rows.length > 0
}
