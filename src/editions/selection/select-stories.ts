import { listArticlesById } from '#articles/store.ts'
import type { Db } from '#db/open.ts'
import { whatIsNew } from '#stories/what-is-new.ts'
import { arranged } from '../draft/arrange.ts'
import { findPutRight, type PutRight } from '../corrections/words-store.ts'
import type { DigestDraft, DraftItem, LeftOut } from '../draft/draft.ts'
import type { EditionRules } from '../draft/rules-store.ts'
import {
  type Candidacy,
  type Candidate,
  countConsidered,
  listCandidates,
} from './candidate-store.ts'
import { type ChosenStory, chooseStories } from './choose-stories.ts'

/** Beyond everybody's: what is kept for who follows a topic. More would make a mail's form heavy and add little. */
const FOLLOWERS = 30
/** How many reasons for what is not there are kept. */
const REASONS = 100
const CANDIDATES = 400
const HALF_LIFE = { daily: 12, weekly: 72, custom: 72, instant: 6 }

/** How many stories were looked at, how many each rule left out, how many were taken. */
export type SelectionCounts = { seen: number; leftOut: Record<string, number>; chosen: number }

export type Selection = {
  draft: Pick<DigestDraft, 'items' | 'moreOnWeb' | 'leftOut'>
  everybodys: number
  counts: SelectionCounts
}

/** What an edition tells, and why not the rest; what people pinned or wrote in the draft of before is kept. */
export async function selectStories(
  db: Db,
  {
    candidacy,
    rules,
    kept,
  }: { candidacy: Candidacy; rules: EditionRules; kept: DigestDraft | undefined },
): Promise<Selection> {
  const candidates = await listCandidates(db, { ...candidacy, limit: CANDIDATES })
  const pinned = new Map(
    (kept?.items ?? [])
      .filter((item) => item.pinned || item.headline !== null || item.sentences !== null)
      .map((item) => [item.storyId, item]),
  )
  const { chosen, refused } = chooseStories(
    candidates.map((candidate) => ({
      ...candidate,
      pinned: pinned.get(candidate.storyId)?.pinned === true,
    })),
    {
      sections: rules.sections,
      most: rules.maxStories,
      halfLifeHours: HALF_LIFE[rules.cadence],
      followers: FOLLOWERS,
    },
    candidacy.now,
  )
  const items = arranged(pictureFirst(await itemsOfChosen(db, { chosen, pinned, candidacy })))
  const everybodys = items.filter((item) => !item.followers).length
  const counts = await countConsidered(db, candidacy)
  const leftOut: LeftOut[] = refused.map(({ story, reason }) => ({
    storyId: story.storyId,
    headline: story.headline,
    reason,
  }))
  return {
    draft: {
      items: items.map(({ picture: _picture, alerted: _alerted, ...item }) => item),
      moreOnWeb: candidates.length - everybodys,
      leftOut: leftOut.slice(0, REASONS),
    },
    everybodys,
    counts: {
      seen: counts.seen,
      leftOut: {
        ...counts.leftOut,
        ...(candidates.length > everybodys
          ? { 'less important': candidates.length - everybodys }
          : {}),
      },
      chosen: everybodys,
    },
  }
}

type Pictured = DraftItem & { picture: boolean; alerted: boolean }

async function itemsOfChosen(
  db: Db,
  {
    chosen,
    pinned,
    candidacy,
  }: {
    chosen: ChosenStory<Candidate & { pinned: boolean }>[]
    pinned: ReadonlyMap<number, DraftItem>
    candidacy: Candidacy
  },
): Promise<Pictured[]> {
  const articles = await listArticlesById(
    db,
    chosen.map(({ story }) => story.articleId),
  )
  const byId = new Map(articles.map((article) => [article.id, article]))
  const items: Pictured[] = []
  for (const { story, section, followers, why } of chosen) {
    const article = byId.get(story.articleId)
    if (article === undefined) continue
    const earlier = pinned.get(story.storyId)
    // Words that a person wrote about another revision are not put over this one.
    const same = earlier?.articleId === article.id && earlier.revision === article.revision
    items.push({
      storyId: story.storyId,
      articleId: article.id,
      revision: article.revision,
      section: earlier?.section ?? section,
      pinned: story.pinned,
      ...(same ? written(earlier) : await findPutRight(db, article)),
      followers,
      since: await sinceOf(db, { story, candidacy }),
      why,
      picture: article.image !== null,
      alerted: story.alertedAt !== null,
    })
  }
  return items
}

function written({ headline, sentences }: DraftItem): PutRight {
  return { headline, sentences }
}

/** One line of what is new for who had it by an alert. */
async function sinceOf(
  db: Db,
  { story, candidacy }: { story: Candidate; candidacy: Candidacy },
): Promise<string | null> {
  const { alertedAt, storyId } = story
  if (alertedAt === null) return null
  const news = await whatIsNew(db, { storyId, since: alertedAt, now: candidacy.now })
  return news?.sentences[0]?.text ?? null
}

/**
 * The front page wants a picture, if one of the best three has one; what an editor pinned first stays first. What most
 * readers had by an alert does not lead, where there is anything else.
 */
function pictureFirst(items: Pictured[]): Pictured[] {
  const everybodys = items.filter((item) => !item.followers)
  const news = everybodys.filter(({ alerted }) => !alerted)
  const best = (news.length > 0 ? news : everybodys).slice(0, 3)
  const [first] = everybodys
  const lead = first?.pinned === true ? first : (best.find(({ picture }) => picture) ?? best[0])
  return lead === undefined ? items : [lead, ...items.filter((item) => item !== lead)]
}
