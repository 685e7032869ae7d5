import { listArticlesById } from '#articles/store.ts'
import type { Context } from '#context.ts'
import { inTransaction } from '#db/transaction.ts'
import type { Db } from '#db/open.ts'
import { Refusal } from '#errors.ts'
import { clusterWaiting } from '#stories/cluster.ts'
import { whatIsNew } from '#stories/what-is-new.ts'
import { insertEdition, replaceDraft, type RunTerms } from './content-store.ts'
import { listToBox } from './corrections/box-store.ts'
import { dayIn } from './dates.ts'
import { arranged } from './draft/arrange.ts'
import { compileDigestDraft } from './draft/compile-draft.ts'
import type { DigestDraft, DraftItem, LeftOut } from './draft/draft.ts'
import { findDraftOfRun } from './draft/draft-store.ts'
import { type EditionRules, getRules } from './draft/rules-store.ts'
import { replaceLinks } from './link-store.ts'
import { readSettings } from './publication.ts'
import {
  type Candidacy,
  type Candidate,
  countConsidered,
  countHistory,
  listCandidates,
} from './selection/candidate-store.ts'
import { type ChosenStory, chooseStories } from './selection/choose-stories.ts'

const CANDIDATES = 400
/** Beyond everybody's: what is kept for who follows a topic. More would make a mail's form heavy and add little. */
const FOLLOWERS = 30
/** How many reasons for what is not there are kept. */
const REASONS = 100
const HOURS = { daily: 36, weekly: 24 * 8, custom: 24 * 31, instant: 24 }
const HALF_LIFE = { daily: 12, weekly: 72, custom: 72, instant: 6 }

/** How many stories were looked at, how many each rule left out, how many were taken. */
export type SelectionCounts = { seen: number; leftOut: Record<string, number>; chosen: number }

export type Drafting = {
  newsletterSlug: string
  operatorId: number | null
  again: boolean
  /** Also what a feed held before it was added, if it was published since. */
  historySince?: Date | null
  /** Of an edition that the clock makes: its day, and its terms. */
  run?: (RunTerms & { localDate: string }) | undefined
}

export type Drafted =
  | {
      kind: 'drafted'
      editionId: number
      stories: number
      notes: string[]
      counts: SelectionCounts
    }
  | { kind: 'skipped'; reason: string; counts: SelectionCounts }
  /** Somebody approved, sent or stopped the edition of this run already. */
  | { kind: 'taken' }

/**
 * The same as `draftDigest`, for a person who asks for it.
 * @throws Refusal when there is nothing to tell, or the day's digest is past changing
 */
export async function composeDigest(
  context: Pick<Context, 'db' | 'clock' | 'config'>,
  drafting: Drafting,
): Promise<{ editionId: number; stories: number; notes: string[] }> {
  const drafted = await draftDigest(context, drafting)
  if (drafted.kind === 'drafted') return drafted
  const { name } = await getRules(context.db, { slug: drafting.newsletterSlug, kind: 'digest' })
  if (drafted.kind === 'skipped') throw new Refusal(`${drafted.reason}`)
  throw new Refusal(
    `today's "${name}" is approved or out already: "daybreak editions" shows it, --again makes another one`,
    { status: 409 },
  )
}

/**
 * Chooses the stories since the last digest and freezes them into a draft. Composing again on the same day renews the
 * draft and keeps what people wrote and pinned; once it is approved or out, `again` makes another edition of the day.
 */
export async function draftDigest(
  context: Pick<Context, 'db' | 'clock' | 'config'>,
  { newsletterSlug, operatorId, again, historySince = null, run }: Drafting,
): Promise<Drafted> {
  const { db, clock } = context
  const rules = await getRules(db, { slug: newsletterSlug, kind: 'digest' })
  await clusterWaiting(context)
  const now = clock.now()
  const set = await readSettings(context)
  const editionDate = run?.localDate ?? dayIn(rules.timeZone ?? set.timeZone, now)
  const runKey = again ? `${editionDate} ${now.toISOString()}` : runKeyOf({ editionDate, run })
  const kept = await findDraftOfRun(db, { newsletterId: rules.id, runKey })
  const candidacy = {
    newsletterId: rules.id,
    now,
    hours: rules.freshnessHours ?? HOURS[rules.cadence],
    topicIds: rules.topicIds,
    historySince,
  }
  const selection = await select(db, { candidacy, rules, kept })
  if (selection.everybodys < rules.minStories) {
    const reason = await whyNothing(db, { candidacy, rules, selection })
    return { kind: 'skipped', reason, counts: selection.counts }
  }
  const corrections = await listToBox(db, { newsletterId: rules.id, runKey, now })
  const draft: DigestDraft = { ...(kept?.draft ?? EMPTY), ...selection.draft, corrections }
  const day = run?.dueAt ?? now
  const content = await compileDigestDraft(context, { draft, rules, set, day })
  const edition = {
    ...content,
    newsletterId: rules.id,
    kind: 'digest' as const,
    state: 'draft' as const,
    runKey,
    language: set.language,
    editionDate,
    operatorId,
    now,
    draft,
    authors: kept?.authors ?? [],
    run,
  }
  const editionId = await inTransaction(db, async (transaction) => {
    const id =
      (await insertEdition(transaction, edition)) ?? (await replaceDraft(transaction, edition))
    if (id !== undefined)
      await replaceLinks(transaction, { editionId: id, links: content.compiled.links ?? [] })
    return id
  })
  if (editionId === undefined) return { kind: 'taken' }
  const { counts, everybodys } = selection
  return { kind: 'drafted', editionId, stories: everybodys, notes: content.notes, counts }
}

const EMPTY: DigestDraft = {
  form: 'digest',
  subject: null,
  preheader: null,
  greeting: null,
  items: [],
  boxes: [],
  corrections: [],
  moreOnWeb: 0,
  leftOut: [],
}

/** A draft that was composed by hand and the clock's first of the day are one edition. */
export function runKeyOf({
  editionDate,
  run,
}: {
  editionDate: string
  run?: Pick<RunTerms, 'slot'> | undefined
}): string {
  return run === undefined || run.slot === 1 ? editionDate : `${editionDate} #${run.slot}`
}

type Kept = Awaited<ReturnType<typeof findDraftOfRun>>

type Selection = {
  draft: Pick<DigestDraft, 'items' | 'moreOnWeb' | 'leftOut'>
  everybodys: number
  counts: SelectionCounts
}

async function select(
  db: Db,
  { candidacy, rules, kept }: { candidacy: Candidacy; rules: EditionRules; kept: Kept },
): Promise<Selection> {
  const candidates = await listCandidates(db, { ...candidacy, limit: CANDIDATES })
  const pinned = new Map(
    (kept?.draft.items ?? [])
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
      items: items.map(({ picture: _picture, ...item }) => item),
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

type Pictured = DraftItem & { picture: boolean }

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
      headline: same ? earlier.headline : null,
      sentences: same ? earlier.sentences : null,
      followers,
      since: await sinceOf(db, { story, candidacy }),
      why,
      picture: article.image !== null,
    })
  }
  return items
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

/** The front page wants a picture, if one of the best three has one; what an editor pinned first stays first. */
function pictureFirst(items: Pictured[]): Pictured[] {
  const best = items.filter((item) => !item.followers).slice(0, 3)
  const lead = best[0]?.pinned === true ? best[0] : (best.find(({ picture }) => picture) ?? best[0])
  return lead === undefined ? items : [lead, ...items.filter((item) => item !== lead)]
}

async function whyNothing(
  db: Db,
  {
    candidacy,
    rules,
    selection,
  }: { candidacy: Candidacy; rules: EditionRules; selection: Selection },
): Promise<string> {
  const { hours, historySince, now } = candidacy
  const { seen, leftOut, chosen } = selection.counts
  if (chosen > 0)
    return `too little to tell: "${rules.name}" wants ${rules.minStories} stories, and there are ${chosen}`
  const history = historySince === null ? await countHistory(db, { now, hours: 24 }) : 0
  const why = Object.entries(leftOut).map(([reason, count]) => `${count} ${reason}`)
  const looked =
    seen === 0
      ? `no article came in during the last ${hours} hours that "${rules.name}" has not told`
      : `of ${seen === 1 ? 'the one story' : `the ${seen} stories`} of the last ${hours} hours ${why.join(', ')}`
  return `nothing new to tell: ${looked}. ${
    history === 0
      ? 'Add some with "daybreak ingest", or a feed with "daybreak feeds add"'
      : `${history} from the last 24 hours were in a feed before it was added: --since 24h takes them`
  }`
}
