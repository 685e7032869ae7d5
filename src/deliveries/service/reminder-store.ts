import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

/** Who was asked once, two days ago, and has not answered. */
export type Unconfirmed = {
  subscriberId: number
  email: string
  addressHash: Buffer
  /** Null where the mail is from before limits had a hash of their own. */
  limitHash: Buffer | null
  language: string
  payload: { newsletterIds: number[]; topicIds?: number[]; language?: string }
}

/**
 * Readers who never confirmed anything, whose only confirmation reached the relay between two and four days ago. Nobody
 * on the do-not-mail list, for whatever reason, is reminded.
 */
export async function listUnconfirmed(
  db: Db,
  { test, limit, now }: { test: boolean; limit: number; now: Date },
): Promise<Unconfirmed[]> {
  const { rows } = await sql<Unconfirmed>`
    select s.id as "subscriberId", s.email, s.address_hash as "addressHash", m.limit_hash as "limitHash", s.language, m.payload
      from service_mail m
      join subscriber s on s.id = m.subscriber_id
     where m.kind = 'confirmation' and m.state in ('accepted', 'uncertain') and m.test = ${test}
       and m.release_at > ${now}::timestamptz - interval '96 hours'
       and m.release_at <= ${now}::timestamptz - interval '48 hours'
       and s.state = 'pending' and s.address_hash = m.address_hash
       and not exists (select from service_mail o
                        where o.subscriber_id = s.id and o.kind in ('confirmation', 'reminder') and o.id <> m.id)
       and not exists (select from suppression p where p.address_hash = s.address_hash)
       and not exists (select from suppressed_domain d where d.domain = s.domain)
     order by m.release_at, m.id
     limit ${limit}`.execute(db)
  return rows
}
