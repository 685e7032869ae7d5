import { randomBytes } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '#db/open.ts'

export type Erasing = { subscriberId: number; email: string; addressHash: Buffer; now: Date }

/** Who is to be erased, until the end of the transaction; undefined where nobody is, or not any more. */
export async function lockErasing(
  db: Db,
  subscriberId: number,
): Promise<{ email: string; addressHash: Buffer } | undefined> {
  const { rows } = await sql<{ email: string; addressHash: Buffer }>`
    select email, address_hash as "addressHash" from subscriber
     where id = ${subscriberId} and email is not null
       for update`.execute(db)
  return rows[0]
}

/** Who has the address in a restored database; nobody where its reader signed up again after that erasure. */
export async function findErasedThen(
  db: Db,
  { addressHash, at }: { addressHash: Buffer; at: Date },
): Promise<number | undefined> {
  const { rows } = await sql<{ id: number }>`
    select s.id from subscriber s
     where s.address_hash = ${addressHash}
       and not exists (select from consent_event c
                        where c.subscriber_id = s.id and c.kind in ('lifted', 'confirmed') and c.at >= ${at})`.execute(
    db,
  )
  return rows[0]?.id
}

/** Links in old mails name nobody from now on: the public id is another one. */
export async function emptySubscriber(
  db: Db,
  { subscriberId }: Pick<Erasing, 'subscriberId'>,
): Promise<void> {
  await sql`
    update subscriber
       set state = 'erased', public_id = ${randomBytes(6).readUIntBE(0, 6)}, email = null, address_hash = null, domain = null
         , time_zone = 'UTC', language = 'und', digest_time = null, attributes = '{}'
     where id = ${subscriberId}`.execute(db)
}

/** What the reader chose, and the key that made the hashes in the consent ledger tell anything. */
export async function dropChoices(
  db: Db,
  { subscriberId }: Pick<Erasing, 'subscriberId'>,
): Promise<void> {
  await sql`delete from subscription where subscriber_id = ${subscriberId}`.execute(db)
  await sql`delete from story_mute where subscriber_id = ${subscriberId}`.execute(db)
  await sql`delete from import_ask where subscriber_id = ${subscriberId}`.execute(db)
  await sql`delete from subscriber_key where subscriber_id = ${subscriberId}`.execute(db)
}

export async function dropSignUps(db: Db, { email }: Erasing): Promise<void> {
  await sql`delete from sign_up where lower(email) = lower(${email})`.execute(db)
}

/**
 * Mails that wait are gone, and those that were sent say nobody. Whoever typed an address into a form that never said yes
 * must not gain new tries by an erasure: such a mail keeps what the limits count, and nothing that leads to the reader.
 * One that is on its way at this moment is not tried again.
 */
export async function emptyServiceMails(db: Db, { subscriberId, now }: Erasing): Promise<void> {
  await sql`
    delete from service_mail where subscriber_id = ${subscriberId} and state = 'planned' and not doubtful`.execute(
    db,
  )
  await sql`
    update service_mail m
       set recipient = '', address_hash = '', reply = null, payload = m.payload - '{domain,addressVersion,attributes}'::text[]
         , not_after = least(m.not_after, ${now}::timestamptz)
         , limit_hash = case when c.counts then m.limit_hash end
         , subscriber_id = case when c.counts then null else m.subscriber_id end
      from (select a.id
                 , a.kind in ('confirmation', 'reminder', 'address change') and a.limit_hash is not null
                   and (a.release_at > ${now}::timestamptz - interval '24 hours'
                        or a.release_at > coalesce(p.at, '-infinity')) as counts
              from service_mail a
             cross join (select max(at) as at from consent_event
                          where subscriber_id = ${subscriberId} and kind in ('confirmed', 'address changed')) p
             where a.subscriber_id = ${subscriberId}) c
     where m.id = c.id`.execute(db)
}

/** What the reader wrote to us, its copies for the mailbox that people read, and what waits under the address's hash. */
export async function dropLetters(
  db: Db,
  { subscriberId, email, addressHash, now }: Erasing,
): Promise<void> {
  await sql`
    update returned set payload = '{}'
     where kind = 'reply' and payload <> '{}'
       and (subscriber_id = ${subscriberId} or ${holds(sql`payload ->> 'from'`, email)})`.execute(
    db,
  )
  await sql`
    update returned set payload = '{}', effect = 'no such reader', handled_at = ${now}
     where handled_at is null and payload ->> 'recipient' = ${addressHash.toString('hex')}`.execute(
    db,
  )
  const { rows } = await sql<{ form: string }>`
    delete from service_mail
     where kind = 'forward' and state <> 'claimed'
       and (payload -> 'reader' = to_jsonb(${subscriberId}::bigint) or ${holds(sql`payload ->> 'replyTo'`, email)})
    returning form`.execute(db)
  await sql`
    delete from service_form f
     where f.content_hash = any(${rows.map(({ form }) => form)}::text[])
       and not exists (select from service_mail m where m.form = f.content_hash)`.execute(db)
}

/** A relay's answer often repeats the address. Looked up by the keys of the editions: a reader's rows have no index. */
export async function dropReplies(
  db: Db,
  { subscriberId, email }: Pick<Erasing, 'subscriberId' | 'email'>,
): Promise<void> {
  await sql`
    update returned set reply = null
     where subscriber_id = ${subscriberId} and ${holds(sql`reply`, email)}`.execute(db)
  const { rows } = await sql<{ editionId: number }>`
    select e.id as "editionId"
      from edition e
      join lateral (select d.reply from delivery d
                     where d.edition_id = e.id and d.subscriber_id = ${subscriberId}) d on true
     where ${holds(sql`d.reply`, email)}
     order by e.id`.execute(db)
  await sql`
    update delivery set reply = null
     where edition_id = any(${rows.map(({ editionId }) => editionId)}::bigint[]) and subscriber_id = ${subscriberId}`.execute(
    db,
  )
}

function holds(text: RawBuilder<unknown>, email: string): RawBuilder<boolean> {
  return sql<boolean>`strpos(lower(${text}), lower(${email})) > 0`
}
