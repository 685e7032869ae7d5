import { insertRule } from '#articles/sources/rule-store.ts'
import { getSource } from '#articles/sources/source.ts'
import { type RuleKind, ruleKinds } from '#articles/topics/topic-rules.ts'
import type { Call } from '#commands/command.ts'
import { Refusal } from '#errors.ts'
import { topicIdOf } from './add-feed.ts'

/** `NAME kind PATTERN TOPIC`; the kind `all` has no pattern. */
export async function addRule({ out, enter }: Call, words: string[]): Promise<void> {
  const { name, kind, pattern, topic } = readRule(words)
  await using house = await enter('change settings')
  const { db } = house.app.context
  const source = name === '*' ? undefined : await getSource(db, name)
  const topicId = await topicIdOf(db, topic)
  const added = await insertRule(db, { sourceId: source?.id ?? null, kind, pattern, topicId })
  if (added) await house.note('add rule', source?.name ?? 'every feed', { kind, pattern, topic })
  const where = source?.name ?? 'every feed'
  const what = kind === 'all' ? 'everything' : `${kind} "${pattern}"`
  out.line(`${where}: ${what} means ${topic}${added ? '' : ', as before'}`)
}

function readRule(words: string[]) {
  const [name, kind, ...rest] = words
  if (name === undefined || !isKind(kind)) throw misunderstood()
  if (kind === 'all') return { name, kind, pattern: '', topic: topicOf(rest, 1) }
  const topic = topicOf(rest, 2)
  const pattern = rest[0]?.trim() ?? ''
  if (pattern === '' || pattern.length > 300)
    throw new Refusal('the pattern has 1 to 300 characters', { field: 'pattern' })
  return { name, kind, pattern, topic }
}

function topicOf(rest: string[], wanted: number): string {
  const topic = rest.at(-1)
  if (topic === undefined || rest.length !== wanted) throw misunderstood()
  return topic
}

function misunderstood(): Refusal {
  return new Refusal(
    `feeds rule takes the name of a feed (or "*"), one of ${ruleKinds.join(', ')}, a pattern (none with all) and a topic`,
    { field: 'rule' },
  )
}

function isKind(word: string | undefined): word is RuleKind {
  return (ruleKinds as readonly (string | undefined)[]).includes(word)
}
