import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { sql } from 'kysely'
import { fetchingProcessors } from '../workers/fetching-processors.ts'
import { intakeProcessors } from '../workers/processors.ts'
import { openApp } from '#app.ts'
import { addSource } from '#articles/sources/add-source.ts'
import { openDns } from '#mail/sender-dns/dns.ts'
import { openPolling } from '#articles/sources/open-polling.ts'
import { makeDue } from '#articles/sources/source-store.ts'
import { readConfig } from '#config.ts'
import type { Db } from '#db/open.ts'
import { openWorkers } from '#queue/workers.ts'
import { openMadeSite } from './support/made-site.ts'
import { median, report, round, tell } from './support/report.ts'
import { runBench } from './support/scope.ts'

// Articles from a feed to their stories, through the real queue in one process with its own PostgreSQL: fetched from a
// server on this machine, read, stored with their summaries, clustered. Once from their pages, once as the feed has them.
// Hosts are not paced here: all of them are one.

const { values } = parseArgs({
  options: {
    pages: { type: 'string', default: '600' },
    items: { type: 'string', default: '2000' },
    feeds: { type: 'string', default: '4' },
    json: { type: 'boolean', default: false },
  },
})
const GOAL = { pages: 10, items: 50 }
const MOST_GROWTH_MB = 64
const PATIENCE_MS = 10 * 60_000

await runBench(async (stack) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'daybreak-bench-'))
  stack.defer(async () => rm(dataDir, { recursive: true, force: true }))
  const config = readConfig({ DAYBREAK_DATA: dataDir, LOG_LEVEL: 'error' })
  const app = stack.use(await openApp({ config, command: 'bench' }))
  const { context, backend } = app
  const site = stack.use(await openMadeSite())
  const allow = (address: string, port: number) => address === '127.0.0.1' && port === site.port
  const polling = {
    ...openPolling(context, { allow }),
    pace: async () => undefined,
    openDns: () => openDns({ server: null }),
    dkimDir: null,
  }
  stack.use(
    await openWorkers({
      backend,
      queues: ['intake', 'fetching'],
      processors: { ...intakeProcessors(context), ...fetchingProcessors(context, polling) },
      log: context.log,
    }),
  )

  const take = async (bodyFrom: 'page' | 'feed', total: number) => {
    const feeds = Number(values.feeds)
    const sources: number[] = []
    for (let feed = 0; feed < feeds; feed += 1) {
      const name = `${bodyFrom}-${feed}`
      const { source } = await addSource(polling, { url: site.feedUrl(name), name, bodyFrom })
      sources.push(source.id)
      site.publish(name, { count: Math.ceil(total / feeds), whole: bodyFrom === 'feed' })
    }
    const before = await countInStories(context.db)
    const stored = await countArticles(context.db)
    const memory = watchMemory()
    const began = performance.now()
    for (const sourceId of sources) {
      await makeDue(context.db, { id: sourceId, now: context.clock.now() })
      await context.enqueue('poll-source', { sourceId })
    }
    const wanted = Math.ceil(total / feeds) * feeds
    const storedAt = await waitFor(async () => countArticles(context.db), stored + wanted)
    const articles = await waitFor(async () => countInStories(context.db), before + wanted)
    const secondsSince = (end: number) => (end - began) / 1000
    const seconds = secondsSince(articles.at)
    return {
      articles: articles.count - before,
      wanted,
      perSecond: (articles.count - before) / seconds,
      storedPerSecond: (storedAt.count - stored) / secondsSince(storedAt.at),
      ...memory.end(),
    }
  }
  tell('reading pages')
  const pages = await take('page', Number(values.pages))
  tell(`${round(pages.perSecond, 1)} pages a second, reading items of feeds`)
  const items = await take('feed', Number(values.items))

  report(
    {
      name: 'intake',
      figures: {
        pages: pages.articles,
        pagesPerSecond: round(pages.perSecond, 1),
        pagesStoredPerSecond: round(pages.storedPerSecond, 1),
        items: items.articles,
        itemsPerSecond: round(items.perSecond, 1),
        itemsStoredPerSecond: round(items.storedPerSecond, 1),
        rssMbStart: round(pages.rssStart, 0),
        rssMbPeak: round(Math.max(pages.rssPeak, items.rssPeak), 0),
        rssMbGrowth: round(Math.max(pages.growth, items.growth), 0),
      },
      reference: { pagesPerSecond: GOAL.pages, itemsPerSecond: GOAL.items },
      ratio: round(Math.min(pages.perSecond / GOAL.pages, items.perSecond / GOAL.items)),
      goal: 1,
      met:
        pages.articles === pages.wanted &&
        items.articles === items.wanted &&
        pages.perSecond >= GOAL.pages &&
        items.perSecond >= GOAL.items &&
        Math.max(pages.growth, items.growth) <= MOST_GROWTH_MB,
    },
    values,
  )
})

/** Flat is what the last quarter of the time holds no more of than the second. */
function watchMemory() {
  const samples = [megabytes()]
  const timer = setInterval(() => samples.push(megabytes()), 100)
  return {
    end() {
      clearInterval(timer)
      const quarter = Math.ceil(samples.length / 4)
      return {
        rssStart: samples[0] ?? 0,
        rssPeak: Math.max(...samples),
        growth: median(samples.slice(-quarter)) - median(samples.slice(quarter, quarter * 2 + 1)),
      }
    },
  }
}

function megabytes(): number {
  return process.memoryUsage.rss() / 2 ** 20
}

async function countArticles(db: Db): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from article`.execute(db)
  return rows[0]?.count ?? 0
}

async function countInStories(db: Db): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from story_article`.execute(db)
  return rows[0]?.count ?? 0
}

/** Until there are as many, or for a minute none was added. */
async function waitFor(
  look: () => Promise<number>,
  wanted: number,
): Promise<{ count: number; at: number }> {
  const end = performance.now() + PATIENCE_MS
  let count = 0
  let at = performance.now()
  while (count < wanted && performance.now() < end && performance.now() - at < 60_000) {
    await sleep(100)
    const now = await look()
    if (now !== count) at = performance.now()
    count = now
  }
  return { count, at }
}
