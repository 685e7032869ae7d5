import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { inTransaction } from '#db/transaction.ts'
import { Refusal } from '#errors.ts'
import { cleanLine } from '../reading/clean-text.ts'
import {
  findTerms,
  markRetracted,
  setEmbargo,
  type Terms,
  unmarkRetracted,
} from './withhold-store.ts'

const MOST_REASON = 500

/**
 * Takes an article back: it is in no edition from now on, leads no story, and no alert of it goes out. Asked again it
 * changes nothing.
 * @returns whether it was not retracted before
 * @throws Refusal where there is no such article, or no reason
 */
export async function retractArticle(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  { articleId, reason }: { articleId: number; reason: string },
): Promise<boolean> {
  const line = cleanLine(reason, MOST_REASON)
  if (line === '')
    throw new Refusal('say why it is withdrawn: a reason is missing', { field: 'reason' })
  return inTransaction(db, async (transaction) => {
    await getTerms(transaction, articleId)
    return markRetracted(transaction, { articleId, reason: line, now: clock.now() })
  })
}

/** @returns whether it was retracted before */
export async function restoreArticle(
  { db }: Pick<Context, 'db'>,
  articleId: number,
): Promise<boolean> {
  return inTransaction(db, async (transaction) => {
    await getTerms(transaction, articleId)
    return unmarkRetracted(transaction, articleId)
  })
}

/**
 * Nothing of the article leaves the house before; null lets it go at once.
 * @throws Refusal where there is no such article, or the time is over
 */
export async function embargoArticle(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  { articleId, until }: { articleId: number; until: Date | null },
): Promise<void> {
  if (until !== null) refusePast(until, clock.now())
  await inTransaction(db, async (transaction) => {
    await getTerms(transaction, articleId)
    await setEmbargo(transaction, { articleId, until })
  })
}

/** @throws Refusal: an embargo that is over would hold nothing back */
export function refusePast(until: Date, now: Date): void {
  if (until > now) return
  throw new Refusal(
    `the embargo would end at ${timeLine(until)}, and now it is ${timeLine(now)}: name a time to come`,
    { field: 'embargoUntil' },
  )
}

export type Withheld = Pick<Terms, 'articleId' | 'embargoUntil' | 'retractedAt' | 'retraction'>

/** Why an article may not leave the house, in words; null where it may. */
export function whyWithheld(
  { articleId, embargoUntil, retractedAt, retraction }: Withheld,
  now: Date,
): string | null {
  if (retractedAt !== null)
    return `article ${articleId} was withdrawn (${retraction ?? 'no reason given'}): "daybreak articles restore ${articleId}" takes that back`
  if (embargoUntil !== null && isEmbargoed({ embargoUntil }, now))
    return `article ${articleId} is under embargo until ${timeLine(embargoUntil)}: nothing of it goes out before`
  return null
}

export function isEmbargoed({ embargoUntil }: Pick<Terms, 'embargoUntil'>, now: Date): boolean {
  return embargoUntil !== null && embargoUntil > now
}

/** @throws Refusal that says why it may not leave the house */
export function refuseWithheld(terms: readonly Withheld[], now: Date): void {
  const [why] = terms.flatMap((one) => whyWithheld(one, now) ?? [])
  if (why !== undefined) throw new Refusal(why, { field: 'article', status: 409 })
}

/** @throws Refusal where there is no such article */
export async function getTerms(db: Db, articleId: number): Promise<Terms> {
  const terms = await findTerms(db, articleId)
  if (terms !== undefined) return terms
  throw new Refusal(`there is no article ${articleId}: "daybreak articles" lists them`, {
    field: 'article',
    status: 404,
  })
}

/** "2026-11-22 06:30 UTC". */
export function timeLine(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
