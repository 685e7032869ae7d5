import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { Attributes } from './attributes.ts'

/** What a form asked for and nobody has looked at yet. */
export type SignUpRow = {
  id: number
  email: string
  newsletters: string[]
  topics: string[]
  timeZone: string
  language: string
  attributes: Attributes
  form: string
  formVersion: string
  network: string | null
  apiTokenId: number | null
}

export async function insertSignUp(
  db: Db,
  { now, ...row }: Omit<SignUpRow, 'id'> & { now: Date },
): Promise<void> {
  await sql`
    insert into sign_up (at, email, newsletters, topics, time_zone, language, attributes, form, form_version, network
                       , api_token_id)
    values (${now}, ${row.email}, ${row.newsletters}, ${row.topics}, ${row.timeZone}, ${row.language}
          , ${JSON.stringify(row.attributes)}::jsonb, ${row.form}, ${row.formVersion}, ${row.network}, ${row.apiTokenId})`.execute(
    db,
  )
}

/** Oldest first. */
export async function listSignUpIds(
  db: Db,
  { after, limit }: { after: number; limit: number },
): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select id from sign_up where id > ${after} order by id limit ${limit}`.execute(db)
  return rows.map(({ id }) => id)
}

/** The row, which goes with the caller's transaction; undefined where another has it or had it. */
export async function claimSignUp(db: Db, id: number): Promise<SignUpRow | undefined> {
  const { rows } = await sql<SignUpRow>`
    delete from sign_up
     where id = (select id from sign_up where id = ${id} for update skip locked)
    returning id, email, newsletters, topics, time_zone as "timeZone", language, attributes, form
            , form_version as "formVersion", network, api_token_id as "apiTokenId"`.execute(db)
  return rows[0]
}

/** Gives up one that is from before then. */
export async function dropSignUp(
  db: Db,
  { id, before }: { id: number; before: Date },
): Promise<void> {
  await sql`delete from sign_up where id = ${id} and at < ${before}`.execute(db)
}
