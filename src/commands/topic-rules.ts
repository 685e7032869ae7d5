import { parseArgs } from 'node:util'
import { type RuleKind, ruleKinds } from '#articles/topics/topic-rules.ts'
import {
  deleteRule,
  findTopic,
  insertRule,
  listRules,
  setKeywords,
  sourceExists,
} from '#articles/topics/topic-store.ts'
import { correctTopic } from '#articles/topics/topics.ts'
import { type Call, numberArgument, tableOf } from '#commands/command.ts'
import type { Db } from '#db/open.ts'
import { Refusal } from '#errors.ts'

const MOST = 500
const MOST_KEYWORDS = 50

/** topics keywords SLUG [WORD…] */
export async function keepKeywords({ out, enter }: Call, words: string[]): Promise<void> {
  const [slug, ...keywords] = words
  await using house = await enter('change settings')
  const { db } = house.app.context
  const topic = await getTopic(db, slug)
  const unfit = keywords.find(
    (word) => !/^[^\p{Cc}]{2,80}$/u.test(word) || !/[\p{L}\p{N}]/u.test(word),
  )
  if (unfit !== undefined || keywords.length > MOST_KEYWORDS)
    throw new Refusal(
      `keywords are at most ${MOST_KEYWORDS} words or phrases of 2 to 80 characters: a phrase stands in quotes`,
      { field: 'keywords' },
    )
  await setKeywords(db, { topicId: topic.id, keywords: [...new Set(keywords)] })
  await house.note('set keywords', topic.slug, { keywords })
  out.line(
    keywords.length === 0
      ? `${topic.name} is found by no word any more`
      : `new articles that speak of ${keywords.join(', ')} get the topic ${topic.name}`,
  )
}

/** topics correct ARTICLE SLUG yes|no */
export async function correct({ out, enter }: Call, words: string[]): Promise<void> {
  const [article, slug, answer] = words
  const articleId = numberArgument(article, 'article')
  if (answer !== 'yes' && answer !== 'no')
    throw new Refusal('say yes where the article belongs to the topic, or no where it does not', {
      field: 'topic',
    })
  await using house = await enter('compose')
  const { db } = house.app.context
  const topic = await getTopic(db, slug)
  const belongs = answer === 'yes'
  await correctTopic(house.app.context, {
    articleId,
    topicId: topic.id,
    belongs,
    operatorId: house.operator.id,
  })
  await house.note('correct topic', `article ${articleId}`, { topic: topic.slug, belongs })
  out.line(
    `article ${articleId} ${belongs ? 'belongs' : 'does not belong'} to ${topic.name}, in later versions too`,
  )
}

/** topics rules [add KIND PATTERN SLUG [--feed N] | remove N] */
export async function rules(call: Call, words: string[]): Promise<void> {
  const [verb, ...rest] = words
  if (verb === undefined) return list(call)
  if (verb === 'add') return add(call, rest)
  if (verb === 'remove') return remove(call, rest)
  throw new Refusal(`topics rules takes add, remove or nothing, not "${verb.slice(0, 40)}"`)
}

async function list({ out, enter }: Call): Promise<void> {
  await using house = await enter('read')
  const rows = await listRules(house.app.context.db, MOST)
  if (rows.length === 0)
    out.line('there are no rules yet: daybreak topics rules add section Sports sport')
  const table = rows.map(({ id, source, kind, pattern, topic }) => ({
    rule: id,
    feed: source ?? 'every feed',
    by: kind,
    pattern,
    topic,
  }))
  for (const line of tableOf(table)) out.line(line)
}

async function add({ out, enter, args }: Call, words: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    allowPositionals: true,
    options: { feed: { type: 'string' } },
  })
  const [kind, ...more] = words
  if (!isKind(kind))
    throw new Refusal(
      `a rule goes by ${ruleKinds.join(', ')}: topics rules add url '/sport/*' sport`,
      {
        field: 'rule',
      },
    )
  const [pattern, slug] = kind === 'all' ? ['', more[0]] : more
  if (pattern === undefined || (kind !== 'all' && !/^[^\p{Cc}]{1,200}$/u.test(pattern)))
    throw new Refusal('a rule needs a pattern of at most 200 characters', { field: 'pattern' })
  const sourceId = values.feed === undefined ? null : numberArgument(values.feed, 'feed')
  if (kind === 'all' && sourceId === null)
    throw new Refusal('a rule for all articles needs its feed: --feed 3', { field: 'feed' })
  await using house = await enter('change settings')
  const { db } = house.app.context
  const topic = await getTopic(db, slug)
  if (sourceId !== null && !(await sourceExists(db, sourceId)))
    throw new Refusal(`there is no feed ${sourceId}`, { field: 'feed', status: 404 })
  const id = await insertRule(db, { sourceId, kind, pattern, topicId: topic.id })
  if (id === undefined) return out.line('this rule is there already')
  await house.note('add topic rule', `rule ${id}`, {
    kind,
    pattern,
    topic: topic.slug,
    feed: sourceId,
  })
  out.line(`rule ${id}: new articles that match it get the topic ${topic.name}`)
}

function isKind(text: string | undefined): text is RuleKind {
  return (ruleKinds as readonly (string | undefined)[]).includes(text)
}

async function remove({ out, enter }: Call, words: string[]): Promise<void> {
  const [number] = words
  if (number === undefined || !/^\d{1,15}$/.test(number))
    throw new Refusal('name the rule by its number: "daybreak topics rules" lists them', {
      field: 'rule',
    })
  await using house = await enter('change settings')
  if (!(await deleteRule(house.app.context.db, Number(number))))
    throw new Refusal(`there is no rule ${number}: "daybreak topics rules" lists them`, {
      field: 'rule',
      status: 404,
    })
  await house.note('remove topic rule', `rule ${number}`)
  out.line(`rule ${number} is removed; articles keep the topics that they have`)
}

async function getTopic(
  db: Db,
  slug: string | undefined,
): Promise<{ id: number; name: string; slug: string }> {
  const topic = slug === undefined ? undefined : await findTopic(db, slug)
  if (slug !== undefined && topic !== undefined) return { ...topic, slug }
  throw new Refusal(
    slug === undefined
      ? 'name the topic: "daybreak topics" lists them'
      : `there is no topic "${slug.slice(0, 60)}": "daybreak topics" lists them`,
    { field: 'topics', status: 404 },
  )
}
