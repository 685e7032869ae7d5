import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { inTransaction } from '#db/transaction.ts'
import { Refusal } from '#errors.ts'
import { listStoriesOf, lockStories } from '../store.ts'
import { chooseLead } from './choose-lead.ts'
import { listLeadsToRenew, listMembers, saveFixed, saveLead, touchStory } from './lead-store.ts'

/** Within the caller's transaction, which holds the lock of the stories. */
export async function renewLead(
  db: Db,
  { storyId, now }: { storyId: number; now: Date },
): Promise<void> {
  const members = await listMembers(db, { storyId, now })
  const articleId = chooseLead(members)
  if (articleId === null || members.some((member) => member.lead && member.articleId === articleId))
    return
  await saveLead(db, { storyId, articleId })
}

/** Leads that were withdrawn or put under embargo give way, and what an embargo held back may lead once it is over. */
export async function renewLeads({ db, clock }: Pick<Context, 'db' | 'clock'>): Promise<void> {
  const now = clock.now()
  for (const storyId of await listLeadsToRenew(db, now)) {
    await inTransaction(db, async (transaction) => {
      await lockStories(transaction)
      await renewLead(transaction, { storyId, now })
      await touchStory(transaction, { storyId, now })
    })
  }
}

/**
 * The article leads its story from now on, whatever comes.
 * @throws Refusal where it has no story, or may not leave the house
 */
export async function fixLead(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  articleId: number,
): Promise<{ storyId: number }> {
  const now = clock.now()
  return inTransaction(db, async (transaction) => {
    await lockStories(transaction)
    const [row] = await listStoriesOf(transaction, [articleId])
    if (row === undefined)
      throw new Refusal(
        `article ${articleId} is in no running story: "daybreak articles" lists the articles`,
        { field: 'article', status: 404 },
      )
    const { storyId } = row
    const members = await listMembers(transaction, { storyId, now })
    if (members.some((member) => member.articleId === articleId && member.withheld))
      throw new Refusal(
        `article ${articleId} is withdrawn or under embargo, and cannot lead: "daybreak articles show ${articleId}" tells`,
        { field: 'article', status: 409 },
      )
    await saveFixed(transaction, { storyId, articleId })
    await renewLead(transaction, { storyId, now })
    return { storyId }
  })
}
