import { type RawBuilder, sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { EditionKind } from '#editions/store.ts'
import { walkMayGo } from './pace-store.ts'

/** A row that this process may mail now: what the ledger fixed, and the reader as of the claim. */
export type Claimed = {
  /** 0 for a service mail, whose id then stands in `subscriberId`: the pair names the row in the journal. */
  editionId: number
  subscriberId: number
  attempt: number
  /** What it was answered before, as its pause goes by it: attempts also count claims that were given back. */
  replies: number
  email: string
  publicId: number
  addressVersion: number
  /** Of a delivery: the blocks that this reader's mail joins. */
  blocks: number[]
  /** Milliseconds since 1970, as the clock counts them. */
  notAfter: number
}

/** What a claim did: rows to mail, and how many were left out by reason (`uncertain` where a copy may have arrived). */
export type Claim = { claimed: Claimed[]; excludedBy: Record<string, number>; walked: number }

/** What of an edition must still be as it was approved when rows of it are claimed. */
export type Stamp = {
  editionId: number
  version: number
  contentHash: string
  approvedHash: string | null
}

export type Walk = Stamp & { cohort: number; destination: number; cursor: number; planned: boolean }

export type Retries = Stamp & { cohort: number; destination: number; ids: number[] }

export type ClaimInput = {
  kinds: EditionKind[]
  senderId: number
  /** Whether mail goes to the built-in inbox: what was planned for it never goes to a relay, nor the reverse. */
  test: boolean
  limit: number
  leaseMs: number
  now: Date
  /** Destinations that have as many mails on their way as they may. */
  avoid: number[]
  /** Destinations that refuse us: only what is too late by now is claimed, to be left out. */
  shut?: number[]
}

/**
 * Until the end of the transaction plans follow the indexes, whatever the statistics say: right after a bulk insert,
 * before they exist, a claim of 500 took 600 to 1,280 ms.
 */
export async function planByIndex(db: Db): Promise<void> {
  await sql`
    select set_config(name, 'off', true)
      from unnest('{enable_seqscan,enable_bitmapscan,enable_hashjoin,enable_mergejoin,enable_material,jit}'::text[]) name`.execute(
    db,
  )
}

const stamp = sql`
  e.id as "editionId", e.version, e.content_hash as "contentHash", e.approved_hash as "approvedHash"`

const mayBeClaimed = ({ kinds, test }: ClaimInput) => sql`
  e.state = 'sending' and e.kind = any(${kinds}) and e.test = ${test}
       and not exists (select from restore_mark where held is not null)`

/**
 * The most urgent walk that is due and nobody else stands on; locked until the transaction ends. A walk that waits for
 * the next slice of readers, or whose destination has had enough for now, does not keep the others waiting.
 */
export async function lockDrain(db: Db, input: ClaimInput): Promise<Walk | undefined> {
  const { rows } = await sql<Walk>`
    select ${stamp}, d.cohort, d.destination, d.subscriber_id as cursor, e.planned_at is not null as planned
      from delivery_drain d join edition e on e.id = d.edition_id
     where ${mayBeClaimed(input)} and d.release_at <= ${input.now} and d.destination <> all(${input.avoid}::integer[])
       and ${walkMayGo(input.now)}
       and (d.destination <> all(${input.shut ?? []}::integer[])
            or (select r.not_after from delivery r
                 where (r.edition_id, r.cohort, r.destination) = (d.edition_id, d.cohort, d.destination)
                   and r.subscriber_id > d.subscriber_id
                 order by r.subscriber_id limit 1) <= ${input.now})
       and (e.planned_at is not null
            or exists (select from delivery r
                        where (r.edition_id, r.cohort, r.destination) = (d.edition_id, d.cohort, d.destination)
                          and r.subscriber_id > d.subscriber_id))
     order by d.release_at, d.edition_id, d.cohort, d.destination
     limit 1
       for update of d skip locked`.execute(db)
  return rows[0]
}

/** Rows to be tried again whose time has come, of one edition and destination: the longest due first. */
export async function lockRetries(db: Db, input: ClaimInput): Promise<Retries | undefined> {
  const { rows } = await sql<Stamp & { cohort: number; destination: number; id: number }>`
    select ${stamp}, d.cohort, d.destination, d.subscriber_id as id
      from delivery d join edition e on e.id = d.edition_id
     where d.state = 'planned' and d.retry_at <= ${input.now} and ${mayBeClaimed(input)}
       and d.destination <> all(${input.avoid}::integer[])
       and (d.destination <> all(${input.shut ?? []}::integer[]) or d.not_after <= ${input.now})
       and d.destination <> all(array(select substr(name, 13)::integer from pace
                                       where name like 'destination %' and blocked_until > ${input.now}))
     order by d.retry_at
     limit ${input.limit}
       for update of d skip locked`.execute(db)
  const [first] = rows
  if (first === undefined) return undefined
  const { id: _id, ...found } = first
  const own = rows.filter(
    (row) => row.editionId === found.editionId && row.destination === found.destination,
  )
  return { ...found, ids: own.map((row) => row.id) }
}

/**
 * Claims the next rows of a walk and looks at consent, suppression and time in the same statement: who left a moment
 * ago is excluded here, whatever was planned. A walk ends when the whole edition is planned and no row is left.
 */
export async function claimWalk(
  db: Db,
  { walk, input }: { walk: Walk; input: ClaimInput },
): Promise<Claim & { ended: boolean }> {
  const claim = await claimRows(db, {
    editionId: walk.editionId,
    input,
    retries: false,
    rows: sql`
      select * from delivery
       where (edition_id, cohort, destination) = (${walk.editionId}, ${walk.cohort}, ${walk.destination})
         and subscriber_id > ${walk.cursor}
       order by subscriber_id
       limit ${input.limit}`,
  })
  const ended = walk.planned && claim.walked < input.limit
  if (ended) await endWalk(db, walk)
  else await moveWalk(db, { walk, cursor: claim.last ?? walk.cursor, walked: claim.walked })
  return { ...claim, ended }
}

/** Claims rows that were planned again. */
export async function claimRetries(
  db: Db,
  { retries, input }: { retries: Retries; input: ClaimInput },
): Promise<Claim> {
  return claimRows(db, {
    editionId: retries.editionId,
    input,
    retries: true,
    rows: sql`
      select * from delivery
       where edition_id = ${retries.editionId} and subscriber_id = any(${retries.ids.slice(0, input.limit)}::bigint[])`,
  })
}

async function moveWalk(
  db: Db,
  { walk, cursor, walked }: { walk: Walk; cursor: number; walked: number },
): Promise<void> {
  await sql`
    update delivery_drain set subscriber_id = ${cursor}, claimed = claimed + ${walked}
     where (edition_id, cohort, destination) = (${walk.editionId}, ${walk.cohort}, ${walk.destination})`.execute(
    db,
  )
}

async function endWalk(db: Db, { editionId, cohort, destination }: Walk): Promise<void> {
  await sql`
    delete from delivery_drain
     where (edition_id, cohort, destination) = (${editionId}, ${cohort}, ${destination})`.execute(
    db,
  )
}

/** Why a reader must not be mailed at this moment, or null. `e`, `s`, `u`, `p` are edition, subscriber, subscription, suppression. */
export const consent = (now: Date) => sql`
  case when s.state = 'left' or coalesce(u.cadence, 'off') = 'off' then 'left'
       when s.state is distinct from 'active' or p.address_hash is not null
            or exists (select from suppressed_domain where domain = s.domain) then 'suppressed'
       when u.snoozed_until > ${now} then 'snoozed'
       when e.kind = 'alert'
            and exists (select from story_mute m join edition_story es on es.story_id = m.story_id
                         where es.edition_id = e.id and m.subscriber_id = s.id and m.until > ${now}) then 'snoozed'
  end`

type ClaimedRow = {
  subscriberId: number | null
  attempt: number
  replies: number
  email: string
  publicId: number
  addressVersion: number
  blocks: string
  notAfter: number
  fate: string | null
  last: number | null
  walked: number
}

async function claimRows(
  db: Db,
  {
    editionId,
    rows: walked,
    retries,
    input,
  }: { editionId: number; rows: RawBuilder<unknown>; retries: boolean; input: ClaimInput },
): Promise<Claim & { last: number | null }> {
  const { rows } = await sql<ClaimedRow>`
    with walked as materialized (${walked}), fate as (
      select d.subscriber_id, s.email, s.public_id, s.address_version, e.version
           -- By its key, row by row: as a join it was walked whole for each row while the table had no statistics (55 ms).
           , (select v.blocks from variant v where v.edition_id = d.edition_id and v.id = d.variant) as blocks
           , case when d.not_after <= ${input.now} then 'expired' else ${consent(input.now)} end as reason
        from walked d
        join edition e on e.id = ${editionId}
        left join subscriber s on s.id = d.subscriber_id
        left join subscription u on u.newsletter_id = e.newsletter_id and u.subscriber_id = d.subscriber_id
        left join suppression p on p.address_hash = s.address_hash
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
      returning d.subscriber_id, d.attempt, d.replies, d.not_after, f.email, f.public_id, f.address_version, f.blocks
              , case when f.reason is null then null when d.doubtful then 'uncertain' else f.reason end as fate
    ), total as (
      select max(subscriber_id) as last, count(*) as walked from walked
    )
    select c.subscriber_id as "subscriberId", c.attempt, c.replies, c.email, c.public_id as "publicId"
         , c.address_version as "addressVersion", c.blocks::text as blocks
         , (extract(epoch from c.not_after) * 1000)::float8 as "notAfter", c.fate, t.last, t.walked
      from total t left join claim c on true
     order by c.subscriber_id`.execute(db)
  return { ...readClaim(editionId, rows), last: rows[0]?.last ?? null }
}

function readClaim(editionId: number, rows: ClaimedRow[]): Claim {
  const claim: Claim = { claimed: [], excludedBy: {}, walked: rows[0]?.walked ?? 0 }
  // Readers of the same variant share its list: parsing an array a row costs more than the rest of the row.
  const lists = new Map<string, number[]>()
  for (const { subscriberId, fate, last: _last, walked: _walked, ...row } of rows) {
    if (subscriberId === null) continue
    if (fate !== null) {
      claim.excludedBy[fate] = (claim.excludedBy[fate] ?? 0) + 1
      continue
    }
    const blocks = lists.get(row.blocks) ?? (row.blocks.match(/\d+/g) ?? []).map(Number)
    lists.set(row.blocks, blocks)
    claim.claimed.push({ ...row, editionId, subscriberId, blocks })
  }
  return claim
}
