import { describe, expect, test } from 'vitest'
import { readArticle } from '#articles/read-article.ts'
import { type Layout, layouts } from './page-layouts.ts'
import { type PressText, ar, de, es, fr, he, it, ja, nl, pl, ru } from './press-texts.ts'

const PRESS: Record<string, PressText> = { de, fr, es, it, nl, pl, ru, ar, he, ja }
const every = Object.entries(PRESS).flatMap(([language, text]) =>
  Object.entries(layouts).map(
    ([name, layout]) => [`${language} ${name}`, text, layout] as [string, PressText, Layout],
  ),
)

function bodyOf(html: string): string {
  return readArticle({
    bytes: new TextEncoder().encode(html),
    contentType: 'text/html',
  }).paragraphs.join('\n')
}

describe('a short page gives every paragraph of its article, and nothing of what stands around', () => {
  test.each(every)('%s', (_, text, layout) => {
    const body = bodyOf(layout(text))

    expect([text.lead, ...text.body].filter((each) => !body.includes(each))).toEqual([])
    expect(furnitureOf(text).filter((each) => body.includes(each))).toEqual([])
  })
})

function furnitureOf(text: PressText): string[] {
  const { share, related, teaser, newsletter, comments, comment, cookies, tags, footer } = text
  const lines = [share, related, teaser, newsletter, comments, comment, cookies, tags, footer]
  return [...lines, text.caption, text.byline]
}
