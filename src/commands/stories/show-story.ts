import { timeLine } from '#articles/revisions/withhold.ts'
import { marksOf } from '#commands/articles/list-articles.ts'
import { readMoment } from '#commands/articles/moment.ts'
import { type Call, tableOf } from '#commands/command.ts'
import { getStoryView, type StoryMember } from '#stories/list-stories.ts'
import { whatIsNew } from '#stories/what-is-new.ts'

export async function show(
  { out, enter }: Call,
  { storyId, since: text, json }: { storyId: number; since?: string | undefined; json: boolean },
): Promise<void> {
  await using house = await enter('read')
  const { context } = house.app
  const { db } = context
  const now = context.clock.now()
  const since = text === undefined ? null : await readMoment(context, { text, field: 'since' })
  const view = await getStoryView(db, storyId)
  const news = since === null ? null : await whatIsNew(db, { storyId, since, now })
  if (json)
    return out.line(JSON.stringify(since === null ? view : { ...view, since, whatIsNew: news }))
  if (view.mergedInto !== null)
    return out.line(`story ${storyId} was put into story ${view.mergedInto}: see that one`)
  for (const line of tableOf(view.articles.map((member) => lineOf(member, now)))) out.line(line)
  if (since === null) return
  out.line('')
  if (news === null) return out.line(`nothing is new since ${timeLine(since)}`)
  const { articleId, publisher, sentences } = news
  out.line(
    `new since ${timeLine(since)}, by article ${articleId}${publisher === null ? '' : ` of ${publisher}`}:`,
  )
  for (const sentence of sentences) out.line(`  ${sentence.text}`)
}

function lineOf(member: StoryMember, now: Date) {
  const { article, lead, fixed, copyOf, likeness } = member
  const marks = [
    lead ? (fixed ? 'lead, chosen' : 'lead') : '',
    copyOf === null ? '' : `same text as ${copyOf}`,
    marksOf(member, now),
  ]
  return {
    article,
    at: timeLine(member.at),
    alike: likeness === null || copyOf !== null ? '' : likeness.toFixed(2),
    marks: marks.filter((mark) => mark !== '').join(', '),
    publisher: member.publisher,
    headline: member.headline,
  }
}
