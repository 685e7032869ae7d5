import { listNearDuplicates } from '#articles/identity/near-duplicates.ts'
import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { inTransaction } from '#db/transaction.ts'
import type { Match } from './article-window.ts'
import { chooseStory } from './choose-story.ts'
import { listBarredStories } from './decision-store.ts'
import { renewLead, renewLeads } from './lead/renew-lead.ts'
import {
  type ArticleWords,
  attachArticle,
  createStory,
  findArticleWords,
  listStoriesOf,
  listUnclustered,
  lockStories,
  saveTerms,
} from './store.ts'
import { StoryWindow } from './story-window.ts'
import { packTerms, type Terms, termsOf } from './terms.ts'

type Clustering = Pick<Context, 'db' | 'clock'>

/**
 * Puts the article into the story it belongs to, or opens one; where it has one, takes in its new words and chooses the
 * story's lead again. Asking again is harmless.
 */
export async function clusterArticle(
  { db, clock }: Clustering,
  articleId: number,
  window = new StoryWindow(),
): Promise<{ storyId: number }> {
  const now = clock.now()
  return inTransaction(db, async (transaction) => {
    // One at a time, so that two articles about one event, received together, find each other.
    await lockStories(transaction)
    const article = await findArticleWords(transaction, articleId)
    if (article === undefined) throw new Error(`no article ${articleId}`)
    const terms = termsOf(article)
    const storyId = article.storyId ?? (await join(transaction, { article, terms, window, now }))
    if (article.storyId !== null) await renewTerms(transaction, { article, terms })
    await renewLead(transaction, { storyId, now })
    return { storyId }
  })
}

type Joining = { article: ArticleWords; terms: Terms; window: StoryWindow; now: Date }

async function join(db: Db, { article, terms, window, now }: Joining): Promise<number> {
  const { articleId, language } = article
  const { choice, copyOf } = await choose(db, {
    copies: (await listNearDuplicates(db, articleId)).map((copy) => copy.articleId),
    matches: await window.matches(db, { articleId, language, at: article.at.getTime(), terms }),
    articleId,
  })
  const storyId = choice?.storyId ?? (await createStory(db, now))
  await attachArticle(db, {
    articleId,
    storyId,
    likeness: choice?.likeness ?? null,
    copyOf,
    terms: packTerms(terms),
    now,
  })
  return storyId
}

type Candidates = { articleId: number; copies: readonly number[]; matches: readonly Match[] }

/** The same text is the same story, whatever else is alike; what a person parted stays apart. */
async function choose(
  db: Db,
  { articleId, copies, matches }: Candidates,
): Promise<{ choice: Match | null; copyOf: number | null }> {
  const stories = new Map(
    (await listStoriesOf(db, copies)).map((row) => [row.articleId, row.storyId]),
  )
  const barred = new Set(await listBarredStories(db, [articleId, ...copies.slice(0, 1)]))
  const copyOf = copies.find((id) => {
    const storyId = stories.get(id)
    return storyId !== undefined && !barred.has(storyId)
  })
  const storyId = copyOf === undefined ? undefined : stories.get(copyOf)
  if (copyOf !== undefined && storyId !== undefined)
    return { choice: { storyId, likeness: 1 }, copyOf }
  return { choice: chooseStory(matches, { barred }), copyOf: null }
}

async function renewTerms(
  db: Db,
  { article, terms }: { article: ArticleWords; terms: Terms },
): Promise<void> {
  const packed = packTerms(terms)
  if (article.terms !== null && Buffer.compare(article.terms, packed) === 0) return
  await saveTerms(db, { articleId: article.articleId, terms: packed })
}

/** Articles whose job was lost, oldest first; and leads that may not stay. */
export async function clusterWaiting(context: Clustering): Promise<number> {
  const waiting = await listUnclustered(context.db, context.clock.now())
  const window = new StoryWindow()
  for (const articleId of waiting) await clusterArticle(context, articleId, window)
  await renewLeads(context)
  return waiting.length
}
