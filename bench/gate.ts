import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { type ReadSubject, read, readSubject } from '#articles/model/gate/evidence.ts'
import { doubtsAbout } from '#articles/model/gate/gate.ts'
import { splitSentences } from '#articles/languages/split-sentences.ts'
import { type Altering, alterations } from './support/altered.ts'
import { report, round, skip } from './support/report.ts'
import { passesWordGate } from './support/word-gate.ts'

// How much of what a model might get wrong the gate sees, and how often it doubts what is right, on highlights that
// people wrote and on sentences of the articles. --half 1 or 2 measures one half of the articles only.

const Row = z.object({
  article: z.string(),
  highlights: z.union([z.string(), z.array(z.string())]),
})
type Case = { subject: ReadSubject; article: string; highlights: string[]; lead: string[] }

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
    half: { type: 'string', default: '' },
  },
})
const file = [
  values.data,
  join(values.data, 'articles.jsonl'),
  join(values.data, 'summaries', 'articles.jsonl'),
].find((path) => path.endsWith('.jsonl') && existsSync(path))
if (values.data === '' || file === undefined)
  skip('no articles to measure on: name a folder with articles.jsonl, as in --data DIR')
else measure(casesIn(file))

function casesIn(path: string): Case[] {
  return readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .filter((_, line) => values.half === '' || line % 2 === Number(values.half) - 1)
    .map((line) => {
      const { article, highlights } = Row.parse(JSON.parse(line))
      const sentences = splitSentences(article, 'en').map(({ text }) => text)
      return {
        article,
        subject: readSubject({ language: 'en', headline: '', sentences }),
        highlights: (Array.isArray(highlights) ? highlights : highlights.split('\n')).filter(
          Boolean,
        ),
        lead: sentences.slice(0, 3),
      }
    })
}

type Tally = { tried: number; caught: number }

function measure(cases: readonly Case[]): void {
  const began = performance.now()
  const alarms = { highlights: 0, sentences: 0, lead: 0, words: 0, facts: 0 }
  const kinds: Record<string, number> = {}
  let [highlights, leads] = [0, 0]
  for (const { subject, article, highlights: texts, lead } of cases) {
    const doubts = texts.map((text) =>
      doubtsAbout({ text, sources: sourcesOf(text, subject) }, subject),
    )
    highlights += texts.length
    leads += lead.length
    alarms.sentences += doubts.filter((each) => each.length > 0).length
    if (doubts.some((each) => each.length > 0)) alarms.highlights += 1
    if (doubts.flat().some(({ kind }) => kind === 'number' || kind === 'name')) alarms.facts += 1
    if (!texts.every((text) => passesWordGate(text, article))) alarms.words += 1
    for (const kind of new Set(doubts.flat().map((doubt) => doubt.kind)))
      kinds[kind] = (kinds[kind] ?? 0) + 1
    alarms.lead += lead.filter(
      (text, place) => doubtsAbout({ text, sources: [place] }, subject).length > 0,
    ).length
  }
  const ms = (performance.now() - began) / cases.length
  const people = caughtIn(cases, 'highlights')
  const own = caughtIn(cases, 'lead')
  const plain = caughtByWords(cases)
  const known = ['altered number', 'name of another article']
  const mean = (tallies: Record<string, Tally>) =>
    known.reduce((sum, name) => sum + rate(tallies[name]) / known.length, 0)
  report(
    {
      name: 'gate',
      figures: {
        articles: cases.length,
        falseAlarmsPerSummary: shareOf(alarms.highlights, cases.length),
        falseAlarmsOfNumbersAndNames: shareOf(alarms.facts, cases.length),
        falseAlarmsPerSentence: shareOf(alarms.sentences, highlights),
        falseAlarmsByKind: Object.fromEntries(
          Object.entries(kinds).map(([kind, count]) => [kind, shareOf(count, cases.length)]),
        ),
        falseAlarmsOnArticleSentences: shareOf(alarms.lead, leads),
        caughtInHighlights: rates(people),
        caughtInArticleSentences: rates(own),
        msAnArticle: round(ms, 2),
      },
      reference: {
        name: 'every number and capitalised word is somewhere in the article',
        falseAlarmsPerSummary: shareOf(alarms.words, cases.length),
        caughtInHighlights: rates(plain),
      },
      ratio: round(mean(people) / mean(plain)),
      goal: 0.95,
      met: known.every((name) => rate(people[name]) >= 0.95),
    },
    { json: values.json },
  )
}

/** Sentences that pass as they are, with one thing altered; their sources stay. */
function caughtIn(cases: readonly Case[], from: 'highlights' | 'lead'): Record<string, Tally> {
  return altered(cases, from, (text, { subject }, place) => {
    const sources = from === 'lead' ? [place] : sourcesOf(text, subject)
    return (changed) => doubtsAbout({ text: changed, sources }, subject).length === 0
  })
}

function caughtByWords(cases: readonly Case[]): Record<string, Tally> {
  return altered(
    cases,
    'highlights',
    (_, { article }) =>
      (changed) =>
        passesWordGate(changed, article),
  )
}

type Judge = (text: string, of: Case, place: number) => (changed: string) => boolean

function altered(
  cases: readonly Case[],
  from: 'highlights' | 'lead',
  judge: Judge,
): Record<string, Tally> {
  const tallies: Record<string, Tally> = {}
  for (const [at, each] of cases.entries()) {
    const other = cases[(at * 37 + 11) % cases.length]?.article ?? ''
    for (const [place, text] of each[from].entries()) {
      const passes = judge(text, each, place)
      if (!passes(text)) continue
      const altering = { text, article: each.article, other }
      for (const [name, changed] of alteredOf(altering)) {
        const tally = (tallies[name] ??= { tried: 0, caught: 0 })
        tally.tried += 1
        tally.caught += passes(changed) ? 0 : 1
      }
    }
  }
  return tallies
}

function alteredOf(altering: Altering): [string, string][] {
  return Object.entries(alterations).flatMap(([name, alter]): [string, string][] => {
    const changed = alter(altering)
    return changed === undefined ? [] : [[name, changed]]
  })
}

/** The sentences that a person may have had in mind: up to three, that together have most of the words. */
function sourcesOf(text: string, { article }: ReadSubject): number[] {
  const left = new Set(read(text).keys)
  const picked: number[] = []
  const weight = (key: string) => 1 / Math.sqrt(article.filter(({ keys }) => keys.has(key)).length)
  const weights = new Map([...left].map((key) => [key, weight(key)]))
  while (picked.length < 3) {
    let [best, most] = [-1, 0.3]
    for (const [place, { keys }] of article.entries()) {
      if (picked.includes(place)) continue
      const gain =
        [...left].reduce((sum, key) => sum + (keys.has(key) ? (weights.get(key) ?? 0) : 0), 0) -
        place / 10_000
      if (gain > most) [best, most] = [place, gain]
    }
    if (best === -1) return picked
    picked.push(best)
    for (const key of article[best]?.keys ?? []) left.delete(key)
  }
  return picked
}

function shareOf(count: number, of: number): number {
  return round(count / of)
}

function rate(tally: Tally | undefined): number {
  return tally === undefined ? 0 : tally.caught / tally.tried
}

function rates(tallies: Record<string, Tally>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tallies).map(([name, tally]) => [
      name,
      `${round(rate(tally))} of ${tally.tried}`,
    ]),
  )
}
