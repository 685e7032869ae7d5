import { timeLine } from '#articles/revisions/withhold.ts'
import { type ArticleLine, listArticles } from '#articles/store.ts'
import { type Call, tableOf } from '#commands/command.ts'

const MOST = 50

export async function list({ out, enter }: Call, { json }: { json: boolean }): Promise<void> {
  await using house = await enter('read')
  const { db, clock } = house.app.context
  const rows = await listArticles(db, MOST)
  if (json) return out.line(JSON.stringify(rows))
  if (rows.length === 0)
    return out.line(
      'No articles yet: "daybreak ingest FILE" takes some, "daybreak feeds add URL" a feed.',
    )
  const now = clock.now()
  const lines = rows.map((row) => ({
    article: row.article,
    story: row.story,
    revision: row.revision,
    marks: marksOf(row, now),
    publisher: row.publisher,
    headline: row.headline,
  }))
  for (const line of tableOf(lines)) out.line(line)
  if (rows.length === MOST) out.line(`these are the newest ${MOST}`)
}

export function marksOf(
  {
    seeded,
    embargoUntil,
    retractedAt,
    change,
  }: Pick<ArticleLine, 'seeded' | 'embargoUntil' | 'retractedAt' | 'change'>,
  now: Date,
): string {
  const marks = [
    retractedAt === null ? null : 'withdrawn',
    embargoUntil === null || embargoUntil <= now ? null : `embargo until ${timeLine(embargoUntil)}`,
    seeded ? 'history' : null,
    change,
  ]
  return marks.filter((mark) => mark !== null).join(', ')
}
