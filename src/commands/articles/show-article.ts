import { type Difference, differenceOf, type WordMark } from '#articles/revisions/difference.ts'
import { judgeChange } from '#articles/revisions/judge-change.ts'
import { findRevision, listRevisions, type Revision } from '#articles/revisions/revision-store.ts'
import { timeLine } from '#articles/revisions/withhold.ts'
import { type ArticleRow, findIdentity, getArticle, type Identity } from '#articles/store.ts'
import type { Call, Out } from '#commands/command.ts'
import type { Db } from '#db/open.ts'
import { Refusal } from '#errors.ts'
import { marksOf } from './list-articles.ts'

const MOST_REVISIONS = 50

export async function show(
  { out, enter }: Call,
  { articleId, json }: { articleId: number; json: boolean },
): Promise<void> {
  await using house = await enter('read')
  const { db, clock } = house.app.context
  const article = await getArticle(db, articleId)
  const identity = await findIdentity(db, articleId)
  const revisions = await listRevisions(db, { articleId, limit: MOST_REVISIONS })
  if (json)
    return out.line(JSON.stringify({ ...article, identity, revisions: revisions.map(lineOf) }))
  const now = clock.now()
  const facts = { ...factsOf(article, identity), marks: marksOf({ ...article, change: null }, now) }
  out.line(article.headline)
  for (const [what, fact] of Object.entries(facts))
    if (fact !== null && fact !== '') out.line(`  ${what.padEnd(12)} ${fact}`)
  out.line(`summary (${article.method})`)
  for (const sentence of article.sentences) out.line(`  ${placeOf(sentence)}  ${sentence.text}`)
  out.line('revisions')
  for (const line of revisions.map(lineOf))
    out.line(
      `  ${line.revision}  ${timeLine(line.receivedAt)}  ${line.change ?? 'first'}  ${line.note ?? ''}`.trimEnd(),
    )
}

function factsOf(article: ArticleRow, identity: Identity | undefined) {
  return {
    from: article.publisher ?? article.sourceName,
    by: article.byline,
    published: article.publishedAt === null ? null : timeLine(article.publishedAt),
    changed: article.updatedAt === null ? null : timeLine(article.updatedAt),
    received: timeLine(article.receivedAt),
    language: article.language,
    address: article.url,
    'known by': [...(identity?.urls ?? []), ...(identity?.guids ?? [])].join('  '),
    story: identity?.story ?? null,
    topics: (identity?.topics ?? []).map(({ slug, givenBy }) => `${slug} (${givenBy})`).join(', '),
    section: article.section,
    corrections: article.corrections,
    paragraphs: article.paragraphs.length,
    withdrawn: article.retraction,
  }
}

function placeOf({ paragraph, start, end }: { paragraph: number; start: number; end: number }) {
  return paragraph === -1
    ? `standfirst ${start}-${end}`
    : `paragraph ${paragraph + 1}, ${start}-${end}`
}

function lineOf({ revision, receivedAt, change, note }: Revision) {
  return { revision, receivedAt, change, note }
}

export async function diff(
  { out, enter }: Call,
  {
    articleId,
    from,
    to,
    json,
  }: { articleId: number; from: number | null; to: number | null; json: boolean },
): Promise<void> {
  await using house = await enter('read')
  const { db } = house.app.context
  const { revision: current } = await getArticle(db, articleId)
  if (current === 1 && from === null) {
    out.line(`article ${articleId} has one revision: nothing has changed`)
    return
  }
  const after = await getRevision(db, { articleId, revision: to ?? current })
  const before = await getRevision(db, { articleId, revision: from ?? after.revision - 1 })
  const difference = differenceOf(before, after)
  const judgement = judgeChange(before, after)
  const between = { article: articleId, from: before.revision, to: after.revision }
  if (json) return out.line(JSON.stringify({ ...between, ...judgement, difference }))
  out.line(
    `revision ${before.revision} to ${after.revision}: ${judgement.change}. ${judgement.note}`,
  )
  printDifference(out, difference)
}

async function getRevision(db: Db, at: { articleId: number; revision: number }): Promise<Revision> {
  const revision = await findRevision(db, at)
  if (revision !== undefined) return revision
  throw new Refusal(
    `article ${at.articleId} has no revision ${at.revision}: "daybreak articles show ${at.articleId}" lists them`,
    { field: 'revision', status: 404 },
  )
}

/** As `wdiff` marks them: [-removed-] and {+added+}. */
function printDifference(out: Out, { headline, standfirst, corrections, paragraphs }: Difference) {
  if (headline !== null) out.line(`headline     ${inLine(headline)}`)
  if (standfirst !== null) out.line(`standfirst   ${inLine(standfirst)}`)
  if (corrections !== null) out.line(`corrections  ${inLine(corrections)}`)
  let same = 0
  const tellSame = () => {
    if (same > 0) out.line(`  (${same === 1 ? 'one paragraph' : `${same} paragraphs`} unchanged)`)
    same = 0
  }
  for (const paragraph of paragraphs) {
    if (paragraph.kind === 'same') {
      same += 1
      continue
    }
    tellSame()
    if (paragraph.kind === 'changed') out.line(`~ ${inLine(paragraph.words)}`)
    else out.line(`${paragraph.kind === 'added' ? '+' : '-'} ${paragraph.text}`)
  }
  tellSame()
}

function inLine(marks: readonly WordMark[]): string {
  return marks.map(marked).join('').trim()
}

function marked({ kind, text }: WordMark): string {
  if (kind === 'same') return text
  const [word, space] = [text.trimEnd(), text.slice(text.trimEnd().length)]
  return kind === 'added' ? `{+${word}+}${space}` : `[-${word}-]${space}`
}
