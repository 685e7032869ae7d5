import { refuseWithheld } from '#articles/revisions/withhold.ts'
import { getArticle } from '#articles/store.ts'
import type { Context } from '#context.ts'
import { inTransaction } from '#db/transaction.ts'
import { clusterArticle } from '#stories/cluster.ts'
import { insertEdition } from '../content-store.ts'
import { findPutRight } from '../corrections/words-store.ts'
import { dayIn } from '../dates.ts'
import { compileAlertDraft } from '../draft/compile-draft.ts'
import type { AlertDraft } from '../draft/draft.ts'
import { getRules } from '../draft/rules-store.ts'
import { replaceLinks } from '../link-store.ts'
import { readSettings } from '../publication.ts'
import { type Edition, findEditionOfRun } from '../store.ts'
import { findEarlierAlert } from './alert-store.ts'

export type AlertWish = {
  articleId: number
  operatorId: number | null
  /** Major news wakes readers in their quiet hours. */
  level?: Edition['level']
}

/**
 * An alert is an edition of one story made at once, waiting for a person. The same article revision drafts one alert
 * however often it is asked. A further alert on a story that readers were alerted to is an update: threaded under the
 * first, and only for who wants updates.
 * @throws Refusal where there is no such article, or it may not leave the house
 */
export async function draftAlert(
  context: Pick<Context, 'db' | 'clock' | 'config'>,
  { articleId, operatorId, level = 'normal' }: AlertWish,
): Promise<{ editionId: number; contentHash: string; made: boolean }> {
  const { db, clock } = context
  const article = await getArticle(db, articleId)
  const now = clock.now()
  refuseWithheld([{ ...article, articleId }], now)
  const rules = await getRules(db, { slug: 'breaking', kind: 'alerts' })
  const { storyId } = await clusterArticle(context, articleId)
  const set = await readSettings(context)
  const earlier = await findEarlierAlert(db, { storyId, newsletterId: rules.id })
  const known =
    article.publishedAt !== null && article.publishedAt <= now
      ? article.publishedAt
      : article.receivedAt
  const draft: AlertDraft = {
    form: 'alert',
    subject: null,
    preheader: null,
    item: {
      storyId,
      articleId,
      revision: article.revision,
      section: rules.name,
      pinned: true,
      ...(await findPutRight(db, article)),
      followers: false,
      since: null,
      why: [],
    },
    notKnownYet: null,
    knownAt: known.toISOString(),
    update: earlier === undefined ? null : earlier.updates + 1,
  }
  const content = await compileAlertDraft(context, { draft, rules, set, day: now })
  const runKey = `article ${articleId} revision ${article.revision}`
  const inserted = await inTransaction(db, async (transaction) => {
    const id = await insertEdition(transaction, {
      ...content,
      newsletterId: rules.id,
      kind: 'alert',
      state: 'in review',
      runKey,
      language: set.language,
      editionDate: dayIn(set.timeZone, now),
      operatorId,
      now,
      draft,
      level,
      threadOf: earlier?.editionId ?? null,
      updateNumber: draft.update,
    })
    if (id !== undefined)
      await replaceLinks(transaction, { editionId: id, links: content.compiled.links ?? [] })
    return id
  })
  if (inserted !== undefined)
    return { editionId: inserted, contentHash: content.contentHash, made: true }
  const there = await findEditionOfRun(db, { newsletterId: rules.id, runKey })
  if (there === undefined) throw new Error('an alert is there and is not there')
  return { editionId: there.id, contentHash: there.contentHash, made: false }
}
