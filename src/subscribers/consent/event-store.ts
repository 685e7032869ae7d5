import { type RawBuilder, sql } from 'kysely'
import type { Db } from '#db/open.ts'
import type { Cadence, ConsentKind } from './consent-store.ts'

/** One line of the consent ledger, with names instead of numbers. */
export type LedgerEvent = {
  id: number
  at: Date
  kind: ConsentKind
  /** Null with a null topic: everything. */
  newsletter: string | null
  topic: string | null
  cadence: Cadence | null
  form: string
  formVersion: string | null
  editionId: number | null
  /** Hexadecimal; tells nothing without the reader's key. */
  networkHash: string | null
  tokenId: string | null
  operator: string | null
  apiToken: string | null
  importId: number | null
  statedAt: Date | null
}

/** Oldest first. */
export async function listEvents(
  db: Db,
  { subscriberId, limit }: { subscriberId: number; limit: number },
): Promise<LedgerEvent[]> {
  const { rows } = await sql<LedgerEvent>`
    select c.id, c.at, c.kind, n.name as newsletter, t.name as topic, c.cadence, c.form, c.form_version as "formVersion"
         , c.edition_id as "editionId", encode(c.network_hash, 'hex') as "networkHash", c.token_id as "tokenId"
         , o.name as operator, a.name as "apiToken", c.import_id as "importId", c.stated_at as "statedAt"
      from (select * from consent_event where subscriber_id = ${subscriberId} order by id desc limit ${limit}) c
      left join newsletter n on n.id = c.newsletter_id
      left join topic t on t.id = c.topic_id
      left join operator o on o.id = c.operator_id
      left join api_token a on a.id = c.api_token_id
     order by c.at, c.id`.execute(db)
  return rows
}

export type LedgerCount = { month: string; kind: ConsentKind; form: string; count: number }

/** The ledger in numbers, which no erasure changes. Forms that name a person of the team count as one. */
export async function countEvents(
  db: Db,
  { since, limit }: { since: Date; limit: number },
): Promise<LedgerCount[]> {
  const { rows } = await sql<LedgerCount>`
    select to_char(at at time zone 'UTC', 'YYYY-MM') as month, kind, ${formFamily} as form, count(*) as count
      from consent_event
     where at >= ${since}
     group by 1, 2, 3
     order by 1, 2, 3
     limit ${limit}`.execute(db)
  return rows
}

const formFamily: RawBuilder<string> = sql`
  case when form like 'operator %, whole domain' then 'operator, whole domain'
       when form ~ '^(operator|api|lifted by operator) ' then substring(form from '^(operator|api|lifted by operator)')
       else form end`
