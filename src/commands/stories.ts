import { parseArgs } from 'node:util'
import { timeLine } from '#articles/revisions/withhold.ts'
import { type Call, type Command, numberArgument, tableOf } from '#commands/command.ts'
import { Refusal } from '#errors.ts'
import { mergeStories, splitArticle } from '#stories/decisions.ts'
import { fixLead } from '#stories/lead/renew-lead.ts'
import { listStories } from '#stories/list-stories.ts'
import { show } from './stories/show-story.ts'

const MOST = 50

export const stories: Command = {
  usage:
    'stories [show ID [--since TIME] | merge INTO FROM | split ARTICLE [--into STORY] | lead ARTICLE] [--all] [--json]',
  about:
    'Lists the running stories that several articles tell (--all: also those of one). show tells all about one, and with --since what is new; merge puts one into another, split takes an article out, lead chooses the article that stands for its story. What you decide holds.',
  async run(call) {
    const { values, positionals } = parseArgs({
      args: call.args,
      allowPositionals: true,
      options: {
        all: { type: 'boolean', default: false },
        into: { type: 'string' },
        since: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    })
    const [verb, ...words] = positionals
    switch (verb) {
      case undefined:
        return list(call, values)
      case 'show':
        return show(call, { ...values, storyId: only(words, 'story') })
      case 'merge':
        return merge(call, words)
      case 'split':
        return split(call, { articleId: only(words, 'article'), into: values.into })
      case 'lead':
        return lead(call, only(words, 'article'))
      default:
        throw new Refusal(
          `stories takes show, merge, split, lead or nothing, not "${verb.slice(0, 40)}"`,
          { field: 'stories' },
        )
    }
  },
}

function only(words: readonly string[], what: string): number {
  if (words.length > 1) throw new Refusal(`name one ${what}, not ${words.length}`, { field: what })
  return numberArgument(words[0], what)
}

async function list(
  { out, enter }: Call,
  { all, json }: { all: boolean; json: boolean },
): Promise<void> {
  await using house = await enter('read')
  const rows = await listStories(house.app.context.db, { limit: MOST, least: all ? 1 : 2 })
  if (json) return out.line(JSON.stringify(rows))
  if (rows.length === 0)
    return out.line(
      all
        ? 'No running stories yet: "daybreak ingest FILE" takes an article, "daybreak feeds add URL" a feed.'
        : 'No story is told by more than one article: --all shows those of one.',
    )
  const lines = rows.map(({ since, latest, ...row }) => ({
    story: row.story,
    articles: row.articles,
    outlets: row.outlets,
    since: timeLine(since),
    latest: timeLine(latest),
    lead: row.lead,
    headline: row.headline,
  }))
  for (const line of tableOf(lines)) out.line(line)
  if (rows.length === MOST) out.line(`these are the newest ${MOST}`)
}

async function merge({ out, enter }: Call, words: readonly string[]): Promise<void> {
  const [intoText, fromText, ...more] = words
  if (fromText === undefined || more.length > 0)
    throw new Refusal('name two stories: "stories merge 12 15" puts story 15 into story 12', {
      field: 'stories',
    })
  const into = numberArgument(intoText, 'story')
  const from = numberArgument(fromText, 'story')
  await using house = await enter('compose')
  const operatorId = house.operator.id
  const done = await mergeStories(house.app.context, { into, from, operatorId })
  await house.note('merge stories', `story ${into}`, { from })
  out.line(`story ${from} is part of story ${into} now, which ${done.articles} articles tell`)
}

async function split(
  { out, enter }: Call,
  { articleId, into: text }: { articleId: number; into: string | undefined },
): Promise<void> {
  const into = text === undefined ? undefined : numberArgument(text, 'into')
  await using house = await enter('compose')
  const operatorId = house.operator.id
  const done = await splitArticle(house.app.context, { articleId, into, operatorId })
  await house.note('split story', `story ${done.from}`, {
    articles: done.articleIds,
    into: done.storyId,
  })
  const copies = done.articleIds.length - 1
  const withCopies =
    copies === 0
      ? ''
      : copies === 1
        ? ' and a copy of its text'
        : ` and ${copies} copies of its text`
  out.line(
    `article ${articleId}${withCopies} left story ${done.from} for ${into === undefined ? `a story of its own, ${done.storyId}` : `story ${done.storyId}`}. What comes later goes to the likelier of the two`,
  )
}

async function lead({ out, enter }: Call, articleId: number): Promise<void> {
  await using house = await enter('compose')
  const { storyId } = await fixLead(house.app.context, articleId)
  await house.note('fix lead', `story ${storyId}`, { article: articleId })
  out.line(`article ${articleId} leads story ${storyId}, whatever comes in`)
}
