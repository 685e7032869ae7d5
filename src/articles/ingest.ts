import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import type { Tables } from '#db/tables.ts'
import { inTransaction } from '#db/transaction.ts'
import type { ArticleInput, ArticleText, Summary } from './article.ts'
import { type Fingerprint, fingerprint } from './fingerprint.ts'
import { keepFittedImage } from './images/lead-image-store.ts'
import { addressKey } from './identity/address-key.ts'
import {
  addAliases,
  changeWords,
  ensureSource,
  findLookalikes,
  insertArticle,
  insertBands,
  lockKeys,
  releaseUrls,
} from './identity/identity-store.ts'
import { chooseSame, type Lookalike } from './identity/same-article.ts'
import { readArticle } from './read-article.ts'
import { readArticleInWorker } from './read-in-worker.ts'
import { judgeChange, type Judgement } from './revisions/judge-change.ts'
import {
  advanceRevision,
  findRevision,
  insertRevision,
  insertSummary,
} from './revisions/revision-store.ts'
import { setEmbargo, unseedArticle } from './revisions/withhold-store.ts'
import { summarise } from './summarise.ts'
import { applyTopics } from './topics/topics.ts'

export type Ingested = {
  articleId: number
  revision: number
  /** `known`: the same words are here already, and nothing changed. */
  kind: 'new' | 'revision' | 'known'
  /** Of a revision: what it is against the one before. */
  change: Judgement['change'] | null
  article: ArticleText
}

/** A person or a system that hands in articles, or a feed that is polled. */
export type Origin = { kind: Tables['source']['kind']; name: string } | { sourceId: number }

/** Where a model is configured, it is asked for a summary. */
type Storing = Pick<Context, 'db' | 'clock' | 'enqueue'> & {
  config?: Pick<Context['config'], 'llm'>
}

const READ_LIMIT_MS = 10_000

/**
 * Takes one article as it came: reads it, recognises it, and stores it with its summary, or refuses it whole.
 * @throws Refusal for input that is empty, binary, too large, or holds no article; then there is no row
 */
export async function ingest(
  context: Storing,
  {
    input,
    breaking,
    ...how
  }: { input: ArticleInput; origin: Origin; breaking?: boolean; embargoUntil?: Date | null },
): Promise<Ingested> {
  return storeArticle(context, { article: await readInput(input, breaking), ...how })
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

export type Storable = {
  article: ArticleText
  origin: Origin
  /** History of a feed: told only by choice. */
  seeded?: boolean
  /** In place of the article's own; null lifts the one it has. */
  embargoUntil?: Date | null
}

/** Stores what was read, once, and leaves the jobs that find its story, fetch its image and ask for a better summary. */
export async function storeArticle(context: Storing, storable: Storable): Promise<Ingested> {
  const ingested = await storeOnce(context, storable)
  const { articleId, kind } = ingested
  if (kind === 'known') return ingested
  await context.enqueue('cluster-article', { articleId })
  if (ingested.article.image !== null) await context.enqueue('fit-image', { articleId })
  if (context.config !== undefined && context.config.llm !== null && storable.seeded !== true)
    await context.enqueue('summarise-article', { articleId })
  return ingested
}

type Arriving = Storable & {
  keys: Fingerprint
  summary: Summary
  sourceId: number
  now: Date
}

async function storeOnce(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  storable: Storable,
): Promise<Ingested> {
  const now = clock.now()
  const { article, origin } = storable
  const keys = fingerprint(article)
  // Before the locks: it is what takes the longest.
  const summary = summarise(article)
  return inTransaction(db, async (transaction) => {
    const sourceId =
      'sourceId' in origin ? origin.sourceId : await ensureSource(transaction, { ...origin, now })
    await lockKeys(transaction, { sourceId, keys })
    const lookalikes = await findLookalikes(transaction, { sourceId, keys, now })
    const known = chooseSame({ article, keys, sourceId, now }, lookalikes)
    const others = lookalikes.filter((other) => other !== known)
    const arriving = { ...storable, keys: freeOf(keys, others), summary, sourceId, now }
    if (known !== undefined) return takeAgain(transaction, arriving, known)
    return insertNew(transaction, { ...arriving, keys: await claimKeys(transaction, keys, others) })
  })
}

/** Without any key that is free, it takes over the address, and is known by it when it comes again. */
async function claimKeys(
  db: Db,
  keys: Fingerprint,
  others: readonly Lookalike[],
): Promise<Fingerprint> {
  const free = freeOf(keys, others)
  if (free.urlKeys.length > 0 || free.guidKey !== null) return free
  await releaseUrls(db, keys.urlKeys)
  return { ...free, urlKeys: keys.urlKeys }
}

/** Without the keys that name another article already. */
function freeOf(keys: Fingerprint, others: readonly Lookalike[]): Fingerprint {
  const urls = new Set(others.flatMap(({ urlKeys }) => urlKeys))
  const guids = new Set(others.flatMap(({ guidKeys }) => guidKeys))
  return {
    ...keys,
    urlKeys: keys.urlKeys.filter((key) => !urls.has(key)),
    guidKey: keys.guidKey === null || guids.has(keys.guidKey) ? null : keys.guidKey,
  }
}

async function insertNew(db: Db, arriving: Arriving): Promise<Ingested> {
  const { keys, sourceId, seeded = false, now } = arriving
  const [urlKey = null] = keys.urlKeys
  const { guidKey, contentKey, minhash } = keys
  const embargoUntil =
    arriving.embargoUntil === undefined ? arriving.article.embargoUntil : arriving.embargoUntil
  const row = { sourceId, urlKey, guidKey, contentKey, minhash, seeded, embargoUntil, now }
  const articleId = await insertArticle(db, row)
  const article = { ...arriving.article, canonicalUrl: ownUrl(arriving.article, keys) }
  await writeRevision(db, { ...arriving, article }, { articleId, revision: 1, judgement: null })
  return { articleId, revision: 1, kind: 'new', change: null, article }
}

/** The address readers are sent to: not one that leads to another article. */
function ownUrl({ canonicalUrl, twinUrls }: ArticleText, { urlKeys }: Fingerprint): string | null {
  const own = [canonicalUrl, ...twinUrls].find((url) => {
    const key = addressKey(url)
    return key !== null && urlKeys.includes(key)
  })
  return own ?? canonicalUrl
}

async function takeAgain(db: Db, arriving: Arriving, known: Lookalike): Promise<Ingested> {
  const { keys, article, sourceId } = arriving
  const { id: articleId } = known
  await addAliases(db, { articleId, sourceId, urlKeys: keys.urlKeys, guidKey: keys.guidKey })
  await renewTerms(db, arriving, articleId)
  const had =
    known.bodyHash === keys.bodyHash ||
    // A page and a feed with two wordings of one article would take turns for ever.
    (sourceId !== known.sourceId && known.formerHashes.includes(keys.bodyHash))
  if (had) return { articleId, revision: known.revision, kind: 'known', change: null, article }
  const before = await findRevision(db, { articleId, revision: known.revision })
  if (before === undefined) throw new Error(`article ${articleId} has no revision`)
  const judgement = judgeChange(before, article)
  const revision = await advanceRevision(db, articleId)
  const all = { ...keys, urlKeys: [...known.urlKeys, ...keys.urlKeys] }
  const completed = {
    ...article,
    canonicalUrl: article.canonicalUrl === null ? before.url : ownUrl(article, all),
    publishedAt: article.publishedAt ?? before.publishedAt,
  }
  await writeRevision(db, { ...arriving, article: completed }, { articleId, revision, judgement })
  return { articleId, revision, kind: 'revision', change: judgement.change, article: completed }
}

/** What a person hands in is no history any more; an embargo holds until it is lifted by name. */
async function renewTerms(db: Db, arriving: Arriving, articleId: number): Promise<void> {
  const { origin, article, embargoUntil = article.embargoUntil ?? undefined } = arriving
  if (embargoUntil !== undefined) await setEmbargo(db, { articleId, until: embargoUntil })
  if (!('sourceId' in origin) && arriving.seeded !== true) await unseedArticle(db, articleId)
}

type Writing = { articleId: number; revision: number; judgement: Judgement | null }

async function writeRevision(db: Db, arriving: Arriving, writing: Writing): Promise<void> {
  const { article, keys, summary, sourceId, now } = arriving
  const { articleId, revision } = writing
  await insertRevision(db, { ...writing, article, bodyHash: keys.bodyHash, now })
  if (revision > 1) {
    await keepFittedImage(db, { articleId, revision })
    await changeWords(db, { articleId, keys })
  }
  await insertSummary(db, { articleId, revision, summary, now })
  await insertBands(db, { articleId, keys })
  await addAliases(db, { articleId, sourceId, urlKeys: keys.urlKeys, guidKey: keys.guidKey })
  await applyTopics(db, { articleId, sourceId, article })
}
