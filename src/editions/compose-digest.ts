import type { Context } from '#context.ts'
import { inTransaction } from '#db/transaction.ts'
import type { Db } from '#db/open.ts'
import { Refusal } from '#errors.ts'
import { clusterWaiting } from '#stories/cluster.ts'
import { insertEdition, type NewEdition, replaceDraft, type RunTerms } from './content-store.ts'
import { listToBox } from './corrections/box-store.ts'
import { dayIn } from './dates.ts'
import { compileDigestDraft } from './draft/compile-draft.ts'
import type { DigestDraft } from './draft/draft.ts'
import { compileQuietDay } from './draft/quiet-day.ts'
import { findDraftOfRun } from './draft/draft-store.ts'
import { type EditionRules, getRules } from './draft/rules-store.ts'
import { replaceLinks } from './link-store.ts'
import { readSettings, type Settings } from './publication.ts'
import { findEditionOfRun } from './store.ts'
import { type Candidacy, countHistory } from './selection/candidate-store.ts'
import { type Selection, type SelectionCounts, selectStories } from './selection/select-stories.ts'

const HOURS = { daily: 36, weekly: 24 * 8, custom: 24 * 31, instant: 24 }

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
  | { kind: 'taken'; editionId: number | undefined }

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
  if (drafted.kind === 'skipped') throw new Refusal(drafted.reason)
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
  drafting: Drafting,
): Promise<Drafted> {
  const { db } = context
  await clusterWaiting(context)
  const { rules, set, candidacy, editionDate, runKey } = await readRun(context, drafting)
  const { operatorId, run } = drafting
  const { now } = candidacy
  const kept = await findDraftOfRun(db, { newsletterId: rules.id, runKey })
  const selection = await selectStories(db, { candidacy, rules, kept: kept?.draft })
  const { counts, everybodys } = selection
  if (everybodys < rules.minStories)
    return draftNothing(context, {
      ...drafting,
      rules,
      set,
      candidacy,
      editionDate,
      runKey,
      selection,
    })
  const corrections = await listToBox(db, { newsletterId: rules.id, runKey, now })
  const draft: DigestDraft = { ...(kept?.draft ?? EMPTY), ...selection.draft, corrections }
  const { dueAt: day = now, slot } = run ?? {}
  const content = await compileDigestDraft(context, { draft, rules, set, day, slot })
  const editionId = await saveDraft(db, {
    ...content,
    newsletterId: rules.id,
    kind: 'digest',
    state: 'draft',
    runKey,
    language: set.language,
    editionDate,
    operatorId,
    now,
    draft,
    authors: kept?.authors ?? [],
    run,
  })
  if (editionId === undefined) return takenOf(db, { newsletterId: rules.id, runKey })
  return { kind: 'drafted', editionId, stories: everybodys, notes: content.notes, counts }
}

type Nothing = Pick<Drafting, 'operatorId' | 'run'> & {
  rules: EditionRules
  set: Settings
  candidacy: Candidacy
  editionDate: string
  runKey: string
  selection: Selection
}

/** Skipped, with the reason; or the mail that says so, by the clock alone: a person who composes is told at once. */
async function draftNothing(
  context: Pick<Context, 'db' | 'clock' | 'config'>,
  { rules, set, candidacy, editionDate, runKey, selection, operatorId, run }: Nothing,
): Promise<Drafted> {
  const { counts } = selection
  if (run === undefined || rules.empty === 'skip' || counts.chosen > 0) {
    const reason = await whyNothing(context.db, { candidacy, rules, selection })
    return { kind: 'skipped', reason, counts }
  }
  const content = await compileQuietDay(context, { rules, set, day: run.dueAt })
  const editionId = await saveDraft(context.db, {
    ...content,
    newsletterId: rules.id,
    kind: 'digest',
    state: 'draft',
    runKey,
    language: set.language,
    editionDate,
    operatorId,
    now: context.clock.now(),
    run,
  })
  if (editionId === undefined) return takenOf(context.db, { newsletterId: rules.id, runKey })
  return { kind: 'drafted', editionId, stories: 0, notes: content.notes, counts }
}

async function readRun(
  context: Pick<Context, 'db' | 'clock'>,
  { newsletterSlug, again, historySince = null, run }: Drafting,
) {
  const rules = await getRules(context.db, { slug: newsletterSlug, kind: 'digest' })
  const set = await readSettings(context)
  const now = context.clock.now()
  const editionDate = run?.localDate ?? dayIn(rules.timeZone ?? set.timeZone, now)
  const runKey = again ? `${editionDate} ${now.toISOString()}` : runKeyOf({ editionDate, run })
  const hours = rules.freshnessHours ?? HOURS[rules.cadence]
  const { id: newsletterId, topicIds } = rules
  const candidacy: Candidacy = { newsletterId, now, hours, topicIds, historySince }
  return { rules, set, candidacy, editionDate, runKey }
}

async function takenOf(
  db: Db,
  run: { newsletterId: number; runKey: string },
): Promise<Extract<Drafted, { kind: 'taken' }>> {
  const there = await findEditionOfRun(db, run)
  return { kind: 'taken', editionId: there?.id }
}

/** A new edition, or the draft of before anew; undefined when that is past changing. */
async function saveDraft(db: Db, edition: NewEdition): Promise<number | undefined> {
  return inTransaction(db, async (transaction) => {
    const editionId =
      (await insertEdition(transaction, edition)) ?? (await replaceDraft(transaction, edition))
    if (editionId !== undefined)
      await replaceLinks(transaction, { editionId, links: edition.compiled.links ?? [] })
    return editionId
  })
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
