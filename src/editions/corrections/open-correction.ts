import { getArticle } from '#articles/store.ts'
import type { Context } from '#context.ts'
import { inTransaction } from '#db/transaction.ts'
import {
  type Carrier,
  type Correction,
  findMistaken,
  findLastTold,
  findOpenCorrection,
  insertCorrection,
} from './correction-store.ts'
import { listStaleInDrafts, voidApprovals } from './draft-carrier-store.ts'
import { gatherCarriers } from './gather-carriers.ts'
import { refreshDrafts } from './refresh-drafts.ts'

export type Opened = { correctionId: number; carriers: Carrier[] }

type Needs = Pick<Context, 'db' | 'clock' | 'config'>

/**
 * An article turns out to be wrong: every edition that carried it is found, what is being sent of them stops until a
 * person has decided, and drafts get the article as it is now.
 * @returns undefined where it is being looked at already
 * @throws Refusal where there is no such article
 */
export async function openCorrection(
  context: Needs,
  {
    articleId,
    wrong,
    foundBy,
    operatorId,
  }: {
    articleId: number
    wrong?: number
    foundBy: Correction['foundBy']
    operatorId: number | null
  },
): Promise<Opened | undefined> {
  const { db, clock } = context
  const article = await getArticle(db, articleId)
  const now = clock.now()
  const right = article.retractedAt === null ? article.revision : null
  const opened = await inTransaction(db, async (transaction) => {
    // The publisher may have mended it without a word: what was wrong is what readers were told.
    const last = wrong ?? (await findLastTold(transaction, articleId)) ?? article.revision
    const correctionId = await insertCorrection(transaction, {
      articleId,
      wrong: last,
      right,
      foundBy,
      operatorId,
      now,
    })
    if (correctionId === undefined) return undefined
    const { headline } = article
    const reason = `“${headline}” in it is being corrected (correction ${correctionId})`
    await voidApprovals(transaction, { articleId, wrong: last, reason })
    const found = { id: correctionId, articleId, wrong: last, right, headline }
    return { correctionId, carriers: await gatherCarriers(transaction, found) }
  })
  await refreshDrafts(context, article)
  return opened
}

/**
 * Corrections that come with a revision of the publisher's, or with an article that was withdrawn. Asked again it finds
 * what is new.
 */
export async function sweepCorrections(context: Needs): Promise<Opened[]> {
  const { db, clock } = context
  const opened: Opened[] = []
  for (const { articleId, wrong } of await findMistaken(db, { now: clock.now() })) {
    if ((await findOpenCorrection(db, articleId)) !== undefined) continue
    const one = await openCorrection(context, {
      articleId,
      wrong,
      foundBy: 'revision',
      operatorId: null,
    })
    if (one !== undefined) opened.push(one)
  }
  for (const articleId of await listStaleInDrafts(db))
    await refreshDrafts(context, await getArticle(db, articleId))
  return opened
}
