import { sql } from 'kysely'
import type { Context } from '#context.ts'
import { openToken } from './tokens.ts'

/**
 * "That was not me": an address that somebody else typed in is never asked again. Only for one that gets nothing:
 * a reader leaves by unsubscribing.
 */
export async function refuseFurtherMail(
  { db, clock, secrets }: Pick<Context, 'db' | 'clock' | 'secrets'>,
  token: string,
): Promise<boolean> {
  const opened = openToken(secrets, 'notMe', token)
  if (opened === undefined) return false
  await sql`
    insert into suppression (address_hash, reason, at)
    select address_hash, 'asked', ${clock.now()} from subscriber
     where public_id = ${opened.publicId} and state in ('pending', 'left') and address_hash is not null
    on conflict (address_hash) do nothing`.execute(db)
  return true
}
