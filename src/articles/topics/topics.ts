import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { inTransaction } from '#db/transaction.ts'
import { Refusal } from '#errors.ts'
import {
  addTopic,
  articleExists,
  ensureTopic,
  type GivenBy,
  type GivenTopic,
  listCorrections,
  listKeywords,
  listRulesFor,
  removeTopic,
  replaceTopics,
  saveCorrection,
} from './topic-store.ts'
import { KEYWORD_SCORE, keywordScore, ruleMatches, type TaggedText } from './topic-rules.ts'

/** A reader chooses among few; a publisher may name many. */
const MOST = 10

/** Gives the article its topics, in place of those it had: what an editor said stays. */
export async function applyTopics(
  transaction: Db,
  { articleId, sourceId, article }: { articleId: number; sourceId: number; article: TaggedText },
): Promise<void> {
  const found = await topicsFor(transaction, { article, sourceId })
  const corrections = await listCorrections(transaction, articleId)
  await replaceTopics(transaction, { articleId, topics: corrected(found, corrections) })
}

/**
 * The topics that rules, the publisher and words of the text give, without an editor's word: rules first, as they are
 * the newsroom's own, then the publisher's in their order.
 */
export async function topicsFor(
  db: Db,
  { article, sourceId }: { article: TaggedText; sourceId: number },
): Promise<GivenTopic[]> {
  const rules = await listRulesFor(db, sourceId)
  const found = new Map<number, GivenBy>()
  const give = (topicId: number, givenBy: GivenBy) =>
    found.has(topicId) ? undefined : found.set(topicId, givenBy)
  for (const rule of rules) if (ruleMatches(rule, article)) give(rule.topicId, 'rule')
  for (const topicId of await ensureTopics(db, publisherTopics(article))) give(topicId, 'publisher')
  for (const { topicId, keywords } of await listKeywords(db))
    if (keywordScore(keywords, article) >= KEYWORD_SCORE) give(topicId, 'keyword')
  return [...found].slice(0, MOST).map(([topicId, givenBy]) => ({ topicId, givenBy }))
}

function corrected(
  found: readonly GivenTopic[],
  corrections: readonly { topicId: number; belongs: boolean }[],
): GivenTopic[] {
  const word = new Map(corrections.map(({ topicId, belongs }) => [topicId, belongs]))
  const kept = found
    .filter(({ topicId }) => word.get(topicId) !== false)
    .map((topic) => (word.has(topic.topicId) ? { ...topic, givenBy: 'editor' as const } : topic))
  const known = new Set(kept.map(({ topicId }) => topicId))
  const added = corrections.filter(({ topicId, belongs }) => belongs && !known.has(topicId))
  return [...kept, ...added.map(({ topicId }) => ({ topicId, givenBy: 'editor' as const }))]
}

/**
 * An editor's word on a topic of an article: it holds through every revision. Asked again it changes nothing.
 * @throws Refusal where there is no such article
 */
export async function correctTopic(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  correction: { articleId: number; topicId: number; belongs: boolean; operatorId: number | null },
): Promise<void> {
  const { articleId, topicId, belongs } = correction
  await inTransaction(db, async (transaction) => {
    if (!(await articleExists(transaction, articleId)))
      throw new Refusal(`there is no article ${articleId}: "daybreak articles" lists them`, {
        field: 'article',
        status: 404,
      })
    await saveCorrection(transaction, { ...correction, now: clock.now() })
    if (belongs) await addTopic(transaction, { articleId, topicId })
    else await removeTopic(transaction, { articleId, topicId })
  })
}

/** In the publisher's order, and made in the order of their names: two articles cannot wait for each other. */
async function ensureTopics(
  db: Db,
  topics: readonly { slug: string; name: string }[],
): Promise<number[]> {
  const ids = new Map<string, number>()
  for (const topic of topics.toSorted((a, b) => (a.slug < b.slug ? -1 : 1)))
    if (!ids.has(topic.slug)) ids.set(topic.slug, await ensureTopic(db, topic))
  return topics.flatMap(({ slug }) => ids.get(slug) ?? [])
}

function publisherTopics(article: TaggedText): { slug: string; name: string }[] {
  return article.topics
    .map((name) => ({ slug: slugOf(name), name }))
    .filter(({ slug }) => slug !== '')
    .slice(0, MOST)
}

/** `Élections & Council` → `elections-council`. */
export function slugOf(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60)
    .replace(/-$/, '')
}
