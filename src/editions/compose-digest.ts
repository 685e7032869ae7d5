import { type ArticleRow, listArticlesById } from '#articles/store.ts'
import type { Context } from '#context.ts'
import { inTransaction } from '#db/transaction.ts'
import { Refusal } from '#errors.ts'
import type { DigestModel, StoryBlock } from '#mail/template-model.ts'
import { compileDigest } from '#mail/templates.ts'
import { clusterWaiting } from '#stories/cluster.ts'
import { contentHashOf } from './content-hash.ts'
import { dateLine, dayIn, partOfDay } from './dates.ts'
import { getNewsletter, type Newsletter } from './newsletter.ts'
import { publicationOf, readSettings, senderLineOf, type Settings } from './publication.ts'
import { type Candidate, countHistory, listCandidates } from './candidate-store.ts'
import { replaceLinks } from './link-store.ts'
import { insertEdition, replaceDraft } from './store.ts'
import { blockOf, linksOf } from './story-block.ts'

/** Nine are read, and the rest is counted as "more on the web". */
const STORIES = 9
const CANDIDATES = 200
const HOURS = { daily: 36, weekly: 24 * 8, custom: 24 * 31, instant: 24 }

/**
 * Chooses the stories since the last digest and freezes them into a draft. Composing again on the same day renews the
 * draft; once it is approved or out, `again` makes another edition of the day.
 * @throws Refusal when there is nothing to tell, or the day's digest is past changing
 */
export async function composeDigest(
  context: Pick<Context, 'db' | 'clock' | 'config'>,
  {
    newsletterSlug,
    operatorId,
    again,
    historySince = null,
  }: {
    newsletterSlug: string
    operatorId: number | null
    again: boolean
    /** Also what a feed held before it was added, if it was published since. */
    historySince?: Date | null
  },
): Promise<{ editionId: number; stories: number; notes: string[] }> {
  const { db, clock, config } = context
  const newsletter = await getNewsletter(db, { slug: newsletterSlug, kind: 'digest' })
  await clusterWaiting(context)
  const now = clock.now()
  const set = await readSettings(context)
  const hours = HOURS[newsletter.cadence]
  const all = await listCandidates(db, {
    newsletterId: newsletter.id,
    now,
    hours,
    limit: CANDIDATES,
    historySince,
  })
  const candidates = all.slice(0, STORIES)
  if (candidates.length === 0) {
    const history = historySince === null ? await countHistory(db, { now, hours: 24 }) : 0
    throw new Refusal(
      `nothing new to tell: no article came in during the last ${hours} hours that "${newsletter.name}" has not told. ${
        history === 0
          ? 'Add some with "daybreak ingest", or a feed with "daybreak feeds add"'
          : `${history} from the last 24 hours were in a feed before it was added: --since 24h takes them`
      }`,
    )
  }
  const articles = await listArticlesById(
    db,
    candidates.map((candidate) => candidate.articleId),
  )
  const chosen = arrange(candidates, articles)
  const moreOnWeb = all.length - candidates.length
  const model = {
    ...modelOf({ chosen, newsletter, set, now, publicUrl: config.publicUrl }),
    moreOnWeb,
  }
  const digest = await compileDigest(model)
  const compiled = {
    form: 'digest' as const,
    digest,
    sender: senderLineOf(set, { publicUrl: config.publicUrl, newsletter }),
    ...(newsletter.clicks ? { links: linksOf(chosen, config) } : {}),
  }
  const editionDate = dayIn(set.timeZone, now)
  const edition = {
    newsletterId: newsletter.id,
    kind: 'digest' as const,
    state: 'draft' as const,
    runKey: again ? `${editionDate} ${now.toISOString()}` : editionDate,
    subject: model.subject,
    preheader: model.preheader,
    language: set.language,
    editionDate,
    compiled,
    contentHash: contentHashOf({ subject: model.subject, preheader: model.preheader, compiled }),
    operatorId,
    stories: chosen.map(({ candidate, article, section }) => ({
      storyId: candidate.storyId,
      articleId: article.id,
      revision: article.revision,
      section,
    })),
    now,
  }
  const editionId = await inTransaction(db, async (transaction) => {
    const id =
      (await insertEdition(transaction, edition)) ?? (await replaceDraft(transaction, edition))
    if (id !== undefined)
      await replaceLinks(transaction, { editionId: id, links: compiled.links ?? [] })
    return id
  })
  if (editionId === undefined) {
    throw new Refusal(
      `today's "${newsletter.name}" is approved or out already: "daybreak editions" shows it, --again makes another one`,
      { status: 409 },
    )
  }
  return { editionId, stories: chosen.length, notes: digest.notes }
}

const UNTAGGED = 'More news'

type Chosen = { candidate: Candidate; article: ArticleRow; section: string }

/** The best story leads; the others keep their order within sections, sections the order of their best story. */
function arrange(candidates: Candidate[], articles: ArticleRow[]): Chosen[] {
  const byId = new Map(articles.map((article) => [article.id, article]))
  const rows = candidates.flatMap((candidate) => {
    const article = byId.get(candidate.articleId)
    return article === undefined
      ? []
      : [{ candidate, article, section: candidate.topics[0] ?? UNTAGGED }]
  })
  // The front page wants a picture, if one of the best three has one.
  const lead = rows.slice(0, 3).find(({ article }) => article.image !== null) ?? rows[0]
  if (lead === undefined) return []
  const rest = rows.filter((row) => row !== lead)
  const sections = [...Map.groupBy(rest, (row) => row.section).values()]
  const untagged = (section: Chosen[]) => (section[0]?.section === UNTAGGED ? 1 : 0)
  return [lead, ...sections.toSorted((a, b) => untagged(a) - untagged(b)).flat()]
}

function modelOf({
  chosen,
  newsletter,
  set,
  now,
  publicUrl,
}: {
  chosen: Chosen[]
  newsletter: Newsletter
  set: Settings
  now: Date
  publicUrl: URL
}): Omit<DigestModel, 'moreOnWeb'> {
  const blocks = chosen.map(({ article, section }, index) =>
    blockOf(
      article,
      index === 0
        ? { section: section === UNTAGGED ? '' : section, publicUrl, maxSentences: 3 }
        : { section, publicUrl, maxSentences: 2 },
    ),
  )
  const [lead, ...rest] = blocks
  if (lead === undefined) throw new Error('a digest needs a story')
  return {
    publication: publicationOf(set),
    newsletter: { name: newsletter.name, description: newsletter.description },
    dateLine: dateLine({ ...set, now }),
    countClicks: newsletter.clicks,
    subject: subjectOf(lead.headline),
    preheader: preheaderOf(rest, set.name),
    greeting:
      set.greeting === null ? null : { text: set.greeting, signedBy: set.greetingSignedBy ?? '' },
    lead,
    // One picture, the lead's: the others are read, not looked at.
    sections: [...Map.groupBy(rest, (block) => block.section)].map(([name, stories]) => ({
      name,
      stories: stories.map((story) => ({ ...story, image: null })),
    })),
    corrections: [],
    partOfDay: partOfDay(newsletter.localTime),
  }
}

/** Today's lead, cut at a word where a phone would cut it anyway. */
export function subjectOf(headline: string): string {
  return cutAtWord(headline.replace(/\s+/g, ' ').trim(), 90)
}

/** Stories two and three: the preview text continues the subject. */
function preheaderOf(rest: StoryBlock[], publication: string): string {
  const headlines = rest.slice(0, 2).map((story) => story.headline)
  return cutAtWord(headlines.length === 0 ? `From ${publication}` : headlines.join(' · '), 120)
}

function cutAtWord(text: string, most: number): string {
  if (text.length <= most) return text
  const cut = text.slice(0, most - 1)
  const space = cut.lastIndexOf(' ')
  return `${cut.slice(0, space > most / 2 ? space : cut.length).trimEnd()}…`
}
