import { type ArticleRow, listRevisionsById } from '#articles/store.ts'
import type { Db } from '#db/open.ts'
import { type DraftItem, itemsOf } from '../draft/draft.ts'
import type { Edition } from '../store.ts'
import { type Finding, gathered, stops, warns } from './finding.ts'

export type Told = { item: DraftItem; article: ArticleRow }

const HOUR_MS = 3_600_000

/** What the edition tells, held against its articles. */
export function checkStories(
  told: readonly Told[],
  { now, staleHours, lastLead }: { now: Date; staleHours: number; lastLead: number | null },
): Finding[] {
  return [
    ...gathered(
      'summaries',
      told.flatMap(ungrounded),
      'every sentence stands in its article, or a person wrote it',
    ),
    ...gathered(
      'embargo',
      told.flatMap((one) => withheld(one, now)),
      'nothing is under embargo or withdrawn',
    ),
    ...gathered('pictures', told.flatMap(withoutAlt), 'every picture says what it shows'),
    ...gathered('lead', leadFaults(told, { now, staleHours, lastLead }), 'the lead is new'),
  ]
}

function ungrounded({ item, article }: Told): Finding[] {
  if (item.sentences !== null) return []
  const missing = article.sentences.filter(
    ({ text, paragraph, start, end }) => article.paragraphs[paragraph]?.slice(start, end) !== text,
  )
  if (missing.length === 0 || article.method !== 'extractive') return []
  return [
    stops(
      'summaries',
      `“${article.headline}”: a sentence of its summary is not in the article; write it anew or drop the story`,
    ),
  ]
}

function withheld({ article }: Told, now: Date): Finding[] {
  if (article.retractedAt !== null)
    return [stops('embargo', `“${article.headline}” was withdrawn: drop it`)]
  if (article.embargoUntil === null || article.embargoUntil <= now) return []
  return [
    stops(
      'embargo',
      `“${article.headline}” is under embargo until ${article.embargoUntil.toISOString()}: drop it, or wait`,
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

function leadFaults(
  told: readonly Told[],
  { now, staleHours, lastLead }: { now: Date; staleHours: number; lastLead: number | null },
): Finding[] {
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
