import { getConnInfo } from '@hono/node-server/conninfo'
import { Hono, type Context as Request } from 'hono'
import type { Context } from '#context.ts'
import { Refusal } from '#errors.ts'
import type { InboxEntry, InboxMail, InboxReader } from '#mail/inbox-store.ts'
import { isLoopback } from '#mail/smtp-url.ts'
import { inboxPage, MESSAGE_TABS, type MessageTab, messagePage } from '../html/inbox-pages.ts'
import { pageFrame, pathOf } from '../public/frame.ts'

const PAGE = 50

/** A mail is somebody else's page: it runs nothing, and its pictures may come from the web. */
const MAIL_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; frame-ancestors 'self'; sandbox"

/** The built-in inbox as pages. Only where Daybreak is tried out: the mails hold everybody's links. */
export function inboxRoutes({ context, inbox }: { context: Context; inbox: InboxReader }): Hono {
  const routes = new Hono()
  const path = (rest = '') => pathOf(context.config, `inbox${rest}`)
  routes.use(async (request, next) => {
    refuseStrangers(context, request)
    await next()
  })

  routes.get('/', async (request) => {
    const before = request.req.query('before')
    const entries = await inbox.list({
      limit: PAGE + 1,
      ...(before === undefined ? {} : { before }),
    })
    const shown = entries.slice(0, PAGE)
    const last = shown.at(-1)
    const list = {
      messages: shown.map((entry) => itemOf(entry, path(`/${entry.id}`))),
      total: await inbox.count(),
      olderUrl: entries.length > PAGE && last !== undefined ? `${path()}?before=${last.id}` : null,
      clearAction: path('/clear'),
    }
    return request.html(inboxPage(await pageFrame(context), list))
  })

  routes.post('/clear', async (request) => {
    if (request.req.header('sec-fetch-site') === 'cross-site') {
      throw new Refusal('another site may not empty the inbox', { status: 403 })
    }
    await inbox.clear()
    return request.redirect(path(), 303)
  })

  routes.get('/:id', async (request) => {
    const mail = await inbox.get(request.req.param('id'))
    const tab = MESSAGE_TABS.find((name) => name === request.req.query('view')) ?? 'html'
    const own = path(`/${mail.id}`)
    return request.html(
      messagePage(await pageFrame(context), {
        message: messageOf(mail, `${own}/html`),
        tab,
        tabUrl: (name: MessageTab) => `${own}?view=${name}`,
        inboxUrl: path(),
      }),
    )
  })

  routes.get('/:id/html', async (request) => {
    const mail = await inbox.get(request.req.param('id'))
    return request.html(mail.html, 200, { 'Content-Security-Policy': MAIL_POLICY })
  })
  return routes
}

/**
 * Who looks must sit at this machine: not behind a proxy, and not on a page of another name that leads here (DNS
 * rebinding). In a container the machine's own requests come from outside, so there the inbox must be named on purpose.
 */
function refuseStrangers(
  { relay, config }: Pick<Context, 'relay' | 'config'>,
  request: Request,
): void {
  if (!relay.test)
    throw new Refusal('there is no built-in inbox: mail goes to the relay of SMTP_URL', {
      status: 404,
    })
  const forwarded = ['forwarded', 'x-forwarded-for', 'x-real-ip'].some(
    (name) => request.req.header(name) !== undefined,
  )
  const { address = '' } = getConnInfo(request).remote
  const near =
    isLoopback(address.replace(/^::ffff:/, '')) ||
    (config.testInbox && isLoopback(config.publicUrl.hostname))
  const name = new URL(request.req.url).hostname.replace(/^\[|\]$/g, '')
  if (near && !forwarded && isLoopback(name)) return
  throw new Refusal(
    'the built-in inbox can be read on the machine itself only, as http://localhost; in a container, set DAYBREAK_TEST_INBOX=yes',
    { status: 403 },
  )
}

function itemOf(entry: InboxEntry, url: string) {
  return {
    id: entry.id,
    url,
    from: entry.sender,
    to: entry.to.join(', '),
    subject: entry.subject,
    receivedAt: stamp(entry.receivedAt),
  }
}

function messageOf(mail: InboxMail, htmlUrl: string) {
  return {
    from: mail.sender,
    to: mail.header.to,
    subject: mail.subject,
    receivedAt: stamp(mail.receivedAt),
    htmlUrl: mail.html === '' ? null : htmlUrl,
    text: mail.text,
    headers: mail.headers,
    raw: mail.raw.toString('utf8'),
    links: linksOf(mail.text),
  }
}

/** The text part has every link on a line of its own, below what it is for. */
function linksOf(text: string): { label: string; url: string }[] {
  const lines = text.split('\n').map((line) => line.trim())
  const found = lines.flatMap((line, index) =>
    /^https?:\/\/\S+$/.test(line)
      ? [
          {
            label:
              lines
                .slice(0, index)
                .findLast((above) => above !== '' && !above.startsWith('http')) ?? line,
            url: line,
          },
        ]
      : [],
  )
  return [...new Map(found.map((link) => [link.url, link])).values()]
}

function stamp(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}
