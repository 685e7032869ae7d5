import { Hono } from 'hono'
import { html } from 'hono/html'
import { isEmbargoed } from '#articles/revisions/withhold.ts'
import { findArticleById } from '#articles/store.ts'
import type { Context } from '#context.ts'
import { readerPage } from '#deliveries/reader-mail.ts'
import { findLatestBlocks } from '#deliveries/service/latest/latest-store.ts'
import { findEdition } from '#editions/store.ts'
import { findBlocks } from '#deliveries/plan-store.ts'
import { Refusal } from '#errors.ts'
import { findByPublicId } from '#subscribers/store.ts'
import { openToken } from '#subscribers/tokens.ts'
import { webViewPage } from '../html/embed.ts'
import { page } from '../html/page.ts'
import { pageFrame } from './frame.ts'

/** A mail brings its own styles; nothing in it runs. */
export const MAIL_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src https:; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"

/** The mail on the web, as its reader got it; and the page of an article that has none of its own. */
export function readRoutes(context: Context): Hono {
  const routes = new Hono()
  const { db, secrets } = context

  routes.get('/e/:token', async (request) => {
    const opened = openToken(secrets, 'webView', request.req.param('token'))
    const edition = opened && (await findEdition(db, opened.reference))
    const subscriber = opened && (await findByPublicId(db, opened.publicId))
    if (edition === undefined || subscriber === undefined)
      throw new Refusal('there is no such mail', { status: 404 })
    const row = { editionId: edition.id, subscriberId: subscriber.id }
    const blocks = (await findBlocks(db, row)) ?? (await findLatestBlocks(db, row))
    if (blocks === undefined) throw new Refusal('there is no such mail', { status: 404 })
    const { publicId } = subscriber
    const mail = readerPage(context, edition, { publicId, blocks })
    return request.html(webViewPage(mail), 200, {
      'Content-Security-Policy': MAIL_POLICY,
    })
  })

  routes.get('/articles/:id', async (request) => {
    const id = request.req.param('id')
    const article = /^\d{1,15}$/.test(id) ? await findArticleById(db, Number(id)) : undefined
    if (article === undefined || isEmbargoed(article, context.clock.now()))
      throw new Refusal('there is no such article', { status: 404 })
    if (article.retractedAt !== null)
      throw new Refusal('this article was withdrawn', { status: 410 })
    const summary = article.sentences.map((sentence) => sentence.text).join(' ')
    const body = html`<h1>${article.headline}</h1>
      <p class="muted">${article.publisher ?? article.sourceName}</p>
      <p>${article.place === null ? '' : html`<b>${article.place}</b> · `}${summary}</p>
      <p class="muted">
        The publisher has not given this article an address of its own: this is its summary.
      </p>`
    return request.html(page(await pageFrame(context), { title: article.headline, body }))
  })
  return routes
}
