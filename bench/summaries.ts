import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import type { SummarySentence } from '#articles/article.ts'
import { splitSentences } from '#articles/languages/split-sentences.ts'
import { summarise } from '#articles/summarise.ts'
import { type Rouge, rougeOf } from './support/rouge.ts'

// How near the summaries come to what people wrote, beside the article's first sentences and the best that its sentences
// could do, all within the same budget of words.

const Row = z.object({ id: z.string(), article: z.string(), highlights: z.array(z.string()) })
const BUDGET = 60
const LONG = 40

const { values } = parseArgs({
  options: { data: { type: 'string', default: '' }, json: { type: 'boolean', default: false } },
})
const file = join(values.data, 'articles.jsonl')
if (values.data === '' || !existsSync(file)) {
  process.stdout.write(
    'No articles to measure on: name a folder with articles.jsonl (id, article, highlights), as in --data DIR.\n',
  )
} else {
  await measure(file)
}

type Sum = Rouge & { words: number }

async function measure(path: string): Promise<void> {
  const rows = (await readFile(path, 'utf8'))
    .split('\n')
    .filter((row) => row !== '')
    .map((row) => Row.parse(JSON.parse(row)))
  const sums = { ours: empty(), lead: empty(), oracle: empty() }
  const times: number[] = []
  let [verbatim, closed, sentences, long] = [0, 0, 0, 0]
  for (const { article, highlights } of rows) {
    const paragraphs = article.split(/\n+/).filter((text) => text.trim() !== '')
    const began = performance.now()
    const summary = summarise({ headline: '', standfirst: null, paragraphs, language: 'en' })
    times.push(performance.now() - began)
    const all = paragraphs.flatMap((text) => splitSentences(text, 'en').map((span) => span.text))
    const ours = summary.sentences.map(({ text }) => text)
    add(sums.ours, ours, highlights)
    add(sums.lead, leadOf(all), highlights)
    add(sums.oracle, oracleOf(all.slice(0, 60), highlights), highlights)
    if (summary.sentences.every((sentence) => isVerbatim(sentence, paragraphs))) verbatim++
    if (ours.every(closesItsQuotes)) closed++
    sentences += ours.length
    long += ours.filter((text) => wordsOf(text) > LONG).length
  }
  const count = rows.length
  report({
    articles: count,
    ours: mean(sums.ours, count),
    lead: mean(sums.lead, count),
    oracle: mean(sums.oracle, count),
    verbatimShare: verbatim / count,
    brokenQuotations: count - closed,
    sentencesOver40WordsShare: round(long / sentences),
    p50Ms: round(times.toSorted((a, b) => a - b)[Math.floor(count / 2)] ?? 0),
    node: process.version,
  })
}

function isVerbatim(
  { text, paragraph, start, end }: SummarySentence,
  paragraphs: readonly string[],
): boolean {
  return paragraphs[paragraph]?.slice(start, end) === text
}

/** As many quotation marks open as close; apostrophes are not counted. */
function closesItsQuotes(text: string): boolean {
  const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0
  return count(/"/g) % 2 === 0 && count(/[“«]/g) === count(/[”»]/g)
}

function leadOf(all: readonly string[]): string[] {
  const picked: string[] = []
  let words = 0
  for (const text of all) {
    words += wordsOf(text)
    if (picked.length > 0 && words > BUDGET) break
    picked.push(text)
  }
  return picked
}

/** Greedily what raises ROUGE-1 and 2 most: what can be reached with sentences alone. */
function oracleOf(all: readonly string[], highlights: readonly string[]): string[] {
  const picked: number[] = []
  let best = 0
  for (;;) {
    let next: number | undefined
    for (const at of all.keys()) {
      if (picked.includes(at)) continue
      const texts = [...picked, at].map((index) => all[index] ?? '')
      if (wordsOf(texts.join(' ')) > BUDGET) continue
      const { r1, r2 } = rougeOf(texts, highlights)
      if (r1 + r2 > best) [best, next] = [r1 + r2, at]
    }
    if (next === undefined) return picked.toSorted((a, b) => a - b).map((at) => all[at] ?? '')
    picked.push(next)
  }
}

function wordsOf(text: string): number {
  return text.split(/\s+/).filter((word) => word !== '').length
}

function empty(): Sum {
  return { r1: 0, r2: 0, rLsum: 0, words: 0 }
}

function add(sum: Sum, summary: string[], highlights: string[]): void {
  const { r1, r2, rLsum } = rougeOf(summary, highlights)
  sum.r1 += r1
  sum.r2 += r2
  sum.rLsum += rLsum
  sum.words += wordsOf(summary.join(' '))
}

function mean({ r1, r2, rLsum, words }: Sum, count: number): Sum {
  return {
    r1: round(r1 / count),
    r2: round(r2 / count),
    rLsum: round(rLsum / count),
    words: round(words / count),
  }
}

type Figures = {
  articles: number
  ours: Sum
  lead: Sum
  oracle: Sum
  verbatimShare: number
  brokenQuotations: number
  sentencesOver40WordsShare: number
  p50Ms: number
  node: string
}

function report(figures: Figures): void {
  const { ours, lead, oracle, verbatimShare, brokenQuotations } = figures
  const gains = [ours.r1 - lead.r1, ours.r2 - lead.r2, ours.rLsum - lead.rLsum]
  const above = gains.filter((gain) => gain > 0).length
  const answer = {
    name: 'summaries',
    figures,
    reference: { name: 'the first sentences within the same words', ...lead },
    ratio: round(ours.r1 / lead.r1),
    goal: 'not below lead, above on two of three, all verbatim, no broken quotation',
    met:
      gains.every((gain) => gain >= 0) &&
      above >= 2 &&
      verbatimShare === 1 &&
      brokenQuotations === 0,
  }
  process.stdout.write(
    values.json
      ? `${JSON.stringify(answer)}\n`
      : `${figures.articles} articles, ROUGE-1 / 2 / Lsum: ours ${line(ours)}, lead ${line(lead)}, oracle ${line(oracle)}; verbatim ${verbatimShare}, broken quotations ${brokenQuotations}, ${figures.p50Ms} ms\n`,
  )
}

function line({ r1, r2, rLsum, words }: Sum): string {
  return `${r1} / ${r2} / ${rLsum} (${words} words)`
}

function round(figure: number): number {
  return Math.round(figure * 100) / 100
}
