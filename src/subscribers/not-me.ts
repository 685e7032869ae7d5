import { sql } from 'kysely'
import type { Context } from '#context.ts'
import { openToken } from './tokens.ts'

/**
 * "That was not me": an address that somebody else typed in is never asked again. Only for one that gets nothing:
 * a reader leaves by unsubscribing.
 */
export async function refuseFurtherMail(
  { db, clock, secrets, leavings }: Pick<Context, 'db' | 'clock' | 'secrets' | 'leavings'>,
  token: string,
): Promise<boolean> {
  const opened = openToken(secrets, 'notMe', token)
  if (opened === undefined) return false
  const now = clock.now()
  const { rows } = await sql<{ addressHash: Buffer }>`
    insert into suppression (address_hash, reason, at)
    select address_hash, 'asked', ${now} from subscriber
     where public_id = ${opened.publicId} and state in ('pending', 'left') and address_hash is not null
    on conflict (address_hash) do nothing
    returning address_hash as "addressHash"`.execute(db)
  await leavings.note(
    rows.map(({ addressHash }) => ({ at: now, kind: 'asked', newsletterId: null, addressHash })),
  )
  return true
}
