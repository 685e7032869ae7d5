import { Hono, type Context as Request } from 'hono'
import type { Context } from '#context.ts'
import type { DeskPage } from '#deliveries/approval/desk-page.ts'
import { chooseBlocks, type Chosen } from '#deliveries/preview/choose-blocks.ts'
import { listVariants } from '#deliveries/preview/variants.ts'
import { previewOf } from '#deliveries/preview.ts'
import { sendTest } from '#deliveries/service/test-send/plan-test.ts'
import { Refusal } from '#errors.ts'
import { audit } from '#operators/audit.ts'
import { may, requireDuty } from '#operators/operator.ts'
import { previewPage, type Shown } from '../../html/desk/preview-page.ts'
import { webViewPage } from '../../html/embed.ts'
import { readPreviewQuery } from '../../preview-query.ts'
import { pageFrame } from '../frame.ts'
import {
  answering,
  formOf,
  noteDone,
  open,
  operatorOf,
  pathOfDesk,
  refuseClosed,
} from './answer.ts'

/** As of any mail on the web; our own page may frame it. */
const MAIL_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src https:; form-action 'none'; frame-ancestors 'self'; base-uri 'none'; sandbox allow-popups allow-popups-to-escape-sandbox"

/** The edition as its readers would get it, for whoever decides about it; a GET tells nothing of a single reader. */
export function deskPreviewRoutes(context: Context): Hono {
  const routes = new Hono()

  routes.get('/desk/:token/mail', async (request) => {
    const { edition } = await openShown(context, request)
    const { whose, look, text: plain } = queryOf(request)
    const { blocks } = await chooseBlocks(context, edition, whose)
    const { html, text } = await previewOf(context, edition, { blocks, ...look })
    if (plain) return request.text(text)
    return request.html(webViewPage(html), 200, { 'Content-Security-Policy': MAIL_POLICY })
  })

  routes.get('/desk/:token/preview', async (request) => {
    const desk = await openShown(context, request)
    return showPreview(context, request, { desk, shown: request.req.query(), wrong: null })
  })

  routes.post('/desk/:token/preview', async (request) => {
    const desk = await openShown(context, request)
    refuseClosed(desk.closed?.why === 'changed' ? { closed: null } : desk)
    const { reader = '' } = await formOf(request)
    const chosen = await lookAs(context, desk, reader)
    if (chosen === undefined) {
      const wrong = 'Nobody with this address or number gets this edition.'
      return showPreview(context, request, { desk, shown: {}, wrong })
    }
    const path = pathOfDesk(context, request)
    return request.redirect(`${path}/preview?blocks=${chosen.blocks.join(',')}`, 303)
  })

  routes.post('/desk/:token/test', async (request) => {
    const desk = await openShown(context, request)
    return answering(context, request, async () => {
      requireDuty(operatorOf(desk), 'compose')
      const { edition, link } = desk
      const { operatorId } = link
      await sendTest(context, { editionId: edition.id, operatorId })
      await noteDone(context, desk, 'send test')
      return 'test'
    })
  })
  return routes
}

async function openShown(context: Context, request: Request): Promise<DeskPage> {
  const desk = await open(context, request)
  if (desk.closed?.hidden === true) throw new Refusal(desk.closed.words, { status: 410 })
  return desk
}

/** By GET no reader is named: who looks one up is asked for it, and noted. */
function queryOf(request: Request) {
  return readPreviewQuery((name) => (name === 'reader' ? undefined : request.req.query(name)))
}

/** Undefined also for who left, and for an address of nobody: a page that a link opens does not tell them apart. */
async function lookAs(
  context: Context,
  desk: DeskPage,
  reader: string,
): Promise<Chosen | undefined> {
  requireDuty(operatorOf(desk), 'add readers')
  const { edition, link } = desk
  const chosen = await chooseBlocks(context, edition, { reader }).catch((error: unknown) => {
    if (error instanceof Refusal) return undefined
    throw error
  })
  await audit(context, {
    operatorId: link.operatorId,
    actor: `${link.name} (desk page)`,
    verb: 'preview as reader',
    subject:
      chosen === undefined ? 'nobody who gets the edition' : `subscriber ${chosen.subscriberId}`,
    detail: { edition: edition.id },
  })
  return chosen
}

async function showPreview(
  context: Context,
  request: Request,
  { desk, shown, wrong }: { desk: DeskPage; shown: Record<string, string>; wrong: string | null },
): Promise<Response> {
  const { edition } = desk
  const { whose, look, text } = queryOf(request)
  const { blocks } = await chooseBlocks(context, edition, wrong === null ? whose : {})
  const { variant, blocks: named, scheme, images, part, width } = shown
  const view: Shown = { variant, blocks: named, scheme, images, part, width }
  const markup = previewPage(await pageFrame(context, ['en']), {
    path: pathOfDesk(context, request),
    subject: edition.subject,
    shown: view,
    variants: await listVariants(context, edition),
    text: text ? (await previewOf(context, edition, { blocks, ...look })).text : null,
    readers: may(desk.link.role, 'add readers') && edition.compiled.form === 'digest',
    ofReader: named !== undefined,
    wrong,
  })
  return request.html(markup, wrong === null ? 200 : 422)
}
