import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import { LATE_DAYS } from './return-policy.ts'

export type Reader = { id: number; addressHash: Buffer | null; version: number }

/** The 16 bits of an address version that a token holds. */
const bitsOf = (column: string) => sql`(${sql.ref(column)} & 65535)`

export async function findReader(db: Db, publicId: number): Promise<Reader | undefined> {
  const { rows } = await sql<Reader>`
    select id, address_hash as "addressHash", ${bitsOf('address_version')} as version
      from subscriber where public_id = ${publicId}`.execute(db)
  return rows[0]
}

/** What the ledger says of a mail that came back. */
export type Mailed = {
  /** Null for a delivery. */
  serviceMail: number | null
  state: 'planned' | 'claimed' | 'accepted' | 'rejected' | 'uncertain' | 'excluded'
  /** Planned again although a first copy may have arrived. */
  doubtful: boolean
  version: number | null
  destination: number | null
  outcomeAt: Date | null
  bouncedAt: Date | null
}

type Key = { editionId: number; subscriberId: number }

export async function lockDelivery(
  db: Db,
  { editionId, subscriberId }: Key,
): Promise<Mailed | undefined> {
  const { rows } = await sql<Mailed>`
    select null::bigint as "serviceMail", state, doubtful, ${bitsOf('address_version')} as version, destination, outcome_at as "outcomeAt"
         , bounced_at as "bouncedAt"
      from delivery
     where edition_id = ${editionId} and subscriber_id = ${subscriberId}
       for update`.execute(db)
  return rows[0]
}

/**
 * The last service mail to this address version. Its token does not name it, and nothing in it is marked: a bounce that
 * was heard since is the mark.
 */
export async function lockServiceMail(
  db: Db,
  { subscriberId, version, now }: { subscriberId: number; version: number; now: Date },
): Promise<Mailed | undefined> {
  const { rows } = await sql<Mailed>`
    select m.id as "serviceMail", m.state, m.doubtful, ${bitsOf('m.address_version')} as version, null::integer as destination
         , m.outcome_at as "outcomeAt"
         , (select max(r.handled_at) from returned r
             where r.subscriber_id = ${subscriberId} and r.edition_id = 0 and r.kind = 'bounce'
               and r.verdict in ('hard', 'soft', 'ours') and r.handled_at >= m.outcome_at) as "bouncedAt"
      from service_mail m
     where m.subscriber_id = ${subscriberId} and ${bitsOf('m.address_version')} = ${version}
       and m.address_hash = (select address_hash from subscriber where id = ${subscriberId})
       and m.state in ('claimed', 'accepted', 'uncertain')
       and coalesce(m.outcome_at, ${now}) > ${now}::timestamptz - make_interval(days => ${LATE_DAYS})
     order by m.id desc
     limit 1
       for update`.execute(db)
  return rows[0]
}

/** It came back or was read, so it had arrived at the relay: a row in doubt is accepted, and not sent again. */
export async function acceptDoubtful(db: Db, { editionId, subscriberId }: Key, now: Date) {
  await sql`
    update delivery
       set state = 'accepted', retry_at = null, outcome_at = coalesce(outcome_at, ${now})
     where edition_id = ${editionId} and subscriber_id = ${subscriberId}
       and (state = 'uncertain' or state = 'planned' and doubtful)`.execute(db)
}

export async function acceptDoubtfulService(db: Db, id: number): Promise<void> {
  await sql`update service_mail set state = 'accepted' where id = ${id} and state = 'uncertain'`.execute(
    db,
  )
}

export async function markBounced(db: Db, { editionId, subscriberId }: Key, now: Date) {
  await sql`
    update delivery set bounced_at = ${now}
     where edition_id = ${editionId} and subscriber_id = ${subscriberId} and state = 'accepted'
       and bounced_at is null`.execute(db)
}

export async function markComplained(db: Db, { editionId, subscriberId }: Key, now: Date) {
  await sql`
    update delivery set complained_at = ${now}
     where edition_id = ${editionId} and subscriber_id = ${subscriberId} and state = 'accepted'
       and complained_at is null`.execute(db)
}

export type Delivered = { publicId: number; editionId: number; version: number }

/** Mails that reached their mailboxes: of these, those in doubt are accepted. Nearly always there is none. */
export async function acceptDelivered(
  db: Db,
  { mails, now }: { mails: Delivered[]; now: Date },
): Promise<{ editionId: number; from: 'uncertain' | 'retry'; at: Date }[]> {
  const { rows } = await sql<{ editionId: number; from: 'uncertain' | 'retry'; at: Date }>`
    with doubt as (
      select d.edition_id, d.subscriber_id, d.state, coalesce(d.outcome_at, ${now}) as at
        from unnest(${mails.map(({ publicId }) => publicId)}::bigint[], ${mails.map(({ editionId }) => editionId)}::bigint[]
                  , ${mails.map(({ version }) => version)}::integer[]) as o (public_id, edition_id, version)
        join subscriber s on s.public_id = o.public_id
        join delivery d on d.edition_id = o.edition_id and d.subscriber_id = s.id
       where ${bitsOf('d.address_version')} = o.version and (d.state = 'uncertain' or d.state = 'planned' and d.doubtful)
       order by d.edition_id, d.subscriber_id
         for update of d)
    update delivery d
       set state = 'accepted', retry_at = null, outcome_at = o.at
      from doubt o
     where d.edition_id = o.edition_id and d.subscriber_id = o.subscriber_id
    returning d.edition_id as "editionId", case o.state when 'uncertain' then 'uncertain' else 'retry' end as from, o.at`.execute(
    db,
  )
  return rows
}

/** A mail of the last weeks to this address that has this id at the relay: the address is only the way to the row. */
export async function findByRelayId(
  db: Db,
  { addressHash, relayId, now }: { addressHash: Buffer; relayId: string; now: Date },
): Promise<Delivered | undefined> {
  const { rows } = await sql<Delivered>`
    select s.public_id as "publicId", d.edition_id as "editionId", ${bitsOf('d.address_version')} as version
      from subscriber s
         , edition e
      join lateral (select * from delivery d
                     where d.edition_id = e.id and d.subscriber_id = s.id and d.relay_id = ${relayId}) d on true
     where s.address_hash = ${addressHash}
       and e.release_at > ${now}::timestamptz - make_interval(days => ${LATE_DAYS})
     order by e.id desc
     limit 1`.execute(db)
  return rows[0]
}
