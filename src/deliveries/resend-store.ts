import { type RawBuilder, sql } from 'kysely'
import type { Db } from '#db/open.ts'

/** Rows that may be sent once more: too late by now, perhaps arrived, or refused with a certain reply. */
export type Resend = {
  editionId: number
  /** Until when they are worth sending at least; null keeps each row's own time. */
  notAfter: Date | null
  now: Date
} & ({ what: 'deferred-out' } | { what: 'uncertain' } | { what: 'rejected'; reply: string })

/** Rows of `d` that the resend is about, and that would still be in time. */
function chosen(resend: Resend): RawBuilder<unknown> {
  const { editionId, notAfter, now } = resend
  return sql`d.edition_id = ${editionId} and ${stateOf(resend)}
       and greatest(d.not_after, ${notAfter}::timestamptz) > ${now}`
}

function stateOf(resend: Resend): RawBuilder<unknown> {
  switch (resend.what) {
    case 'deferred-out':
      // Also what was never tried: while no relay answers, most rows expire without a try.
      return sql`d.state = 'excluded' and d.reason = 'expired'`
    case 'uncertain':
      return sql`d.state = 'uncertain'`
    case 'rejected':
      return sql`d.state = 'rejected' and position(lower(${resend.reply}) in lower(d.reply)) > 0`
  }
}

export type Counted = { count: number; neverTried: number }

export async function countRows(db: Db, resend: Resend): Promise<Counted> {
  const { rows } = await sql<Counted>`
    select count(*) as count, count(*) filter (where d.reply is null) as "neverTried"
      from delivery d where ${chosen(resend)}`.execute(db)
  return rows[0] ?? { count: 0, neverTried: 0 }
}

/** What a person would say yes to: the most frequent replies of these rows, by their beginning, which receivers' ids follow. */
export async function listReplies(
  db: Db,
  resend: Resend,
): Promise<{ reply: string; count: number }[]> {
  const { rows } = await sql<{ reply: string; count: number }>`
    select left(d.reply, 60) as reply, count(*) as count from delivery d
     where ${chosen(resend)}
     group by 1
     order by 2 desc, 1
     limit 5`.execute(db)
  return rows
}

/** Plans them again. One that may have arrived is never booked as left out from then on. */
export async function planAgain(db: Db, resend: Resend): Promise<number> {
  const { numAffectedRows } = await sql`
    update delivery d
       set state = 'planned', retry_at = ${resend.now}, outcome_at = null, reason = null
         , not_after = greatest(d.not_after, ${resend.notAfter}::timestamptz)
         , doubtful = d.doubtful or d.state = 'uncertain'
     where ${chosen(resend)}`.execute(db)
  return Number(numAffectedRows ?? 0)
}

/** Why mails of the edition were refused, most frequent first; receivers' ids and addresses differ, so only the beginning. */
export async function listRefusals(
  db: Db,
  editionId: number,
): Promise<{ reply: string; count: number }[]> {
  const { rows } = await sql<{ reply: string; count: number }>`
    select left(reply, 60) as reply, count(*) as count from delivery
     where edition_id = ${editionId} and state = 'rejected'
     group by 1
     order by 2 desc, 1
     limit 10`.execute(db)
  return rows
}
