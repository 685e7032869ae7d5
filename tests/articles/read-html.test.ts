import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readArticle } from '#articles/read-article.ts'
import { readArticleInWorker } from '#articles/read-in-worker.ts'
import { summarise } from '#articles/summarise.ts'

const samples = new URL('../../samples/', import.meta.url)
const sample = (name: string) => readFileSync(new URL(name, samples))
const ferry = { bytes: sample('ferry-strikes-dredger-in-fog.html') }

describe('a page', () => {
  test('gives its metadata', () => {
    const article = readArticle(ferry)

    expect(article).toMatchObject({
      headline: 'Fourteen hurt as Gull Island ferry strikes dredger in fog',
      standfirst: 'The Marlow was carrying 212 people when it hit the Tern at the harbour mouth.',
      byline: 'Nora Vance',
      publisher: 'The Harbour Courier',
      publishedAt: new Date('2026-11-21T11:40:00Z'),
      language: 'en',
      canonicalUrl: 'https://courier.example.com/harbour/2026/11/ferry-strikes-dredger-in-fog',
      image: {
        url: 'https://images.example.com/courier/2026/11/marlow-berth-3.jpg',
        alt: 'The white ferry Marlow at berth 3 with its bow pushed in',
        width: 1600,
        height: 900,
      },
      topics: ['Harbour', 'Ferries'],
      place: 'PORT ANSEL',
      breaking: false,
    })
  })

  test('gives its body without what stands around it', () => {
    const { paragraphs } = readArticle(ferry)

    expect(paragraphs[0]).toMatch(/^PORT ANSEL — The Gull Island ferry Marlow struck/)
    expect(paragraphs.at(-1)).toMatch(/at 9 a\.m\. and 3 p\.m\.$/)
    expect(paragraphs).toHaveLength(10)
    expect(paragraphs.join(' ')).not.toMatch(
      /cookie|Copy link|Photo:|Advertisement|inbox|Related|©/i,
    )
  })

  test('without metadata is read from what a reader sees', () => {
    const page = `<html lang="de"><head><title>Brücke gesperrt | Nordumer Anzeiger</title><meta property="og:site_name" content="Nordumer Anzeiger"></head><body><article><h1>Brücke gesperrt</h1><p class="byline">Von Anke Petersen</p><time datetime="2026-11-21T17:40:00+01:00"></time><figure><img src="/bild.jpg" alt="Die Brücke"></figure><p>Die Hafenbrücke in Nordum bleibt bis mindestens 3. März für alle Autos gesperrt, teilte die Stadt am Samstag mit.</p><p>Ingenieure hatten bei einer Prüfung am Freitag Risse in zwei der acht Träger gefunden, die nun verstärkt werden.</p></article></body></html>`

    const article = readArticle({
      bytes: new TextEncoder().encode(page),
      url: 'https://anzeiger.example/bruecke?utm_medium=x',
    })

    expect(article).toMatchObject({
      headline: 'Brücke gesperrt',
      byline: 'Anke Petersen',
      language: 'de',
      publishedAt: new Date('2026-11-21T16:40:00Z'),
      canonicalUrl: 'https://anzeiger.example/bruecke',
      image: { url: 'https://anzeiger.example/bild.jpg', alt: 'Die Brücke' },
    })
    expect(article.paragraphs).toHaveLength(2)
  })
})

describe('the samples', () => {
  test.each(readdirSync(samples))('%s reads as an article with a summary', (name) => {
    const article = readArticle({ bytes: sample(name), fileName: name })
    const summary = summarise(article)

    expect(article.paragraphs.length).toBeGreaterThanOrEqual(8)
    expect(article.publishedAt?.toISOString()).toMatch(/^2026-11-2[12]/)
    expect(article.paragraphs.join(' ')).not.toMatch(/Sign in|inbox|Gullwatcher|©|Powered by/)
    expect(summary.method).toBe('extractive')
    expect(summary.sentences[0]?.paragraph).toBe(0)
    for (const { text, paragraph, start, end } of summary.sentences)
      expect(article.paragraphs[paragraph]?.slice(start, end)).toBe(text)
  })
})

describe('in a thread of its own', () => {
  test('a page reads the same', async () => {
    const article = await readArticleInWorker(ferry, { timeoutMs: 30_000 })

    expect(article).toEqual(readArticle(ferry))
  })

  test('a refusal comes through with its field and status', async () => {
    const bytes = new TextEncoder().encode('{"headline": 42, "body": "x"}')

    await expect(readArticleInWorker({ bytes }, { timeoutMs: 30_000 })).rejects.toMatchObject({
      name: 'Refusal',
      field: 'headline',
      status: 422,
    })
  })

  test('a page that is not read in time is refused', async () => {
    await expect(readArticleInWorker(ferry, { timeoutMs: 1 })).rejects.toMatchObject({
      name: 'Refusal',
      message: expect.stringContaining('could not be read within'),
    })
  })
})
