import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { ArticleText } from '#articles/article.ts'
import { readArticle } from '#articles/read-article.ts'

function readDump(name: string): ArticleText {
  return readArticle({ bytes: readFileSync(new URL(`./dumps/${name}.txt`, import.meta.url)) })
}

function readWritten(text: string): ArticleText {
  return readArticle({ bytes: new TextEncoder().encode(text) })
}

describe('the text of a page', () => {
  test('loses navigation, breadcrumbs, share bars, captions, related links and footer', () => {
    const article = readDump('nav-and-share')

    expect(article).toMatchObject({
      headline: 'Night trains return to the Lowmoor line after 14 years',
      standfirst: 'The first service left at 10:40 p.m. with 212 passengers aboard.',
      byline: 'Tamsin Okoro, transport reporter',
      publisher: 'The Lowmoor Gazette',
      publishedAt: new Date('2026-11-20T07:15:00Z'),
    })
    expect(article.paragraphs.map(opening)).toEqual([
      'The first night train in',
      '"It smells of coffee and',
      'The regional railway says the',
      'More than 40 people have',
    ])
  })

  test('loses a cookie banner, and a sign-up box and an advertisement between its paragraphs', () => {
    const article = readDump('cookie-and-mid-newsletter')

    expect(article).toMatchObject({
      headline: 'Clinic in Harl Valley to open on Saturdays from January',
      byline: 'Pell Strand',
      publisher: 'Valley Record Media Ltd',
      place: 'HARL VALLEY',
    })
    expect(article.paragraphs.map(opening)).toEqual([
      'HARL VALLEY — The only',
      'The decision follows a winter',
      'Two nurses, Abena Lund and',
      'The board will review the',
    ])
  })

  test('loses comments and the teasers after them', () => {
    const article = readDump('comments-before-footer')

    expect(article.headline).toBe('Council to dredge the inner basin for the first time since 1998')
    expect(article.publishedAt).toEqual(new Date('2026-11-19T00:00:00Z'))
    expect(article.publisher).toBe('Coastline Daily')
    expect(article.paragraphs.map(opening)).toEqual([
      'The town council voted 7-2',
      'Work starts on 4 May',
      '"Boats have been sitting on',
      'Councillors Ove Brandt and Siri',
    ])
  })

  test('loses comments that no heading announces', () => {
    const article = readDump('comments-without-heading')

    expect(article.headline).toBe('Brindle library to stay open after volunteers raise 60,000')
    expect(article.paragraphs.map(opening)).toEqual([
      'Brindle library will stay open',
      'The county had planned to',
      'The first new opening hours',
    ])
  })

  test('goes on after a list of related stories in its middle', () => {
    const article = readDump('related-in-the-middle')

    expect(article.headline).toBe('Salmon return to the River Ash after weir is removed')
    expect(article.paragraphs.map(opening)).toEqual([
      'Salmon have spawned in the',
      'Surveyors counted 47 nests, known',
      '"We stood on the bank',
      'The river trust wants to',
    ])
  })

  test('is read in German as well', () => {
    const article = readDump('deutsch')

    expect(article).toMatchObject({
      headline: 'Hafenbrücke in Nordum bleibt bis zum Frühjahr gesperrt',
      byline: 'Anke Petersen',
      publisher: 'Nordumer Anzeiger',
      language: 'de',
      place: 'Nordum',
      publishedAt: new Date('2026-11-21T17:40:00Z'),
    })
    expect(article.paragraphs.map(opening)).toEqual([
      'Nordum (nah) – Die Hafenbrücke',
      'Bei einer Prüfung hatten Ingenieure',
      'Die Umleitung führt über die',
      'Der Neubau würde etwa 14',
    ])
  })
})

describe('an article written as plain text', () => {
  test('is its headline and its paragraphs', () => {
    const article = readDump('plain')

    expect(article.headline).toBe('Town band finds its lost march in a biscuit tin')
    expect(article.paragraphs).toHaveLength(4)
    expect(article.paragraphs.at(-1)).toBe(
      'The concert starts at 7:30 p.m. in the Corn Hall. Entry is free.',
    )
  })

  test('may begin with its section and byline', () => {
    const article = readDump('byline-first')

    expect(article).toMatchObject({
      headline: 'Ice cores from Mount Serrat push volcanic record back 900 years',
      byline: 'Lotte Brennan',
      publishedAt: new Date('2026-11-21T00:00:00Z'),
    })
    expect(article.paragraphs).toHaveLength(3)
  })

  test('has its wrapped lines joined to paragraphs', () => {
    const article = readDump('wrapped')

    expect(article.headline).toBe("Lighthouse keeper's diary sold for a record sum at auction")
    expect(article.paragraphs).toHaveLength(2)
    expect(article.paragraphs[0]).toContain('for nine winters was sold')
  })

  test('without a headline takes its first sentence', () => {
    const lead =
      'The ferry to Skerry was cancelled on Monday after a rope fouled both of its propellers, the operator said in a short statement on its website. It will sail again on Thursday, provided that divers find no damage below the waterline.'

    const article = readWritten(lead)

    expect(article.headline).toMatch(/^The ferry to Skerry was cancelled on Monday/)
    expect(article.headline.length).toBeLessThanOrEqual(140)
    expect(article.paragraphs).toEqual([lead])
  })

  test('keeps a list that a sentence leads to', () => {
    const article = readWritten(
      'What the new harbour rules mean\n\nThe harbour board has published new rules for small boats that apply from the first day of January. Skippers need to know three things:\n\n- Moorings must be booked\n- Engines stop at the wall\n- Nets dry on the north quay only\n\nThe rules were agreed after two public meetings in October.',
    )

    expect(article.paragraphs).toContain('- Engines stop at the wall')
  })
})

const sample = new URL('../../../shared/samples/article-page-dump.txt', import.meta.url)

describe.skipIf(!existsSync(sample))('the page pasted from a browser', () => {
  test('keeps the article and none of its comments, advertisements, sign-up box or footer', () => {
    const article = readArticle({ bytes: readFileSync(sample) })

    expect(article).toMatchObject({ place: 'WASHINGTON, DC', publisher: 'Law Enforcement Today' })
    expect(article.paragraphs).toHaveLength(8)
    expect(article.paragraphs.join(' ')).not.toMatch(
      /Laurence|Dona\b|Paul|Long overdue|Powered by|ADVERTISEMENT|inbox|Privacy|Sign in|corrections or revisions|opinions reflected/,
    )
  })
})

function opening(paragraph: string): string {
  return paragraph.split(' ').slice(0, 5).join(' ')
}
