import type { Context } from '#context.ts'
import { openToken } from '#subscribers/tokens.ts'
import { ClickBook } from './click-book.ts'
import { clickHashes } from './click-hash.ts'
import { LinkCache } from './link-cache.ts'
import { agentOf } from './scanner-rules.ts'

/** A request for a link of a mail, as it came. */
export type Visit = {
  token: string
  position: number
  method: 'GET' | 'HEAD'
  /** What the program calls itself, and what it says it wants the page for. */
  agent: string
  purpose: string
  /** The beginning of the client's address; null where that is not known, or one of our own proxies. */
  network: string | null
}

export type Clicks = {
  /** Where the link leads, which only the database says; undefined for a link that we did not make. */
  follow(visit: Visit): Promise<string | undefined>
  /** Writes what was noted and waits. */
  flush(): Promise<void>
}

/** Following never waits for counting: a reader gets the story, whatever becomes of the figure. */
export function openClicks(context: Pick<Context, 'db' | 'clock' | 'secrets' | 'log'>): Clicks {
  const { db, clock, secrets } = context
  const links = new LinkCache(db)
  const book = new ClickBook(context)
  const hashes = clickHashes(secrets)
  return {
    async follow({ token, position, method, agent, purpose, network }) {
      const opened = openToken(secrets, 'click', token)
      if (opened === undefined) return undefined
      const { reference: editionId, publicId } = opened
      const url = (await links.of(editionId))[position]
      if (url === undefined) return undefined
      const at = clock.now()
      book.note({
        at,
        editionId,
        position,
        publicId,
        reader: hashes.readerOf({ publicId, editionId }),
        method,
        agent: agentOf({ name: agent, purpose }),
        network: network === null ? null : hashes.networkOf(network, at),
      })
      return url
    },
    flush: async () => book.flush(),
  }
}
