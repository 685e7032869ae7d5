import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

/**
 * Whether an address may be asked for its agreement at all. One that left, bounced, complained or was erased may: its
 * holder alone can lift that. One that said "this was not me", was blocked, or is at a domain that gets no mail, may not.
 */
export async function mayAsk(
  db: Db,
  { addressHash, domain }: { addressHash: Buffer; domain: string },
): Promise<boolean> {
  const { rows } = await sql<{ may: boolean }>`
    select not exists (select from suppression where address_hash = ${addressHash} and reason in ('asked', 'blocked'))
       and not exists (select from suppressed_domain where domain = ${domain}) as may`.execute(db)
  return rows[0]?.may === true
}
