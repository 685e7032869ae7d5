import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import { publicationOf, type Settings } from '#editions/publication.ts'
import type { Publication } from '#mail/template-model.ts'
import { spokenOf } from '#mail/words.ts'

/** A service mail as it is the same for many: what differs are its links. */
export type Form = { subject: string; html: string; text: string }

/** Keeps the form under the hash of its words: the same words are kept once. */
export async function ensureForm(db: Db, { subject, html, text }: Form): Promise<string> {
  const hash = createHash('sha256')
    .update(JSON.stringify([subject, html, text]))
    .digest('hex')
  await sql`
    insert into service_form (content_hash, subject, html, text) values (${hash}, ${subject}, ${html}, ${text})
    on conflict (content_hash) do nothing`.execute(db)
  return hash
}

/** The publication in the reader's language, or in the newsroom's where we do not speak it. */
export function publicationFor(set: Settings, language: string): Publication {
  return { ...publicationOf(set), language: spokenOf([language, set.language]) }
}
