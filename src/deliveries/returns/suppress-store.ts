import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import { SOFT_POLICY } from './return-policy.ts'

/** A reader whose mail of this time, to this version of the address, came back. */
export type CameBack = { subscriberId: number; version: number; sentAt: Date }

/** What a reader does to say: this address works. */
const proof = sql`c.kind in ('confirmed', 'returned', 'added')`

/**
 * Puts readers on the do-not-mail list whose addresses do not take mail. Not one who has another address by now, nor one
 * who confirmed after that mail was sent: an old bounce says nothing about an address that came back.
 * @returns those who were not on the list before
 */
export async function suppressBounced(
  db: Db,
  { readers, now }: { readers: CameBack[]; now: Date },
): Promise<number[]> {
  if (readers.length === 0) return []
  // Locked in order, so that two batches of outcomes cannot deadlock.
  const { rows } = await sql<{ id: number }>`
    with reader as (
      select s.id, s.address_hash
        from unnest(${readers.map((one) => one.subscriberId)}::bigint[], ${readers.map((one) => one.version)}::integer[]
                  , ${readers.map((one) => one.sentAt)}::timestamptz[]) as o (id, version, sent_at)
        join subscriber s on s.id = o.id
       where s.address_hash is not null and (s.address_version & 65535) = (o.version & 65535)
         and not exists (select from consent_event c where c.subscriber_id = s.id and ${proof} and c.at > o.sent_at)
       order by s.id
         for update of s
    ), listed as (
      insert into suppression (address_hash, reason, at)
      select address_hash, 'bounced', ${now} from reader
      on conflict (address_hash) do nothing
      returning address_hash
    ), gone as (
      update subscriber s set state = 'bounced'
        from listed l
       where s.address_hash = l.address_hash and s.state in ('active', 'pending')
    ), told as (
      insert into consent_event (at, subscriber_id, kind, form)
      select ${now}::timestamptz, r.id, 'suppressed', 'bounce'
        from reader r join listed l on l.address_hash = r.address_hash
       order by r.id
    )
    select s.id from listed l join subscriber s on s.address_hash = l.address_hash order by s.id`.execute(
    db,
  )
  return rows.map(({ id }) => id)
}

/**
 * Of these readers, those whose mail came back softly often enough for long enough. What stayed in the mailbox between
 * begins the count anew, as does a confirmation. Acceptances are looked up by the keys of the editions of the span: a
 * reader's deliveries have no index of their own. What was accepted after the last bounce says nothing yet, its own may
 * be on the way.
 */
export async function listWornOut(
  db: Db,
  { came, now }: { came: { subscriberId: number; editionId: number }[]; now: Date },
): Promise<CameBack[]> {
  if (came.length === 0) return []
  const since = sql`${now}::timestamptz - make_interval(days => ${SOFT_POLICY.withinDays})`
  const enough = sql`count(*) >= ${SOFT_POLICY.editions} and max(day) - min(day) >= ${SOFT_POLICY.days}`
  const { rows } = await sql<CameBack>`
    with heard as (
      select * from unnest(${came.map((one) => one.subscriberId)}::bigint[], ${came.map((one) => one.editionId)}::bigint[])
        as o (subscriber_id, edition_id)
       union
      select r.subscriber_id, r.edition_id from returned r
       where r.subscriber_id = any(${came.map((one) => one.subscriberId)}::bigint[]) and r.at > ${since}
         and r.verdict = 'soft' and r.edition_id > 0
    ), soft as (
      select h.subscriber_id, e.edition_date as day, d.outcome_at as at, d.address_version & 65535 as version
        from heard h
        join subscriber s on s.id = h.subscriber_id
        join edition e on e.id = h.edition_id
        join lateral (select * from delivery d
                       where d.edition_id = h.edition_id and d.subscriber_id = h.subscriber_id) d on true
       where (d.bounced_at is not null or d.state = 'rejected') and d.outcome_at > ${since}
         and (d.address_version & 65535) = (s.address_version & 65535)
    ), candidate as (
      select subscriber_id, max(at) as last from soft group by subscriber_id having ${enough}
    ), anew as (
      select k.subscriber_id
           , greatest((select max(d.outcome_at)
                         from edition e
                         join lateral (select * from delivery d
                                        where d.edition_id = e.id and d.subscriber_id = k.subscriber_id) d on true
                        where e.release_at > ${since} and e.release_at <= k.last
                          and d.state = 'accepted' and d.bounced_at is null and d.outcome_at < k.last)
                    , (select max(c.at) from consent_event c where c.subscriber_id = k.subscriber_id and ${proof})) as at
        from candidate k
    )
    select s.subscriber_id as "subscriberId", max(s.version) as version, max(s.at) as "sentAt"
      from soft s join anew a on a.subscriber_id = s.subscriber_id
     where a.at is null or s.at >= a.at
     group by s.subscriber_id
    having ${enough}
     order by s.subscriber_id`.execute(db)
  return rows
}

export async function closeComplained(db: Db, subscriberId: number): Promise<void> {
  await sql`update subscriber set state = 'complained' where id = ${subscriberId} and state <> 'erased'`.execute(
    db,
  )
}
