import type { FeedItem } from '#articles/feeds/feed.ts'
import { addSource } from '#articles/sources/add-source.ts'
import { lookAtAddress, type Seen } from '#articles/sources/look-at-address.ts'
import { openPolling } from '#articles/sources/open-polling.ts'
import { insertRule } from '#articles/sources/rule-store.ts'
import { findSource, type SourceChange } from '#articles/sources/source-store.ts'
import { findTopic } from '#articles/topics/topic-store.ts'
import type { Call } from '#commands/command.ts'
import type { Db } from '#db/open.ts'
import { Refusal } from '#errors.ts'
import { pollInWords } from './poll-words.ts'

export async function addFeed(
  { out, enter }: Call,
  { url, topic, change }: { url: string; topic: string | null; change: SourceChange },
): Promise<void> {
  await using house = await enter('change settings')
  const { context } = house.app
  const topicId = topic === null ? null : await topicIdOf(context.db, topic)
  const polling = openPolling(context)
  const { source, found, poll } = await addSource(polling, { url, ...change })
  if (topicId !== null)
    await insertRule(context.db, { sourceId: source.id, kind: 'all', pattern: '', topicId })
  await house.note('add feed', source.name, { url: source.url })
  out.line(
    found
      ? `the page names a feed, which is added: "${source.name}" (${source.url})`
      : `added the feed "${source.name}" (${source.url})`,
  )
  out.line(`  ${pollInWords(poll)}`)
}

export async function topicIdOf(db: Db, slug: string): Promise<number> {
  const topic = await findTopic(db, slug)
  if (topic !== undefined) return topic.id
  throw new Refusal(`there is no topic "${slug.slice(0, 60)}": "daybreak topics" lists them`, {
    field: 'topic',
    status: 404,
  })
}

const SHOWN = 10

/** Fetches now and says what is seen; nothing is stored. */
export async function checkFeed({ out, enter }: Call, named: string): Promise<void> {
  await using house = await enter('read')
  const { context } = house.app
  const known = await findSource(context.db, named)
  const polling = openPolling(context)
  const seen = await lookAtAddress(
    { fetch: polling.fetch, now: context.clock.now() },
    known?.url ?? named,
  )
  for (const line of linesOf(seen)) out.line(line)
}

function linesOf({ url, feed, fetched, found }: Seen): string[] {
  const items = feed.items.slice(0, SHOWN).map(itemLine)
  return [
    `${found ? 'the page names a feed: ' : ''}${url} (${feed.format}), ${feed.title ?? 'without a title'}`,
    `${feed.items.length} items${feed.dropped > 0 ? `, ${feed.dropped} left out` : ''}`,
    ...((fetched.etag ?? fetched.lastModified) === null
      ? []
      : ['it says when nothing changed, so most polls cost nothing']),
    ...(feed.hubUrls.length === 0 ? [] : ['a hub can tell of new items at once']),
    ...items,
  ]
}

function itemLine({ publishedAt, title, url }: FeedItem): string {
  const day = publishedAt?.toISOString().slice(0, 10) ?? 'no date   '
  return `  ${day}  ${title ?? 'without a title'}  ${url ?? 'without an address'}`
}
