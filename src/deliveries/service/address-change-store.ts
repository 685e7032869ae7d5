import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

/** An address that was asked for and has not said yes, or has. */
export type Asked = {
  subscriberId: number
  email: string
  addressHash: Buffer
  domain: string
  /** The version of the reader's address when it was asked for. */
  addressVersion: number
  limitHash: Buffer
  askedAt: Date
  /** Whether this address, or all of its domain, must not be mailed at all. */
  refused: boolean
}

export async function findAsked(
  db: Db,
  { mailId, publicId }: { mailId: number; publicId: number },
): Promise<Asked | undefined> {
  const { rows } = await sql<Asked>`
    select m.subscriber_id as "subscriberId", m.recipient as email, m.address_hash as "addressHash"
         , m.payload ->> 'domain' as domain, (m.payload ->> 'addressVersion')::integer as "addressVersion"
         , m.limit_hash as "limitHash", m.release_at as "askedAt"
         , exists (select from suppression p where p.address_hash = m.address_hash and p.reason in ('asked', 'blocked'))
           or exists (select from suppressed_domain d where d.domain = m.payload ->> 'domain') as refused
      from service_mail m
      join subscriber s on s.id = m.subscriber_id
     where m.id = ${mailId} and s.public_id = ${publicId} and m.kind = 'address change' and m.recipient <> ''
       and not m.payload ? 'note'`.execute(db)
  return rows[0]
}

/** From here on every mail goes to the new address, and what is on its way to the old one is given back. */
export async function moveReader(
  db: Db,
  { subscriberId, email, addressHash, domain }: Asked,
): Promise<void> {
  await sql`
    update subscriber
       set email = ${email}, address_hash = ${addressHash}, domain = ${domain}, address_version = address_version + 1
     where id = ${subscriberId}`.execute(db)
}

/**
 * The newsletters and topics of somebody who is the same person, where the reader has not chosen otherwise.
 * @returns the newsletters that came with it
 */
export async function uniteChoices(
  db: Db,
  { from, to, now }: { from: number; to: number; now: Date },
): Promise<number[]> {
  const { rows } = await sql<{ newsletterId: number | null }>`
    insert into subscription (subscriber_id, newsletter_id, topic_id, cadence, snoozed_until, changed_at)
    select ${to}, newsletter_id, topic_id, cadence, snoozed_until, ${now}::timestamptz
      from subscription
     where subscriber_id = ${from} and cadence <> 'off'
       and exists (select from subscriber where id = ${to} and state = 'active')
    on conflict do nothing
    returning newsletter_id as "newsletterId"`.execute(db)
  return rows.flatMap(({ newsletterId }) => newsletterId ?? [])
}

/**
 * What the house mailed to the other row was mailed to this person: it stays countable and goes with an erasure. What was
 * only planned for it, and a second reminder, is void.
 */
export async function uniteMails(
  db: Db,
  { from, to }: { from: number; to: number },
): Promise<void> {
  await sql`
    delete from service_mail
     where subscriber_id = ${from}
       and (state = 'planned'
            or kind = 'reminder' and exists (select from service_mail where subscriber_id = ${to} and kind = 'reminder'))`.execute(
    db,
  )
  await sql`update service_mail set subscriber_id = ${to} where subscriber_id = ${from}`.execute(db)
}

/** Letters of that row are this person's: an erasure looks for them under its number. */
export async function uniteLetters(
  db: Db,
  { from, to }: { from: number; to: number },
): Promise<void> {
  await sql`
    with forward as (
      update service_mail set payload = jsonb_set(payload, '{reader}', to_jsonb(${to}::bigint))
       where kind = 'forward' and payload -> 'reader' = to_jsonb(${from}::bigint)
    )
    update returned set subscriber_id = ${to} where subscriber_id = ${from} and kind = 'reply'`.execute(
    db,
  )
}
