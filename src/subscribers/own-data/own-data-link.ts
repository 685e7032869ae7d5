import { sql } from 'kysely'
import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { findByPublicId, type Subscriber } from '../store.ts'
import { openToken } from '../tokens.ts'

export type KnownReader = Subscriber & { email: string }

/** What a link to somebody's own data stands for: open for an hour, and only at the address that it was mailed to. */
export type OwnDataLink = { kind: 'open' | 'expired'; subscriber: KnownReader }

/** Changes nothing. Undefined for a link that is not ours. */
export async function readOwnDataLink(
  { db, clock, secrets }: Pick<Context, 'db' | 'clock' | 'secrets'>,
  { token, hours }: { token: string; hours: number },
): Promise<OwnDataLink | undefined> {
  const opened = openToken(secrets, 'ownData', token)
  const subscriber = opened && (await findByPublicId(db, opened.publicId))
  if (opened === undefined || subscriber === undefined) return undefined
  const { email } = subscriber
  if (email === null) return undefined
  const about = { mailId: opened.reference, subscriberId: subscriber.id }
  const sentAt = await findSentAt(db, about)
  const isOpen =
    sentAt !== undefined && clock.now().getTime() - sentAt.getTime() <= hours * 3_600_000
  return { kind: isOpen ? 'open' : 'expired', subscriber: { ...subscriber, email } }
}

/** When the mail went to the address that is still the reader's. */
async function findSentAt(
  db: Db,
  { mailId, subscriberId }: { mailId: number; subscriberId: number },
): Promise<Date | undefined> {
  const { rows } = await sql<{ at: Date }>`
    select coalesce(m.outcome_at, m.release_at) as at
      from service_mail m join subscriber s on s.id = m.subscriber_id
     where m.id = ${mailId} and m.subscriber_id = ${subscriberId} and m.kind = 'link' and m.payload ->> 'for' = 'ownData'
       and m.address_hash = s.address_hash`.execute(db)
  return rows[0]?.at
}
