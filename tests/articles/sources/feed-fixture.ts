import type { Fetch, Fetched } from '#articles/fetching/fetch.ts'
import { readArticle } from '#articles/read-article.ts'
import type { ReadingPages } from '#articles/sources/items/take-items.ts'
import type { Polling } from '#articles/sources/polling/poll-source.ts'
import { Refusal } from '#errors.ts'
import type { House } from '../../house.ts'

export const FEED_URL = 'https://courier.example/feed.json'

/** A JSON Feed item of the harbour's paper. */
export function item(number: number, more: Record<string, unknown> = {}) {
  return {
    id: `courier-${number}`,
    url: `https://courier.example/news/${number}`,
    title: `Harbour report number ${number}`,
    summary: `What happened at quay ${number}.`,
    date_published: new Date(Date.UTC(2026, 10, 22, 6) - number * 60_000).toISOString(),
    tags: ['Harbour'],
    ...more,
  }
}

export function items(from: number, to: number) {
  return Array.from({ length: to - from + 1 }, (_, index) => item(from + index))
}

/** Enough words for an article, about one number. */
export function bodyOf(number: number | string): string {
  const text = `The ferry of berth ${number} left at dawn with ${number} passengers, said the harbour office of Port Ansel, which counts every boat that comes and goes between the piers and the islands.`
  return `<p>${text}</p><p>Captain ${number} of the line called it an ordinary morning, and the next boat is due at noon with mail, bread and forty crates of oranges for the market of quay ${number}.</p>`
}

export function feedOf(all: object[], more: Record<string, unknown> = {}): string {
  return JSON.stringify({
    version: 'https://jsonfeed.org/version/1.1',
    title: 'The Harbour Courier',
    home_page_url: 'https://courier.example/',
    items: all,
    ...more,
  })
}

export type Answering = Partial<Fetched> & { text?: string }

export type Asked = Parameters<Fetch>[0]

export type Newsroom = Polling &
  ReadingPages & {
    /** What the feed's server answers from now on; an error is thrown. */
    answer: Answering | Error
    asked: Asked[]
    /** Pages by their address; a string is the words of the refusal. */
    pages: Map<string, string | { html: string }>
    readPages: string[]
  }

/** Polling against a server that answers what it is told to. Pages are ones that can be read, until told otherwise. */
export function openNewsroom({ context }: Pick<House, 'context'>): Newsroom {
  const newsroom: Newsroom = {
    ...context,
    answer: { text: feedOf([]) },
    asked: [],
    pages: new Map(),
    readPages: [],
    random: () => 0.5,
    read: async (input) => readArticle(input),
    async fetch(request) {
      newsroom.asked.push(request)
      if (newsroom.answer instanceof Error) throw newsroom.answer
      return fetchedOf(request.url, newsroom.answer)
    },
    async readPage(url) {
      newsroom.readPages.push(url)
      const page = newsroom.pages.get(url) ?? { html: bodyOf(url.replace(/.*\//, '')) }
      if (typeof page === 'string') throw new Refusal(page)
      const number = url.replace(/.*\//, '')
      const article = { headline: `Harbour report number ${number}`, url, html: page.html }
      return readArticle({
        bytes: new TextEncoder().encode(JSON.stringify(article)),
        contentType: 'application/json',
      })
    },
  }
  return newsroom
}

function fetchedOf(url: string, { text = '', ...more }: Answering): Fetched {
  return {
    status: 200,
    url,
    headers: {},
    bytes: new TextEncoder().encode(text),
    contentType: 'application/feed+json',
    etag: null,
    lastModified: null,
    retryAfter: null,
    maxAgeSeconds: null,
    permanentUrl: null,
    ...more,
  }
}
