import { findArticleById, getArticle } from '#articles/store.ts'
import { refuseWithheld } from '#articles/revisions/withhold.ts'
import type { Context } from '#context.ts'
import type { Db } from '#db/open.ts'
import { inTransaction } from '#db/transaction.ts'
import { Refusal } from '#errors.ts'
import { clusterArticle } from '#stories/cluster.ts'
import { findPutRight } from '../corrections/words-store.ts'
import { saveContent } from '../content-store.ts'
import { replaceLinks } from '../link-store.ts'
import { readSettings } from '../publication.ts'
import { UNTAGGED } from '../selection/choose-stories.ts'
import { type Edition, getEdition } from '../store.ts'
import { applyEdit } from './apply-edit.ts'
import { compileAlertDraft, compileDigestDraft, type Content } from './compile-draft.ts'
import type { Draft, DraftItem } from './draft.ts'
import { findArticleByAddress, findLeadOfStory, insertEdit, listEdits } from './draft-store.ts'
import { type Edit, editInWords } from './edit.ts'
import { getRulesById } from './rules-store.ts'

export type Changing = {
  editionId: number
  /** The draft that the person saw: of two people at once the second is told what the first changed. */
  draftNumber: number
  edits: readonly Edit[]
  operator: { id: number; name: string }
}

/**
 * Changes a draft and compiles it anew: its hash is another one, so an approval of before is void.
 * @throws Refusal when it is past changing, when somebody else changed it meanwhile, or for an edit that does not fit
 */
export async function changeDraft(
  context: Pick<Context, 'db' | 'clock' | 'config'>,
  { editionId, draftNumber, edits, operator }: Changing,
): Promise<{ contentHash: string; draftNumber: number; notes: string[] }> {
  const { db } = context
  const edition = await getEdition(db, editionId)
  const before = draftOf(edition)
  await refuseOtherDraft(db, { edition, draftNumber })
  let draft = before
  for (const edit of edits) {
    const added = edit.change === 'add' ? await findAdded(context, edit, draft) : undefined
    draft = applyEdit(draft, { edit, by: operator.name, added })
  }
  const content = await compileAnew(context, { edition, draft })
  return inTransaction(db, async (transaction) => {
    const saved = await saveContent(transaction, {
      ...content,
      id: editionId,
      draft,
      draftNumber,
      state: edition.kind === 'alert' ? 'in review' : 'draft',
      author: operator.id,
    })
    if (saved === undefined) {
      await refuseOtherDraft(transaction, {
        edition: await getEdition(transaction, editionId),
        draftNumber,
      })
      throw new Refusal(`edition ${editionId} is past changing`, { status: 409 })
    }
    await insertEdit(transaction, {
      editionId,
      draftNumber: saved.draftNumber,
      operator,
      changes: edits.map((edit) => editInWords(edit)),
      now: context.clock.now(),
    })
    await replaceLinks(transaction, { editionId, links: content.compiled.links ?? [] })
    return { ...saved, contentHash: content.contentHash, notes: content.notes }
  })
}

/** What follows from the draft by the newsletter's rules as they are now. */
export async function compileAnew(
  context: Pick<Context, 'config'> & { db: Db },
  { edition, draft }: { edition: Edition; draft: Draft },
): Promise<Content> {
  const { db } = context
  const rules = await getRulesById(db, edition.newsletterId)
  const set = await readSettings({ db })
  const { dueAt, createdAt, slot } = edition
  const compiling = { rules, set, day: dueAt ?? createdAt, slot }
  if (draft.form === 'digest') return compileDigestDraft(context, { draft, ...compiling })
  if (draft.form === 'alert') return compileAlertDraft(context, { draft, ...compiling })
  throw new Refusal('a correction is written anew, not edited', { field: 'change' })
}

function draftOf({ id, state, draft }: Edition): Draft {
  if (!['draft', 'in review', 'approved'].includes(state))
    throw new Refusal(
      `edition ${id} is ${state}: only a draft can be changed${state === 'sent' || state === 'sending' ? '; for a mistake in it use "daybreak corrections open ARTICLE"' : ''}`,
      { status: 409 },
    )
  if (draft === null)
    throw new Refusal(`edition ${id} was made before drafts could be edited: compose it again`, {
      status: 409,
    })
  return draft
}

async function refuseOtherDraft(
  db: Db,
  { edition, draftNumber }: { edition: Edition; draftNumber: number },
): Promise<void> {
  if (edition.draftNumber === draftNumber) return
  const changes = await listEdits(db, { editionId: edition.id, since: draftNumber })
  const words = changes.map(({ actor, changes: made }) => `${actor} ${made.join(', ')}`)
  const what = words.length === 0 ? 'it was composed anew' : words.join('; ')
  throw new Refusal(
    `somebody else changed edition ${edition.id} since you looked at it: ${what}. Look at it again, then make your change`,
    { status: 409, field: 'draft' },
  )
}

/** The story to add as an item of its own: by its number, or by the address of one of its articles. */
async function findAdded(
  context: Pick<Context, 'db' | 'clock'>,
  edit: Extract<Edit, { change: 'add' }>,
  draft: Draft,
): Promise<DraftItem> {
  const { db, clock } = context
  const articleId = await findArticleToAdd(db, edit)
  const article = await getArticle(db, articleId)
  refuseWithheld([{ ...article, articleId }], clock.now())
  const { storyId } = await clusterArticle(context, articleId)
  const known =
    draft.form === 'digest' ? draft.items.find((item) => item.storyId === storyId) : undefined
  if (known !== undefined && !known.followers)
    throw new Refusal(`“${article.headline}” is in this edition already, as story ${storyId}`, {
      field: 'story',
    })
  return {
    storyId,
    articleId,
    revision: article.revision,
    section: edit.section ?? article.topics[0] ?? UNTAGGED,
    pinned: true,
    ...(await findPutRight(db, article)),
    followers: false,
    since: null,
    why: ['an editor added it'],
  }
}

async function findArticleToAdd(
  db: Db,
  { story, url }: Extract<Edit, { change: 'add' }>,
): Promise<number> {
  if (story !== undefined) {
    const lead = await findLeadOfStory(db, story)
    if (lead !== undefined && (await findArticleById(db, lead)) !== undefined) return lead
    throw new Refusal(`there is no story ${story}: "daybreak stories" lists them`, {
      field: 'story',
    })
  }
  if (url === undefined) throw new Refusal('say which story to add: story or url', { field: 'url' })
  const found = await findArticleByAddress(db, url)
  if (found !== undefined) return found
  throw new Refusal(
    'no article with that address came in: hand it in first with "daybreak ingest URL"',
    { field: 'url' },
  )
}
