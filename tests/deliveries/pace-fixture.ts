import { grantMails } from '#deliveries/pace.ts'
import type { House } from '../house.ts'

export const GOOGLE = 2
export const OTHER = 1

/** A relay without limits. */
export const FREE = {
  limits: () => [],
  credit: () => Number.POSITIVE_INFINITY,
  addCredit: () => undefined,
}

/** Asks as a claim of the edition's first cohort does, in a transaction. */
export async function ask(
  house: House,
  editionId: number,
  more: Partial<Parameters<typeof grantMails>[1]> = {},
) {
  return house.db.transaction().execute(async (db) =>
    grantMails(db, {
      lane: 'digest',
      editionId,
      cohort: 1,
      destination: OTHER,
      want: 500,
      relays: FREE,
      now: house.now,
      ...more,
    }),
  )
}
