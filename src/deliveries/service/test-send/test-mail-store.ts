import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

export type TestMail = {
  operatorId: number
  recipient: string
  addressHash: Buffer
  payload: { editionId: number; hash: string; blocks: number[] }
  test: boolean
  now: Date
}

/**
 * The mail, unless this team member had so many in the last hour. Their row is locked, so that of two at once the second
 * counts the first.
 * @returns whether it is planned
 */
export async function planTestMail(db: Db, mail: TestMail, most: number): Promise<boolean> {
  const { operatorId, now } = mail
  await sql`select from operator where id = ${operatorId} for no key update`.execute(db)
  const { rows } = await sql`
    insert into service_mail (kind, operator_id, recipient, address_hash, payload, test, release_at, not_after)
    select 'test', ${operatorId}, ${mail.recipient}, ${mail.addressHash}, ${JSON.stringify(mail.payload)}::jsonb
         , ${mail.test}, ${now}::timestamptz, ${now}::timestamptz + interval '1 hour'
     where (select count(*) from service_mail
             where kind = 'test' and operator_id = ${operatorId}
               and release_at > ${now}::timestamptz - interval '1 hour') < ${most}
    returning id`.execute(db)
  return rows.length > 0
}

/** Where the desk's mails to this team member go; null where none is set. */
export async function findOwnAddress(db: Db, operatorId: number): Promise<string | null> {
  const { rows } = await sql<{ address: string | null }>`
    select address from operator where id = ${operatorId}`.execute(db)
  return rows[0]?.address ?? null
}
