import { refuseWithheld } from '#articles/revisions/withhold.ts'
import { getArticle } from '#articles/store.ts'
import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { inTransaction } from '#db/transaction.ts'
import { compileAlert } from '#mail/templates.ts'
import { clusterArticle } from '#stories/cluster.ts'
import { contentHashOf } from './content-hash.ts'
import { subjectOf } from './compose-digest.ts'
import { dateLine, dayIn, momentLine } from './dates.ts'
import { getNewsletter } from './newsletter.ts'
import { publicationOf, readSettings, senderLineOf } from './publication.ts'
import { replaceLinks } from './link-store.ts'
import { findEditionOfRun, insertEdition } from './store.ts'
import { blockOf, linksOf } from './story-block.ts'

/**
 * An alert is an edition of one story made at once, waiting for a person. The same article revision drafts one alert
 * however often it is asked.
 * @throws Refusal where there is no such article, or it may not leave the house
 */
export async function draftAlert(
  context: Pick<Context, 'db' | 'clock' | 'config'>,
  { articleId, operatorId }: { articleId: number; operatorId: number | null },
): Promise<{ editionId: number; contentHash: string; made: boolean }> {
  const { db, clock, config } = context
  const article = await getArticle(db, articleId)
  const now = clock.now()
  refuseWithheld([{ ...article, articleId }], now)
  const newsletter = await getAlertNewsletter(db)
  const { storyId } = await clusterArticle(context, articleId)
  const set = await readSettings(context)
  const known =
    article.publishedAt !== null && article.publishedAt <= now
      ? article.publishedAt
      : article.receivedAt
  const subject = subjectOf(article.headline)
  const preheader = (article.standfirst ?? article.sentences[0]?.text ?? article.headline).slice(
    0,
    200,
  )
  const mail = await compileAlert({
    publication: publicationOf(set),
    newsletter: { name: newsletter.name, description: newsletter.description },
    dateLine: dateLine({ ...set, now }),
    countClicks: newsletter.clicks,
    subject,
    preheader,
    knownAt: momentLine({ ...set, now: known }),
    update: null,
    story: blockOf(article, { section: newsletter.name, publicUrl: config.publicUrl }),
    notKnownYet: null,
  })
  const compiled = {
    form: 'single' as const,
    html: mail.html,
    text: mail.text,
    sender: senderLineOf(set, { publicUrl: config.publicUrl, newsletter }),
    ...(newsletter.clicks ? { links: linksOf([{ candidate: { storyId }, article }], config) } : {}),
  }
  const runKey = `article ${articleId} revision ${article.revision}`
  const contentHash = contentHashOf({ subject, preheader, compiled })
  const inserted = await inTransaction(db, async (transaction) => {
    const id = await insertEdition(transaction, {
      newsletterId: newsletter.id,
      kind: 'alert',
      state: 'in review',
      runKey,
      subject,
      preheader,
      language: set.language,
      editionDate: dayIn(set.timeZone, now),
      compiled,
      contentHash,
      operatorId,
      stories: [{ storyId, articleId, revision: article.revision, section: newsletter.name }],
      now,
    })
    if (id !== undefined)
      await replaceLinks(transaction, { editionId: id, links: compiled.links ?? [] })
    return id
  })
  if (inserted !== undefined) return { editionId: inserted, contentHash, made: true }
  const earlier = await findEditionOfRun(db, { newsletterId: newsletter.id, runKey })
  if (earlier === undefined) throw new Error('an alert is there and is not there')
  return { editionId: earlier.id, contentHash: earlier.contentHash, made: false }
}

async function getAlertNewsletter(db: Db) {
  return getNewsletter(db, { slug: 'breaking', kind: 'alerts' })
}
