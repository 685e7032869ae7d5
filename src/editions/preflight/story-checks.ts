import { type ArticleRow, listRevisionsById } from '#articles/store.ts'
import type { Db } from '#db/open.ts'
import { type Draft, type DraftBox, type DraftItem, itemsOf } from '../draft/draft.ts'
import type { Edition } from '../store.ts'
import { type Finding, gathered, stops, warns } from './finding.ts'
import { listUnsettled } from '../corrections/correction-store.ts'
import { ungroundedIn, unknownIn } from './grounding.ts'

export type Told = { item: DraftItem; article: ArticleRow }

const HOUR_MS = 3_600_000

/** What keeps stories from being told: asked ahead, and again as the edition is released. */
export function checkTold(told: readonly Told[], now: Date): Finding[] {
  return [
    ...gathered(
      'withdrawn',
      told.flatMap(({ article: { headline, retractedAt } }) =>
        retractedAt === null ? [] : [stops('withdrawn', `“${headline}” was withdrawn: drop it`)],
      ),
      'no story was withdrawn',
    ),
    ...gathered(
      'embargo',
      told.flatMap((one) => embargoed(one, now)),
      'nothing is under embargo',
    ),
    ...gathered(
      'summaries',
      told.flatMap(ungrounded),
      'every sentence stands in its article, or a person wrote it',
    ),
  ]
}

/** A story that somebody says is wrong is not told again before it is decided. */
export async function checkCorrected(db: Db, told: readonly Told[]): Promise<Finding[]> {
  const ids = told.map(({ article }) => article.id)
  const found = (await listUnsettled(db, ids)).flatMap(({ articleId, id, wrong }) =>
    told
      .filter(({ article }) => article.id === articleId && article.revision <= wrong)
      .map(({ article: { headline } }) =>
        stops(
          'correction',
          `“${headline}” is being corrected: accept or dismiss correction ${id}, or drop the story`,
        ),
      ),
  )
  return gathered('correction', found, 'no story of it is being corrected')
}

/** What is better looked at: the pictures and the lead. */
export function checkShown(
  told: readonly Told[],
  { draft, ...looking }: { draft: Draft | null } & Leading,
): Finding[] {
  const boxes = draft?.form === 'digest' ? draft.boxes : []
  return [
    ...gathered(
      'pictures',
      [...told.flatMap(withoutAlt), ...boxes.flatMap(boxWithoutAlt)],
      'every picture says what it shows',
    ),
    ...gathered('lead', leadFaults(told, looking), 'the lead is new'),
  ]
}

type Leading = { now: Date; staleHours: number; lastLead: number | null }

/** A summary of ours that is wrong stops; of what a person wrote, what the article does not know is pointed out. */
function ungrounded({ item, article }: Told): Finding[] {
  const { sentences } = item
  if (sentences !== null) {
    const unknown = unknownIn(article, sentences.texts)
    return unknown === undefined
      ? []
      : [
          warns(
            'summaries',
            `“${article.headline}”: ${sentences.by} wrote “${shortened(unknown.text)}”, and ${unknown.why}`,
          ),
        ]
  }
  const missing = ungroundedIn(article)
  if (missing === undefined) return []
  return [
    stops(
      'summaries',
      `“${article.headline}”: its summary says “${shortened(missing.text)}”, but ${missing.why}; write it anew or drop the story`,
    ),
  ]
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}

function embargoed({ article: { headline, embargoUntil } }: Told, now: Date): Finding[] {
  if (embargoUntil === null || embargoUntil <= now) return []
  return [
    stops(
      'embargo',
      `“${headline}” is under embargo until ${embargoUntil.toISOString()}: drop it, or wait`,
    ),
  ]
}

function withoutAlt({ article }: Told): Finding[] {
  return article.image !== null && article.image.alt.trim() === ''
    ? [
        warns(
          'pictures',
          `the picture of “${article.headline}” has no words for who does not see it`,
        ),
      ]
    : []
}

function boxWithoutAlt({ label, image }: DraftBox): Finding[] {
  return image !== null && image.alt.trim() === ''
    ? [warns('pictures', `the picture of the box “${label}” has no words for who does not see it`)]
    : []
}

function leadFaults(told: readonly Told[], { now, staleHours, lastLead }: Leading): Finding[] {
  const lead = told.find(({ item }) => !item.followers)
  if (lead === undefined) return []
  const { article, item } = lead
  const hours = (now.getTime() - (article.publishedAt ?? article.receivedAt).getTime()) / HOUR_MS
  const found: Finding[] = []
  if (hours > staleHours)
    found.push(warns('lead', `“${article.headline}” is ${Math.round(hours)} hours old`))
  if (item.storyId === lastLead)
    found.push(warns('lead', `“${article.headline}” led the last edition too`))
  return found
}

/** The stories of an edition with their articles as they are told; what was withdrawn is not told any more. */
export async function listTold(db: Db, { draft }: Pick<Edition, 'draft'>): Promise<Told[]> {
  if (draft === null) return []
  const items = itemsOf(draft).filter(({ gone }) => gone !== true)
  const articles = await listRevisionsById(db, items)
  return items.flatMap((item) => {
    const article = articles.find(
      ({ id, revision }) => id === item.articleId && revision === item.revision,
    )
    return article === undefined ? [] : [{ item, article }]
  })
}
