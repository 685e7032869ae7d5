import type { Context } from '#context.ts'
import type { Tables } from '#db/tables.ts'
import { inTransaction } from '#db/transaction.ts'
import type { ArticleInput, ArticleText } from './article.ts'
import { fingerprint } from './fingerprint.ts'
import { readArticle } from './read-article.ts'
import { readArticleInWorker } from './read-in-worker.ts'
import {
  advanceRevision,
  ensureSource,
  findArticle,
  insertArticle,
  insertRevision,
  insertSummary,
  tagArticle,
} from './store.ts'
import { summarise } from './summarise.ts'

export type Ingested = {
  articleId: number
  revision: number
  /** `known`: the same words are here already, and nothing changed. */
  kind: 'new' | 'revision' | 'known'
  article: ArticleText
}

export type Origin = { kind: Tables['source']['kind']; name: string }

const READ_LIMIT_MS = 10_000

/**
 * Takes one article as it came: reads it, recognises it, and stores it with its summary, or refuses it whole.
 * @throws Refusal for input that is empty, binary, too large, or holds no article; then there is no row
 */
export async function ingest(
  context: Pick<Context, 'db' | 'clock' | 'enqueue'>,
  { input, origin, breaking }: { input: ArticleInput; origin: Origin; breaking?: boolean },
): Promise<Ingested> {
  return storeArticle(context, { article: await readInput(input, breaking), origin })
}

/**
 * Reads at the edge, with a time limit: markup in a thread of its own, which a hostile page cannot hang us from. Text
 * without a tag is read at once: a thread takes a third of a second to start, which an alert does not have.
 */
export async function readInput(input: ArticleInput, breaking = false): Promise<ArticleText> {
  const tagless = /\bjson\b/i.test(input.contentType ?? '') && !input.bytes.includes(0x3c)
  const article = tagless
    ? readArticle(input)
    : await readArticleInWorker(input, { timeoutMs: READ_LIMIT_MS })
  return breaking ? { ...article, breaking } : article
}

/** Stores what was read, once, and leaves the job that finds its story. */
export async function storeArticle(
  context: Pick<Context, 'db' | 'clock' | 'enqueue'>,
  { article, origin }: { article: ArticleText; origin: Origin },
): Promise<Ingested> {
  const ingested = await storeOnce(context, { article, origin })
  if (ingested.kind !== 'known')
    await context.enqueue('cluster-article', { articleId: ingested.articleId })
  return ingested
}

async function storeOnce(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  { article, origin }: { article: ArticleText; origin: Origin },
): Promise<Ingested> {
  const now = clock.now()
  const keys = fingerprint(article)
  return inTransaction(db, async (transaction) => {
    const sourceId = await ensureSource(transaction, { ...origin, now })
    const known = await findArticle(transaction, { sourceId, keys })
    const added =
      known === undefined ? await insertArticle(transaction, { sourceId, keys, now }) : undefined
    // Another source may have been faster with the same article: then its row is the one to go by.
    const earlier =
      known ??
      (added === undefined ? await findArticle(transaction, { sourceId, keys }) : undefined)
    if (earlier?.bodyHash === keys.bodyHash) {
      return { articleId: earlier.id, revision: earlier.revision, kind: 'known', article }
    }
    const articleId = added ?? earlier?.id
    if (articleId === undefined) throw new Error('an article is there and is not there')
    const revision = added === undefined ? await advanceRevision(transaction, articleId) : 1
    await insertRevision(transaction, {
      articleId,
      revision,
      article,
      bodyHash: keys.bodyHash,
      now,
    })
    await insertSummary(transaction, { articleId, revision, summary: summarise(article), now })
    await tagArticle(transaction, { articleId, topics: topicsOf(article) })
    return { articleId, revision, kind: added === undefined ? 'revision' : 'new', article }
  })
}

function topicsOf(article: ArticleText): { slug: string; name: string }[] {
  return article.topics
    .map((name) => ({ slug: slugOf(name), name }))
    .filter((topic) => topic.slug !== '')
    .slice(0, 10)
}

/** `Élections & Council` → `elections-council`. */
function slugOf(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60)
    .replace(/-$/, '')
}
