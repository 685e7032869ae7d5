import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { openApp } from '#app.ts'
import { ingest } from '#articles/ingest.ts'
import { readConfig } from '#config.ts'
import type { Context } from '#context.ts'
import { clusterArticle } from '#stories/cluster.ts'
import { StoryWindow } from '#stories/story-window.ts'
import { type ClusterScore, scoreClusters } from './support/cluster-score.ts'
import { type LabelledArticle, plainClusters } from './support/plain-clusters.ts'
import { median, report, round } from './support/report.ts'
import { runBench } from './support/scope.ts'

// Labelled articles of two weeks, taken in and clustered in the order of time, as the service does it: with its own
// PostgreSQL, one after the other. The tuning half comes first, so that the other finds a service that has run a while.

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } })
const GOAL = 0.85
const HALVES = ['tuning', 'unseen'] as const

const Articles = z.array(
  z.object({
    id: z.string(),
    story: z.string(),
    language: z.string(),
    outlet: z.string(),
    at: z.iso.datetime(),
    headline: z.string(),
    text: z.string(),
  }),
)

await runBench(async (stack) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'daybreak-bench-'))
  stack.defer(async () => rm(dataDir, { recursive: true, force: true }))
  const config = readConfig({ DAYBREAK_DATA: dataDir, LOG_LEVEL: 'error' })
  const app = stack.use(await openApp({ config, command: 'bench' }))
  const window = new StoryWindow()
  const times: number[] = []
  const halves: Record<string, Half> = {}
  for (const name of HALVES) {
    const articles = await readHalf(name)
    const clusters: number[] = []
    for (const article of articles) {
      const context = { ...app.context, clock: { now: () => new Date(article.at) } }
      const articleId = await takeIn(context, article)
      const began = performance.now()
      const { storyId } = await clusterArticle(context, articleId, window)
      times.push(performance.now() - began)
      clusters.push(storyId)
    }
    halves[name] = {
      articles: articles.length,
      stories: new Set(articles.map(({ story }) => story)).size,
      ours: scoreOf(articles, clusters),
      plain: scoreOf(articles, plainClusters(articles)),
    }
  }
  const { tuning, unseen } = halves
  if (tuning === undefined || unseen === undefined) throw new Error('a half is missing')
  report(
    {
      name: 'stories',
      figures: {
        tuning: { articles: tuning.articles, stories: tuning.stories, ...tuning.ours },
        unseen: { articles: unseen.articles, stories: unseen.stories, ...unseen.ours },
        p50Ms: round(median(times), 1),
      },
      reference: {
        name: 'tf-idf of headline and body, single linkage at 0.30',
        tuning: tuning.plain,
        unseen: unseen.plain,
      },
      ratio: round(unseen.ours.f1 / unseen.plain.f1),
      goal: GOAL,
      met: unseen.ours.f1 >= GOAL,
    },
    values,
  )
})

type Half = { articles: number; stories: number; ours: ClusterScore; plain: ClusterScore }

async function readHalf(half: string): Promise<LabelledArticle[]> {
  const folder = join(import.meta.dirname, 'stories')
  const files = (await readdir(folder)).filter((file) => file.startsWith(`${half}-`))
  const texts = await Promise.all(files.map(async (file) => readFile(join(folder, file), 'utf8')))
  return texts
    .flatMap((text) => Articles.parse(JSON.parse(text)))
    .toSorted((a, b) => a.at.localeCompare(b.at) || a.id.localeCompare(b.id))
}

async function takeIn(
  context: Context,
  { id, language, outlet, at, headline, text }: LabelledArticle,
): Promise<number> {
  const article = {
    url: `https://${id}.example/news`,
    headline,
    publisher: outlet,
    language,
    publishedAt: at,
    paragraphs: text.split(/\n\s*\n/),
  }
  const bytes = new TextEncoder().encode(JSON.stringify(article))
  const { articleId } = await ingest(
    { ...context, enqueue: async () => undefined },
    { input: { bytes, contentType: 'application/json' }, origin: { kind: 'api', name: outlet } },
  )
  return articleId
}

function scoreOf(articles: readonly LabelledArticle[], clusters: readonly number[]): ClusterScore {
  const score = scoreClusters(
    articles.map(({ story }, index) => ({ story, cluster: clusters[index] ?? `none ${index}` })),
  )
  return {
    precision: round(score.precision),
    recall: round(score.recall),
    f1: round(score.f1),
    bCubedF1: round(score.bCubedF1),
  }
}
