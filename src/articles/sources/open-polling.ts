import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '#context.ts'
import { createFetcher, type FetcherOptions } from '../fetching/fetch.ts'
import { paceHost, visitPage } from '../fetching/visit-page.ts'
import { readInput } from '../ingest.ts'
import type { ReadingPages } from './items/take-items.ts'
import type { Polling } from './polling/poll-source.ts'

/** What polling and reading need of the world outside, as this house is set up. */
export function openPolling(
  context: Context,
  options: FetcherOptions = {},
): Polling & ReadingPages {
  const fetch = createFetcher({ contact: context.config.publicUrl, ...options })
  const web = { ...context, fetch, sleep: async (ms: number) => sleep(ms) }
  return {
    ...context,
    fetch,
    pace: async (url) => paceHost(web, url),
    read: readInput,
    readPage: async (url) => readInput(await visitPage(web, url)),
  }
}
