import { existsSync } from 'node:fs'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { Readability } from '@mozilla/readability'
import { z } from 'zod'
import { blocksOf } from '#articles/reading/blocks.ts'
import { parsePage } from '#articles/reading/dom.ts'
import { readArticle } from '#articles/read-article.ts'
import { readDump } from './support/dump-report.ts'

// How well article bodies are read from real pages, against plain Readability in the same run.
// The score is that of scrapinghub/article-extraction-benchmark: 4-word shingles, averaged over pages.

const Truth = z.record(z.string(), z.object({ articleBody: z.string(), url: z.string() }))

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '' },
    dump: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
  },
})
const truthFile = join(values.data, 'ground-truth.json')
if (values.dump !== '') {
  await tellDump(values.dump)
} else if (values.data === '' || !existsSync(truthFile)) {
  process.stdout.write(
    `No pages to measure on: name a folder with html/*.html.gz and ground-truth.json, as in --data DIR.\n`,
  )
} else {
  await measure(values.data)
}

async function tellDump(file: string): Promise<void> {
  if (!existsSync(file)) {
    process.stdout.write(`There is no ${file}: name a page that was copied as text.\n`)
    return
  }
  const figures = await readDump(file)
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ name: 'extract-dump', figures })}\n`)
    return
  }
  const { headline, byline, kept, dropped, summary } = figures
  const lines = [
    `headline  ${headline}`,
    `byline    ${byline}`,
    ...kept.map((line) => `kept      ${line}`),
    ...dropped.map((line) => `dropped   ${line}`),
    ...summary.map(
      ({ text, words, verbatim }) =>
        `summary   ${words} words, ${verbatim ? 'verbatim' : 'NOT IN THE BODY'}: ${text}`,
    ),
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}

async function measure(data: string): Promise<void> {
  const truth = Truth.parse(JSON.parse(await readFile(truthFile, 'utf8')))
  const ours: Score[] = []
  const plain: Score[] = []
  const times: number[] = []
  for (const file of (await readdir(join(data, 'html'))).toSorted()) {
    const page = truth[file.replace(/\.html\.gz$/, '')]
    if (page === undefined) continue
    const bytes = gunzipSync(await readFile(join(data, 'html', file)))
    const began = performance.now()
    ours.push(score(page.articleBody, bodyByDaybreak(bytes, page.url)))
    times.push(performance.now() - began)
    plain.push(score(page.articleBody, bodyByReadability(bytes)))
  }
  report(average(ours), average(plain), times)
}

function bodyByDaybreak(bytes: Uint8Array, url: string): string {
  try {
    return readArticle({ bytes, url, contentType: 'text/html' }).paragraphs.join('\n')
  } catch (error) {
    process.stderr.write(`${url}: ${String(error)}\n`)
    return ''
  }
}

function bodyByReadability(bytes: Uint8Array): string {
  const found = new Readability(parsePage(new TextDecoder().decode(bytes))).parse()
  const body = parsePage(`<html><body>${found?.content ?? ''}</body></html>`).querySelector('body')
  return body === null
    ? ''
    : blocksOf(body)
        .map(({ text }) => text)
        .join('\n')
}

type Score = { precision: number; recall: number }

function score(wanted: string, got: string): Score {
  const [truth, found] = [shingles(wanted), shingles(got)]
  let hits = 0
  for (const [shingle, count] of found) hits += Math.min(count, truth.get(shingle) ?? 0)
  const [allTruth, allFound] = [total(truth), total(found)]
  if (allTruth === allFound && hits === allTruth) return { precision: 1, recall: 1 }
  return {
    precision: allFound === 0 ? 0 : hits / allFound,
    recall: allTruth === 0 ? 0 : hits / allTruth,
  }
}

function shingles(text: string): Map<string, number> {
  const words = text.match(/[\p{L}\p{N}_]+/gu) ?? []
  const counts = new Map<string, number>()
  for (let at = 0; at < Math.max(1, words.length - 3); at++) {
    const shingle = words.slice(at, at + 4).join(' ')
    if (shingle !== '') counts.set(shingle, (counts.get(shingle) ?? 0) + 1)
  }
  return counts
}

function total(counts: Map<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0)
}

function average(scores: readonly Score[]): Score & { f1: number } {
  const mean = (of: (each: Score) => number) =>
    scores.reduce((sum, each) => sum + of(each), 0) / scores.length
  const [precision, recall] = [mean((each) => each.precision), mean((each) => each.recall)]
  return { precision, recall, f1: (2 * precision * recall) / (precision + recall) }
}

function report(ours: Score & { f1: number }, plain: { f1: number }, times: number[]): void {
  const sorted = times.toSorted((a, b) => a - b)
  const figures = {
    pages: times.length,
    f1: round(ours.f1),
    precision: round(ours.precision),
    recall: round(ours.recall),
    p50Ms: Math.round(sorted[Math.floor(sorted.length * 0.5)] ?? 0),
    meanMs: Math.round(times.reduce((sum, each) => sum + each, 0) / times.length),
    p95Ms: Math.round(sorted[Math.floor(sorted.length * 0.95)] ?? 0),
    peakMb: Math.round(process.resourceUsage().maxRSS / 1024),
    node: process.version,
  }
  const goal = 0.97
  const answer = {
    name: 'extract',
    figures,
    reference: { name: 'plain Readability', f1: round(plain.f1) },
    ratio: round(ours.f1 / plain.f1),
    goal,
    met: ours.f1 >= goal,
  }
  process.stdout.write(
    values.json
      ? `${JSON.stringify(answer)}\n`
      : `${figures.pages} pages: F1 ${figures.f1} (precision ${figures.precision}, recall ${figures.recall}), plain Readability ${round(plain.f1)}; ${figures.p50Ms} ms a page, p95 ${figures.p95Ms} ms\n`,
  )
}

function round(figure: number): number {
  return Math.round(figure * 1_000) / 1_000
}
