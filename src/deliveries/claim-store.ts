import { sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { EditionKind } from '#editions/store.ts'

/** A row that this process may mail now: what the ledger fixed, and the reader as of the claim. */
export type Claimed = {
  /** 0 for a service mail, whose id then stands in `subscriberId`: the pair names the row in the journal. */
  editionId: number
  subscriberId: number
  attempt: number
  email: string
  publicId: number
  addressVersion: number
  /** Of a delivery: the blocks that this reader's mail joins. */
  blocks: number[]
  releaseAt: Date
  notAfter: Date
}

export type Claim = { claimed: Claimed[]; excluded: number; walked: number }

type Drain = {
  editionId: number
  cohort: number
  destination: number
  cursor: number
  planned: boolean
}

export type ClaimInput = {
  kinds: EditionKind[]
  senderId: number
  /** Whether mail goes to the built-in inbox: what was planned for it never goes to a relay, nor the reverse. */
  test: boolean
  limit: number
  leaseMs: number
  now: Date
}

/**
 * The most urgent walk that is due and nobody else stands on; locked until the transaction ends. A walk that waits for
 * the next slice of readers does not keep the others waiting.
 */
export async function lockDrain(
  db: Db,
  { kinds, test, now }: ClaimInput,
): Promise<Drain | undefined> {
  const { rows } = await sql<Drain>`
    select d.edition_id as "editionId", d.cohort, d.destination, d.subscriber_id as cursor
         , e.planned_at is not null as planned
      from delivery_drain d join edition e on e.id = d.edition_id
     where e.state = 'sending' and e.kind = any(${kinds}) and e.test = ${test} and d.release_at <= ${now}
       and (e.planned_at is not null
            or exists (select from delivery r
                        where (r.edition_id, r.cohort, r.destination) = (d.edition_id, d.cohort, d.destination)
                          and r.subscriber_id > d.subscriber_id))
     order by d.release_at, d.edition_id, d.cohort, d.destination
     limit 1
       for update of d skip locked`.execute(db)
  return rows[0]
}

/**
 * Claims the next rows of a walk and looks at consent, suppression and time in the same statement: who left a moment
 * ago is excluded here, whatever was planned.
 */
export async function claimWalk(
  db: Db,
  { drain, input }: { drain: Drain; input: ClaimInput },
): Promise<Claim> {
  const { rows: walked } = await sql<{ id: number; state: string }>`
    select subscriber_id as id, state from delivery
     where (edition_id, cohort, destination) = (${drain.editionId}, ${drain.cohort}, ${drain.destination})
       and subscriber_id > ${drain.cursor}
     order by subscriber_id
     limit ${input.limit}`.execute(db)
  const ids = walked.filter((row) => row.state === 'planned').map((row) => row.id)
  const claim = await claimRows(db, { editionId: drain.editionId, ids, retries: false, input })
  const last = walked.at(-1)?.id
  if (last !== undefined) {
    await sql`
      update delivery_drain set subscriber_id = ${last}
       where (edition_id, cohort, destination) = (${drain.editionId}, ${drain.cohort}, ${drain.destination})`.execute(
      db,
    )
  } else if (drain.planned) {
    await sql`
      delete from delivery_drain
       where (edition_id, cohort, destination) = (${drain.editionId}, ${drain.cohort}, ${drain.destination})`.execute(
      db,
    )
  }
  return { ...claim, walked: walked.length }
}

/** Claims rows that were planned again and whose time has come. */
export async function claimRetries(
  db: Db,
  input: ClaimInput,
): Promise<Claim & { editionId: number | undefined }> {
  const { rows } = await sql<{ editionId: number; id: number }>`
    select d.edition_id as "editionId", d.subscriber_id as id
      from delivery d join edition e on e.id = d.edition_id
     where d.state = 'planned' and d.retry_at <= ${input.now}
       and e.state = 'sending' and e.kind = any(${input.kinds}) and e.test = ${input.test}
     order by d.retry_at
     limit ${input.limit}
       for update of d skip locked`.execute(db)
  const editionId = rows[0]?.editionId
  if (editionId === undefined) return { claimed: [], excluded: 0, walked: 0, editionId }
  const ids = rows.filter((row) => row.editionId === editionId).map((row) => row.id)
  return {
    ...(await claimRows(db, { editionId, ids, retries: true, input })),
    walked: rows.length,
    editionId,
  }
}

/** Why a reader must not be mailed at this moment, or null. `e`, `s`, `u`, `p` are edition, subscriber, subscription, suppression. */
const consent = (now: Date) => sql`
  case when s.state = 'left' or coalesce(u.cadence, 'off') = 'off' then 'left'
       when s.state is distinct from 'active' or p.address_hash is not null then 'suppressed'
       when u.snoozed_until > ${now} then 'snoozed'
       when e.kind = 'alert'
            and exists (select from story_mute m join edition_story es on es.story_id = m.story_id
                         where es.edition_id = e.id and m.subscriber_id = s.id and m.until > ${now}) then 'snoozed'
  end`

async function claimRows(
  db: Db,
  {
    editionId,
    ids,
    retries,
    input,
  }: { editionId: number; ids: number[]; retries: boolean; input: ClaimInput },
): Promise<Omit<Claim, 'walked'>> {
  if (ids.length === 0) return { claimed: [], excluded: 0 }
  const { rows } = await sql<Claimed & { reason: string | null }>`
    with fate as (
      select d.subscriber_id, s.email, s.public_id, s.address_version, e.version, v.blocks
           , case when d.not_after <= ${input.now} then 'expired' else ${consent(input.now)} end as reason
        from delivery d
        join edition e on e.id = d.edition_id
        join variant v on v.edition_id = d.edition_id and v.id = d.variant
        left join subscriber s on s.id = d.subscriber_id
        left join subscription u on u.newsletter_id = e.newsletter_id and u.subscriber_id = d.subscriber_id
        left join suppression p on p.address_hash = s.address_hash
       where d.edition_id = ${editionId} and d.subscriber_id = any(${ids})
    ), claim as (
      update delivery d
         set state = (case when f.reason is null then 'claimed' when d.doubtful then 'uncertain' else 'excluded' end)::delivery_state
           , attempt = d.attempt + 1
           , version = f.version, address_version = f.address_version, sender_id = ${input.senderId}
           , lease_until = case when f.reason is null then ${input.now}::timestamptz + make_interval(secs => ${input.leaseMs / 1000}) end
           , outcome_at = case when f.reason is not null then ${input.now}::timestamptz end
           , retry_at = null, reason = case when not d.doubtful then f.reason end
        from fate f
       where d.edition_id = ${editionId} and d.subscriber_id = f.subscriber_id
         and d.state = 'planned' and (d.retry_at is not null) = ${retries}
      returning d.subscriber_id, d.attempt, d.release_at, d.not_after, f.email, f.public_id, f.address_version
              , f.blocks, f.reason
    )
    select ${editionId}::bigint as "editionId", subscriber_id as "subscriberId", attempt, email
         , public_id as "publicId", address_version as "addressVersion", blocks, release_at as "releaseAt"
         , not_after as "notAfter", reason
      from claim order by subscriber_id`.execute(db)
  const claimed = rows.filter((row) => row.reason === null)
  return { claimed, excluded: rows.length - claimed.length }
}

/** Of the claimed readers, those who withdrew or were suppressed since; and whether the edition was stopped. */
export async function findWithdrawn(
  db: Db,
  { editionId, ids, now }: { editionId: number; ids: number[]; now: Date },
): Promise<{ stopped: boolean; reasons: Map<number, string> }> {
  const { rows } = await sql<{ id: number; reason: string }>`
    select s.id, ${consent(now)} as reason
      from subscriber s
      join edition e on e.id = ${editionId}
      left join subscription u on u.newsletter_id = e.newsletter_id and u.subscriber_id = s.id
      left join suppression p on p.address_hash = s.address_hash
     where s.id = any(${ids}) and ${consent(now)} is not null`.execute(db)
  const { rows: editions } = await sql`
    select 1 from edition where id = ${editionId} and state = 'sending'`.execute(db)
  return {
    stopped: editions.length === 0,
    reasons: new Map(rows.map((row) => [row.id, row.reason])),
  }
}
