import { parseArgs } from 'node:util'
import { type Call, type Command, tableOf } from '#commands/command.ts'
import { Refusal } from '#errors.ts'
import { correct, keepKeywords, rules } from './topic-rules.ts'
import { listTopics, listUnknownTopics, offerTopics } from '#subscribers/choices/topic-store.ts'

const MOST = 200

export const topics: Command = {
  usage:
    'topics [offer TOPIC… | hide TOPIC… | keywords TOPIC WORD… | correct ARTICLE TOPIC yes|no | rules [add KIND PATTERN TOPIC [--feed N] | remove N]]',
  about:
    'Lists the topics with their articles of 30 days and their followers; offer and hide say which of them readers can choose, keywords and rules which articles get them, correct what an article is about.',
  async run(call) {
    const { positionals } = parseArgs({
      args: call.args,
      allowPositionals: true,
      options: { feed: { type: 'string' } },
    })
    const [verb, ...words] = positionals
    switch (verb) {
      case undefined:
        return list(call)
      case 'offer':
      case 'hide':
        return offer(call, { slugs: words, offered: verb === 'offer' })
      case 'keywords':
        return keepKeywords(call, words)
      case 'correct':
        return correct(call, words)
      case 'rules':
        return rules(call, words)
      default:
        throw new Refusal(
          `topics takes offer, hide, keywords, correct, rules or nothing, not "${verb.slice(0, 40)}"`,
        )
    }
  },
}

async function list({ out, enter }: Call): Promise<void> {
  await using house = await enter('read')
  const { db, clock } = house.app.context
  const rows = await listTopics(db, { now: clock.now(), limit: MOST })
  if (rows.length === 0) out.line('there are no topics yet: articles bring them')
  for (const line of tableOf(
    rows.map(({ slug, name, offered, articles, followers, keywords }) => ({
      topic: slug,
      name,
      readers: offered ? 'can choose it' : 'do not see it',
      articles,
      followers,
      keywords: keywords.join(', '),
    })),
  )) {
    out.line(line)
  }
  if (rows.length === MOST) out.line(`these are the first ${MOST}: the others are rarer`)
}

async function offer(
  { out, enter }: Call,
  { slugs, offered }: { slugs: string[]; offered: boolean },
): Promise<void> {
  const verb = offered ? 'offer' : 'hide'
  if (slugs.length === 0)
    throw new Refusal(`topics ${verb} takes short names: topics ${verb} trade sport`, {
      field: 'topics',
    })
  await using house = await enter('change settings')
  const { db } = house.app.context
  const unknown = await listUnknownTopics(db, slugs)
  if (unknown.length > 0)
    throw new Refusal(
      `there is no topic "${unknown.join('", "').slice(0, 200)}": "daybreak topics" lists them`,
      { field: 'topics', status: 404 },
    )
  const names = await offerTopics(db, { slugs, offered })
  await house.note(`${verb} topics`, slugs.join(' '), { offered })
  if (names.length === 0) {
    out.line(offered ? 'readers could choose these before' : 'readers did not see these before')
    return
  }
  const listed = new Intl.ListFormat('en').format(names)
  out.line(
    offered
      ? `readers can choose ${listed} now`
      : `${listed} is no longer offered; who follows it keeps it, and can turn it off`,
  )
}
