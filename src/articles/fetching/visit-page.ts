import type { Context } from '#context.ts'
import type { Fetch } from './fetch.ts'
import { createPageFetcher, type Page } from './fetch-page.ts'
import { takeTurn } from './host-pace.ts'
import { askRobots, crawlDelayOf, refuseForbidden } from './robots.ts'

/** Between two requests to one host: a small site must not feel us. */
const GAP_MS = 1000
const PATIENCE_MS = 5000

/** A page fetched as a guest: where robots.txt lets us in. */
export async function visitPage(
  context: Pick<Context, 'db' | 'clock'> & { fetch: Fetch },
  url: string,
): Promise<Page> {
  refuseForbidden(url, await askRobots(context, url))
  return createPageFetcher({ fetch: context.fetch })(url)
}

/**
 * Waits for the host's next turn where that is near. Where it is not, no turn is taken, and the answer is when to come
 * back. A site that asks for more time between two requests gets it, up to half a minute.
 */
export async function paceHost(
  context: Pick<Context, 'db' | 'clock'> & { sleep: (ms: number) => Promise<unknown> },
  url: string,
): Promise<Date | undefined> {
  const { db, clock, sleep } = context
  const delayMs = await crawlDelayOf(context, url)
  const now = clock.now()
  const { at, taken } = await takeTurn(db, {
    host: new URL(url).host,
    now,
    gapMs: Math.max(GAP_MS, delayMs),
    patienceMs: PATIENCE_MS,
  })
  if (!taken) return at
  const wait = at.getTime() - now.getTime()
  if (wait > 0) await sleep(wait)
  return undefined
}
