import { Kysely, PostgresDialect } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createPool, type Db } from '#db/open.ts'
import { approveEdition, sendEdition } from '#deliveries/send-edition.ts'
import { draftAlert } from '#editions/alerts/draft-alert.ts'
import { addOperator } from '#operators/operator.ts'
import { createWeb } from '#http/web.ts'
import { readInbox } from '#mail/inbox-store.ts'
import { ingestArticle } from '../articles-fixture.ts'
import { addReaders } from '../house.ts'
import {
  confirmationToken,
  openWebHouse,
  readerToken,
  webOf,
  type WebHouse,
  NOBODY_ANSWERS,
} from './web-fixture.ts'

let house: WebHouse
beforeEach(async () => {
  house = await openWebHouse()
})
afterEach(async () => house[Symbol.asyncDispose]())

const HOSTILE = `Mayor says <script>alert(1)</script> "quoted" & 'done' <img src=x onerror=alert(2)>`

describe('every answer', () => {
  test.each(['/', '/nothing', '/c/x', '/inbox', '/healthz', '/api/v1/nothing', '/articles/999'])(
    'to %s forbids what pages of ours do not need, is not sniffed, kept, indexed or told onwards',
    async (path) => {
      const { headers } = await house.web.request(path, {}, stranger())

      const policy = headers.get('content-security-policy') ?? ''
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("base-uri 'none'")
      expect(policy).not.toMatch(/unsafe|\*/)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('x-robots-tag')).toBe('noindex')
      expect(headers.get('set-cookie')).toBeNull()
    },
  )

  test('to an unknown page is 404 in the frame of the publication', async () => {
    const response = await house.web.request('/../../etc/passwd')

    expect(response.status).toBe(404)
    expect(await response.text()).toContain('There is no such page.')
  })

  test.each(['/assets/daybreak.css', '/assets/signup.js'])(
    'to %s is the file, to be kept for an hour',
    async (path) => {
      const response = await house.web.request(path)

      expect(response.status).toBe(200)
      expect(response.headers.get('cache-control')).toContain('max-age=3600')
    },
  )

  test.each([
    '/assets/',
    '/assets/../config.ts',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/assets/embed.html',
  ])('to %s, which is no file for everybody, is 404', async (path) => {
    expect((await house.web.request(path)).status).toBe(404)
  })
})

describe('the text of an article', () => {
  test('is text on its page, whatever it looks like', async () => {
    const { articleId } = await ingestArticle(house.context, {
      headline: HOSTILE,
      paragraphs: hostileParagraphs(),
    })

    const response = await house.web.request(`/articles/${articleId}`)
    const page = await response.text()

    expect(response.status).toBe(200)
    expect(page).not.toMatch(/<script>alert|<img|<iframe|onerror=alert\(2\)>/)
    expect(page).toContain('Mayor says')
  })

  test('is text in the mail on the web, which can run nothing', async () => {
    await addReaders(house, 1)
    const { articleId } = await ingestArticle(house.context, {
      headline: HOSTILE,
      breaking: true,
      paragraphs: hostileParagraphs(),
    })
    const operator = await addOperator(house.context, { name: 'desk', role: 'publisher' })
    const { editionId, contentHash } = await draftAlert(house.context, {
      articleId,
      operatorId: operator.id,
    })
    await approveEdition(house.context, { editionId, contentHash, operatorId: operator.id })
    await sendEdition(house.context, { editionId, rule: 'now' })

    const token = await readerToken(house, {
      email: 'reader1@example.org',
      purpose: 'webView',
      reference: editionId,
    })
    const response = await house.web.request(`/e/${token}`)
    const page = await response.text()

    expect(response.status).toBe(200)
    expect(page).toContain('Mayor says')
    expect(page).not.toMatch(/<script|<iframe|<img[^>]*onerror/)
    expect(page).not.toContain('reader1@')
    expect(response.headers.get('content-security-policy')).toBe(
      "default-src 'none'; style-src 'unsafe-inline'; img-src https:; form-action 'none'; frame-ancestors 'none'; base-uri 'none'",
    )
  })

  test.each(['abc', '0', '999', '-1', '1e3', '1'.repeat(16), "1'--", '%00'])(
    'of the article %s, which is not there, is 404',
    async (id) => {
      expect((await house.web.request(`/articles/${id}`)).status).toBe(404)
    },
  )

  test('a web view of an edition that the reader did not get is 404', async () => {
    await addReaders(house, 1)
    const { articleId } = await ingestArticle(house.context, {
      headline: 'Harbour bridge closed',
      breaking: true,
    })
    const { editionId } = await draftAlert(house.context, { articleId, operatorId: null })

    const token = await readerToken(house, {
      email: 'reader1@example.org',
      purpose: 'webView',
      reference: editionId,
    })

    expect((await house.web.request(`/e/${token}`)).status).toBe(404)
  })
})

describe('health', () => {
  test('is up while the process answers, and ready while database and queues do', async () => {
    const alive = await house.web.request('/healthz')
    const ready = await house.web.request('/readyz')

    expect([alive.status, await alive.text()]).toEqual([200, 'ok\n'])
    expect([ready.status, await ready.json()]).toEqual([200, { database: 'ok', queue: 'ok' }])
  })

  test('is not ready when the database is gone, but still up; pages say so without the database', async () => {
    const url = 'postgres://127.0.0.1:1/gone'
    const pool = createPool({ url, max: 1, onError: () => undefined })
    await using db: Db = new Kysely({ dialect: new PostgresDialect({ pool }) })
    const web = webOf({ context: { ...house.context, db } })

    const alive = await web.request('/healthz')
    const ready = await web.request('/readyz')
    const page = await web.request('/')

    expect(alive.status).toBe(200)
    expect([ready.status, await ready.json()]).toEqual([503, { database: 'down', queue: 'ok' }])
    expect([page.status, await page.text()]).toEqual([
      500,
      'Something went wrong on our side, it is in the log.\n',
    ])
  })

  test('is not ready when the queues are gone', async () => {
    const web = createWeb({
      context: house.context,
      queues: { counts: async () => Promise.reject(new Error('connection refused')) },
      inbox: readInbox('/nonexistent'),
      asked: NOBODY_ANSWERS,
      dataDir: '/nonexistent',
    })

    const ready = await web.request('/readyz')

    expect([ready.status, await ready.json()]).toEqual([503, { database: 'ok', queue: 'down' }])
  })
})

test('no mail address and no token is in the log, also when a request fails', async () => {
  await house.signUp('reader@example.org')
  await house.signUp('bad address@example.org')
  const token = await confirmationToken(house, 'reader@example.org')
  house.context.enqueue = async () => {
    throw new Error('cannot mail reader@example.org')
  }

  const response = await house.post(`/c/${token}`)

  expect(response.status).toBe(500)
  expect(await response.text()).not.toContain('reader@')
  expect(house.lines).toHaveLength(1)
  expect(house.lines.join('')).toContain('cannot mail …@example.org')
  expect(house.lines.join('')).not.toMatch(/reader@|address@/)
  expect(house.lines.join('')).not.toContain(token)
})

function hostileParagraphs(): string[] {
  return [
    `${HOSTILE} was said in the council of Port Ansel, which voted on Friday to rebuild the old fish market on the north quay.`,
    'Work is to begin in March and to cost 14.2 million crowns, of which the region pays a third </p></td></table><iframe src="//evil.example">.',
    'Traders {{ secret }} and %%slot:unsubscribeUrl%% will keep their stalls in a hall beside the station while the quay is closed.',
  ]
}

function stranger() {
  return { incoming: { socket: { remoteAddress: '172.17.0.1' } } }
}
