import { sql } from 'kysely'
import type { Db } from '#db/open.ts'

/**
 * Editions whose newsletter sends uncertain mails again and whose number of them changed since the last look; the look
 * is claimed with it. A walk through an edition, so never without a change.
 */
export async function claimUncertain(db: Db, now: Date): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    with counted as (
      select e.id, sum(t.count) as uncertain
        from edition e
        join newsletter n on n.id = e.newsletter_id and n.uncertain_policy = 'send again'
        join tally t on t.edition_id = e.id and t.what = 'uncertain'
       where e.state = 'sending' or e.state = 'sent' and e.sent_at > ${now}::timestamptz - interval '2 days'
       group by e.id)
    update edition e set uncertain_seen = c.uncertain
      from counted c
     where e.id = c.id and e.uncertain_seen <> c.uncertain
    returning e.id`.execute(db)
  return rows.map((row) => row.id)
}

/** A sender that might have answered late is gone for good: what it left uncertain is looked at once more. */
export async function forgetLook(db: Db, senderId: number): Promise<void> {
  await sql`
    update edition e set uncertain_seen = -1
     where e.id in (select edition_id from tally where shard = ${senderId} and what = 'uncertain' and count > 0)`.execute(
    db,
  )
}

/**
 * Plans uncertain mails of an edition again, once: what is uncertain a second time stays so. Not those of a sender that
 * only did not answer in time (`lapsed` is their word): it may still be alive, and its late reply counts.
 */
export async function planUncertainAgain(
  db: Db,
  { editionId, lapsed, now }: { editionId: number; lapsed: string; now: Date },
): Promise<number> {
  const { numAffectedRows } = await sql`
    update delivery d
       set state = 'planned', retry_at = ${now}, outcome_at = null, doubtful = true
     where d.edition_id = ${editionId} and d.state = 'uncertain' and not d.doubtful and d.not_after > ${now}
       and (d.reply is distinct from ${lapsed}
            or exists (select from sender s where s.id = d.sender_id and s.ended_at is not null))`.execute(
    db,
  )
  return Number(numAffectedRows ?? 0)
}
