import { parseArgs } from 'node:util'
import { type Call, type Command, tableOf } from '#commands/command.ts'
import { Refusal } from '#errors.ts'
import { listTopics, listUnknownTopics, offerTopics } from '#subscribers/choices/topic-store.ts'

const MOST = 200

export const topics: Command = {
  usage: 'topics [offer | hide TOPIC…]',
  about:
    'Lists the topics with their articles of 30 days and their followers; offer and hide say which of them readers can choose.',
  async run(call) {
    const { positionals } = parseArgs({ args: call.args, allowPositionals: true })
    const [verb, ...slugs] = positionals
    if (verb === undefined) return list(call)
    if (verb !== 'offer' && verb !== 'hide')
      throw new Refusal(`topics takes offer, hide or nothing, not "${verb.slice(0, 40)}"`)
    return offer(call, { slugs, offered: verb === 'offer' })
  },
}

async function list({ out, enter }: Call): Promise<void> {
  await using house = await enter('read')
  const { db, clock } = house.app.context
  const rows = await listTopics(db, { now: clock.now(), limit: MOST })
  if (rows.length === 0) out.line('there are no topics yet: articles bring them')
  for (const line of tableOf(
    rows.map(({ slug, name, offered, articles, followers }) => ({
      topic: slug,
      name,
      readers: offered ? 'can choose it' : 'do not see it',
      articles,
      followers,
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
