import { type RawBuilder, sql } from 'kysely'

/** Subscribers of one slice, by id: above `after`, up to and with `last`. */
export type Range = { after: number; last: number }

export function within({ after, last }: Range, id: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`${id} > ${after}::bigint and ${id} <= ${last}::bigint`
}
