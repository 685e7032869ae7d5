import { Refusal } from '#errors.ts'
import { lookAtAddress } from './look-at-address.ts'
import { type PollOutcome, type Polling, pollSource } from './polling/poll-source.ts'
import { getSource, type Source } from './source.ts'
import { findSource, insertSource, type SourceChange, updateSource } from './source-store.ts'

export type Added = {
  source: Source
  /** The address was a page's: its feed was taken. */
  found: boolean
  /** What the first poll brought: history, which is never sent by itself. */
  poll: PollOutcome
}

/**
 * Adds a feed by its address or by that of a page, and polls it for the first time.
 * @throws Refusal where there is no feed, where a page has several, and where it is here already
 */
export async function addSource(
  polling: Polling,
  { url, ...wishes }: { url: string } & SourceChange,
): Promise<Added> {
  const { db, clock, fetch } = polling
  const now = clock.now()
  const rank = rankOf(wishes.rank ?? 50)
  await refuseTwice(polling, url)
  const seen = await lookAtAddress({ fetch, now }, url)
  await refuseTwice(polling, seen.url)
  const { feed } = seen
  const name = nameOf(wishes.name ?? feed.title ?? new URL(seen.url).hostname)
  const sourceId = await insertSource(db, {
    now,
    source: {
      kind: feed.format === 'sitemap' ? 'sitemap' : 'feed',
      name,
      url: seen.url,
      title: feed.title,
      siteUrl: feed.siteUrl,
      language: feed.language,
      rank,
      bodyFrom: wishes.bodyFrom ?? 'page',
    },
  })
  if (sourceId === undefined)
    throw new Refusal(
      `there is a feed named "${name}" already: give this one another with --name`,
      {
        field: 'name',
        status: 409,
      },
    )
  if (wishes.alerts !== undefined)
    await updateSource(db, { id: sourceId, change: { alerts: wishes.alerts } })
  const poll = await pollSource(
    // What was seen a moment ago is the first poll: the server is not asked for it again.
    {
      ...polling,
      pace: undefinedPace,
      fetch: async (asking) => (asking.url === seen.url ? seen.fetched : fetch(asking)),
    },
    { sourceId, insist: true },
  )
  return { source: await getSource(db, sourceId), found: seen.found, poll }
}

const undefinedPace = async () => undefined

async function refuseTwice({ db }: Polling, url: string): Promise<void> {
  const source = await findSource(db, url)
  if (source === undefined || source.url !== url) return
  throw new Refusal(`this feed is here already, as "${source.name}"`, { field: 'url', status: 409 })
}

/** Names are typed on command lines and shown in tables. */
export function nameOf(text: string): string {
  const name = text
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, 80)
    .trim()
  if (name === '' || /^\d+$/.test(name))
    throw new Refusal('a feed needs a name with a letter in it: give it one with --name', {
      field: 'name',
    })
  return name
}

export function rankOf(rank: number): number {
  if (Number.isInteger(rank) && rank >= 0 && rank <= 100) return rank
  throw new Refusal('the rank is a whole number from 0 to 100: the higher one leads a story', {
    field: 'rank',
  })
}
