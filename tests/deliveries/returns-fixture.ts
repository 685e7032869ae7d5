import { sql } from 'kysely'
import type { MachineReturn } from '#deliveries/returns/take-return.ts'
import type { BounceReason, Verdict } from '#mail/returned/returned.ts'
import { sealLocalPart, type Token } from '#subscribers/tokens.ts'
import type { House } from '../house.ts'

export const DAY = 86_400_000

const REASONS: Record<Verdict, BounceReason> = {
  hard: 'no such mailbox',
  soft: 'mailbox full',
  ours: 'authentication',
  ignore: 'unknown',
}

export function bounceOf(verdict: Verdict, reason = REASONS[verdict]): MachineReturn {
  const text = '550 5.1.1 <reader1@example.org>: no such user here'
  return { kind: 'bounce', verdict, reason, status: '5.1.1', code: 550, text }
}

export const COMPLAINT: MachineReturn = { kind: 'complaint', feedback: 'abuse' }

/** The token in the envelope of the reader's mail of the edition. */
export async function tokenOf(
  { db }: Pick<House, 'db'>,
  {
    reader = 1,
    editionId,
    addressVersion = 1,
  }: { reader?: number; editionId: number; addressVersion?: number },
): Promise<Token> {
  const { rows } = await sql<{ publicId: number }>`
    select public_id as "publicId" from subscriber where id = ${reader}`.execute(db)
  return { publicId: rows[0]?.publicId ?? 0, reference: editionId, addressVersion }
}

/** The same as a provider repeats it. */
export async function sealedToken(
  house: Pick<House, 'db' | 'context'>,
  about: Parameters<typeof tokenOf>[1],
): Promise<string> {
  return sealLocalPart(house.context.secrets, 'bounce', await tokenOf(house, about))
}

/** `active`, `bounced, listed: bounced`, … */
export async function readerOf({ db }: Pick<House, 'db'>, reader = 1): Promise<string> {
  const { rows } = await sql<{ word: string }>`
    select concat_ws(', listed: ', s.state, p.reason) as word
      from subscriber s left join suppression p on p.address_hash = s.address_hash
     where s.id = ${reader}`.execute(db)
  return rows[0]?.word ?? 'none'
}

/** `accepted`, `accepted, bounced`, … */
export async function rowOf(
  { db }: Pick<House, 'db'>,
  { reader = 1, editionId }: { reader?: number; editionId: number },
): Promise<string> {
  const { rows } = await sql<{ word: string }>`
    select concat_ws(', ', case when state = 'planned' and retry_at is not null then 'again' else state::text end
                   , case when bounced_at is not null then 'bounced' end
                   , case when complained_at is not null then 'complained' end) as word
      from delivery where edition_id = ${editionId} and subscriber_id = ${reader}`.execute(db)
  return rows[0]?.word ?? 'none'
}

/** The reader has another address by now, with a hash of its own. */
export async function changeAddress({ db }: Pick<House, 'db'>, reader = 1): Promise<void> {
  await sql`
    update subscriber
       set address_version = address_version + 1, email = 'new' || id || '@example.org'
         , address_hash = sha256(('new' || id)::bytea)
     where id = ${reader}`.execute(db)
}

/** What the counters say, and what a count says; the two must be equal. */
export async function accountOf({ db }: Pick<House, 'db'>, editionId: number) {
  const { rows } = await sql<{ what: string; counted: number; told: number }>`
    with counted as (
      select case when state = 'excluded' then 'excluded/' || reason when retry_at is not null then 'retry'
                  else state::text end as what, count(*) as count
        from delivery where edition_id = ${editionId} and (state <> 'planned' or retry_at is not null)
       group by 1
    ), told as (
      select what, sum(count) as count from tally where edition_id = ${editionId} and what <> 'planned' group by what
    )
    select what, coalesce(c.count, 0)::bigint as counted, coalesce(t.count, 0)::bigint as told
      from counted c full join told t using (what)
     where coalesce(c.count, 0) + coalesce(t.count, 0) > 0
     order by what`.execute(db)
  return {
    told: Object.fromEntries(rows.map(({ what, told }) => [what, told])),
    counted: Object.fromEntries(rows.map(({ what, counted }) => [what, counted])),
  }
}

export async function effectsOf({ db }: Pick<House, 'db'>): Promise<(string | null)[]> {
  const { rows } = await sql<{ effect: string | null }>`
    select effect from returned order by id`.execute(db)
  return rows.map(({ effect }) => effect)
}
