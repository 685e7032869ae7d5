import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { inTransaction } from '#db/transaction.ts'
import { Refusal } from '#errors.ts'
import {
  copyMutes,
  findStory,
  forgetApart,
  listArticlesOf,
  listWithCopies,
  markMerged,
  moveArticles,
  saveDecision,
  type StoryRow,
} from './decision-store.ts'
import { renewLead } from './lead/renew-lead.ts'
import { createStory, listStoriesOf, lockStories } from './store.ts'

type Deciding = Pick<Context, 'db' | 'clock'>

/** More articles than any running story has: each pair of them is remembered. */
const MOST_ARTICLES = 300

/**
 * Puts the articles of one story into another, for good. Readers who had either have had both.
 * @throws Refusal where one of them is not there, or both are the same
 */
export async function mergeStories(
  { db, clock }: Deciding,
  { into, from, operatorId }: { into: number; from: number; operatorId: number | null },
): Promise<{ storyId: number; articles: number }> {
  const now = clock.now()
  return inTransaction(db, async (transaction) => {
    await lockStories(transaction)
    const target = await getStory(transaction, into)
    const source = await getStory(transaction, from)
    if (target.id === source.id)
      throw new Refusal(`${from} and ${into} are one story already`, { field: 'from', status: 409 })
    if (target.articles * source.articles > MOST_ARTICLES ** 2)
      throw new Refusal(
        `the stories have ${target.articles} and ${source.articles} articles: that is more than one story can be`,
        { field: 'from' },
      )
    await saveDecision(transaction, {
      one: source.id,
      other: target.id,
      together: true,
      operatorId,
      now,
    })
    const articleIds = await listArticlesOf(transaction, source.id)
    await moveArticles(transaction, { articleIds, into: target.id, now })
    await markMerged(transaction, { from: source.id, into: target.id })
    await copyMutes(transaction, { from: source.id, into: target.id })
    await renewLead(transaction, { storyId: target.id, now })
    return { storyId: target.id, articles: target.articles + source.articles }
  })
}

/**
 * Takes an article, with those that print the same text, out of its story into one of their own, or into `into`. What
 * comes later goes to the likelier of the two.
 * @throws Refusal where the article has no story, or is alone in it
 */
export async function splitArticle(
  { db, clock }: Deciding,
  {
    articleId,
    into,
    operatorId,
  }: { articleId: number; into?: number | undefined; operatorId: number | null },
): Promise<{ storyId: number; from: number; articleIds: number[] }> {
  const now = clock.now()
  return inTransaction(db, async (transaction) => {
    await lockStories(transaction)
    const from = await getStoryOf(transaction, articleId)
    const articleIds = await listWithCopies(transaction, { articleId, storyId: from.id })
    const target = into === undefined ? undefined : await getStory(transaction, into)
    refuseEmptySplit({ articleId, from, target, parted: articleIds.length })
    const storyId = target?.id ?? (await createStory(transaction, now))
    await forgetApart(transaction, { articleIds, storyId })
    await moveArticles(transaction, { articleIds, into: storyId, now })
    await saveDecision(transaction, {
      one: storyId,
      other: from.id,
      together: false,
      operatorId,
      now,
    })
    await copyMutes(transaction, { from: from.id, into: storyId })
    await renewLead(transaction, { storyId: from.id, now })
    await renewLead(transaction, { storyId, now })
    return { storyId, from: from.id, articleIds }
  })
}

/** @throws Refusal that says where its articles went */
async function getStory(db: Db, storyId: number): Promise<StoryRow> {
  const story = await findStory(db, storyId)
  if (story === undefined)
    throw new Refusal(`there is no running story ${storyId}: "daybreak stories" lists them`, {
      field: 'story',
      status: 404,
    })
  if (story.mergedInto !== null)
    throw new Refusal(`story ${storyId} was put into story ${story.mergedInto}: name that one`, {
      field: 'story',
      status: 409,
    })
  return story
}

async function getStoryOf(db: Db, articleId: number): Promise<StoryRow> {
  const [row] = await listStoriesOf(db, [articleId])
  if (row !== undefined) return getStory(db, row.storyId)
  throw new Refusal(
    `article ${articleId} is in no running story: "daybreak articles" lists the articles`,
    { field: 'article', status: 404 },
  )
}

type Split = { articleId: number; from: StoryRow; target: StoryRow | undefined; parted: number }

function refuseEmptySplit({ articleId, from, target, parted }: Split): void {
  if (target?.id === from.id)
    throw new Refusal(`article ${articleId} is in story ${from.id} already`, {
      field: 'into',
      status: 409,
    })
  if (target === undefined && parted === from.articles)
    throw new Refusal(
      parted === 1
        ? `article ${articleId} is alone in story ${from.id}: there is nothing to part it from`
        : `story ${from.id} is article ${articleId} and copies of its text only: there is nothing to part them from`,
      { field: 'article', status: 409 },
    )
}
