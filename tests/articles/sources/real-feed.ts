import { sql } from 'kysely'
import { createFetcher, type FetcherOptions } from '#articles/fetching/fetch.ts'
import { addSource } from '#articles/sources/add-source.ts'
import { openPolling } from '#articles/sources/open-polling.ts'
import { pollSource } from '#articles/sources/polling/poll-source.ts'
import { feeds } from '#commands/feeds.ts'
import { addOperator } from '#operators/operator.ts'
import { runCommand } from '../../commands/run-command.ts'
import { openHouse } from '../../house.ts'
import { givesTagged, openNewsServer } from '../../support/news-server.ts'

export const type = 'application/rss+xml'

export function rssOf(url: string, titles: string[]): string {
  const items = titles.map(
    (title) =>
      `<item><guid>${title}</guid><title>${title}</title><link>${url}/${title}</link></item>`,
  )
  return `<rss version="2.0"><channel><title>The Harbour Courier</title><link>${url}/</link>${items.join('')}</channel></rss>`
}

/** A feed at a real server, added, with the poll that a person insists on. */
export async function openFeed(options: FetcherOptions = {}) {
  const house = await openHouse()
  await addOperator(house.context, { name: 'ines', role: 'admin' })
  const server = await openNewsServer()
  server.on('/feed', givesTagged(rssOf(server.url, ['one']), { etag: '"1"', type }))
  const polling = openPolling(house.context)
  const added = { ...polling, fetch: createFetcher(server.fetching) }
  const { source } = await addSource(added, { url: `${server.url}/feed` })
  const sourceId = source.id
  const fetch = createFetcher({ ...server.fetching, ...options })
  return {
    house,
    server,
    sourceId,
    async poll() {
      house.wait(60_000)
      return pollSource(
        { ...polling, pace: async () => undefined, fetch },
        { sourceId, insist: true },
      )
    },
    async row() {
      const { rows } = await sql<{ url: string; state: string; error: string | null }>`
        select url, state, error from source where id = ${sourceId}`.execute(house.db)
      return rows[0]
    },
    /** What "daybreak feeds" says. */
    list: async () => (await runCommand(house, feeds, { args: [] })).join('\n'),
    async keys() {
      const { rows } = await sql<{ key: string }>`
        select item_key as key from source_item order by item_key`.execute(house.db)
      return rows.map(({ key }) => key)
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await house[Symbol.asyncDispose]()
    },
  }
}
