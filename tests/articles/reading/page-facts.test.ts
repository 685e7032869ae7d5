import { expect, test } from 'vitest'
import { readArticle } from '#articles/read-article.ts'

const BODY = `<p>A ferry with 212 people on board ran aground off Kellfjord early on Monday, the coastguard said, and all of them were brought ashore by two lifeboats.</p><p>Nobody was badly hurt, and the operator said that it would look into the matter with the inspectors this week.</p>`

function read(parts: { head?: string; above?: string; below?: string }) {
  const html = `<!doctype html><html lang="en"><head><title>Ferry runs aground off Kellfjord</title>${parts.head ?? ''}</head><body><article><h1>Ferry runs aground off Kellfjord</h1>${parts.above ?? ''}${BODY}</article>${parts.below ?? ''}</body></html>`
  const url = 'https://courier.example/news/ferry'
  return readArticle({ bytes: new TextEncoder().encode(html), contentType: 'text/html', url })
}

test.each([
  ['<time>21. November 2026, 9:15 Uhr</time>', '2026-11-21T09:15:00.000Z'],
  ['<time datetime="2026-11-21T09:15+01:00">gestern</time>', '2026-11-21T08:15:00.000Z'],
  ['<span class="date">21 novembre 2026</span>', '2026-11-21T00:00:00.000Z'],
  ['<span class="date">1er décembre 2026</span>', '2026-12-01T00:00:00.000Z'],
  ['<p class="entry-date">21 de noviembre de 2026</p>', '2026-11-21T00:00:00.000Z'],
  ['<p class="post-date">21 listopada 2026</p>', '2026-11-21T00:00:00.000Z'],
  ['<div itemprop="datePublished">21 maart 2026</div>', '2026-03-21T00:00:00.000Z'],
  ['<span class="published">21.11.2026</span>', '2026-11-21T00:00:00.000Z'],
])('a date that is only shown is read: %s', (above, at) => {
  expect(read({ above }).publishedAt?.toISOString()).toBe(at)
})

test.each([
  '<footer>© 21 November 2026</footer>',
  '<div class="comments"><p>Ada wrote on 21 November 2026: sad news for all of us here.</p></div>',
])('a date that stands elsewhere is not the article’s: %s', (below) => {
  expect(read({ below }).publishedAt).toBeNull()
})

test('meta goes before what is shown', () => {
  const head = '<meta property="article:published_time" content="2026-11-20T06:00Z">'

  expect(read({ head, above: '<time>21 November 2026</time>' }).publishedAt?.toISOString()).toBe(
    '2026-11-20T06:00:00.000Z',
  )
})

test.each([
  ['<p class="byline">By Ada Brandt</p>', 'Ada Brandt'],
  ['<p class="author">Von Ada Brandt</p>', 'Ada Brandt'],
  ['<span class="autor">Por Ada Brandt</span>', 'Ada Brandt'],
  ['<span class="auteur">Par Ada Brandt</span>', 'Ada Brandt'],
  ['<span class="entry-author">Di Ada Brandt</span>', 'Ada Brandt'],
  ['<a rel="author" href="/ada">Door Ada Brandt</a>', 'Ada Brandt'],
])('a byline is read without its word: %s', (above, byline) => {
  expect(read({ above }).byline).toBe(byline)
})

test('the lead image comes with the sizes that the page names', () => {
  const head = '<meta property="og:image" content="https://cdn.example/ferry-1600.jpg">'
  const above = `<figure><picture><source srcset="/ferry-480.webp 480w, /ferry-960.webp 960w"><img src="data:image/gif;base64,R0" srcset="/w_320,h_200/ferry.jpg 320w, https://cdn.example/ferry-1600.jpg 1600w, data:image/gif;base64,R0 10w, half 2x" alt="The ferry on the rocks"></picture></figure>`

  expect(read({ head, above }).image).toEqual({
    url: 'https://cdn.example/ferry-1600.jpg',
    alt: 'The ferry on the rocks',
    width: null,
    height: null,
    renditions: [
      { url: 'https://courier.example/w_320,h_200/ferry.jpg', width: 320 },
      { url: 'https://cdn.example/ferry-1600.jpg', width: 1600 },
      { url: 'https://courier.example/ferry-480.webp', width: 480 },
      { url: 'https://courier.example/ferry-960.webp', width: 960 },
    ],
  })
})

test('a broken srcset gives no sizes', () => {
  const above = '<figure><img src="/a.jpg" srcset=",, w 0w ,javascript:x 300w" alt=""></figure>'

  expect(read({ above }).image).not.toHaveProperty('renditions')
})
