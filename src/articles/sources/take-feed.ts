import type { Context } from '#context.ts'
import { parseFeed } from '../feeds/parse-feed.ts'
import { type Noted, noteItems } from './items/note-items.ts'
import { insertPoll } from './polling/poll-store.ts'
import { getSource } from './source.ts'

/**
 * Takes a feed that was handed to us, as a hub does: what is new waits to be read, as after a poll.
 * @throws Refusal for bytes that are no feed
 */
export async function takeFeedContent(
  { db, clock, enqueue }: Pick<Context, 'db' | 'clock' | 'enqueue'>,
  {
    sourceId,
    bytes,
    contentType,
  }: { sourceId: number; bytes: Uint8Array; contentType: string | null },
): Promise<Noted> {
  const { url } = await getSource(db, sourceId)
  const feed = await parseFeed(bytes, { contentType, url })
  const now = clock.now()
  const noted = await noteItems(db, { sourceId, feed, now })
  const { items, fresh } = noted
  await insertPoll(db, { sourceId, at: now, status: null, items, fresh, error: null })
  if (needsReading(noted)) await enqueue('take-items', { sourceId })
  return noted
}

export function needsReading({ fresh, changed, held }: Noted): boolean {
  return changed > 0 || (fresh > 0 && held === null)
}
