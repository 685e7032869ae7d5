import { Hono, type Context as Request } from 'hono'
import type { Context } from '#context.ts'
import { callDesk } from '#deliveries/approval/call-desk.ts'
import { cancelCountdown, startCountdown } from '#deliveries/alerts/countdown.ts'
import { moveDeskLink, useDeskLink } from '#deliveries/approval/desk-link-store.ts'
import { type DeskPage, readDeskPage } from '#deliveries/approval/desk-page.ts'
import { previewOf } from '#deliveries/preview.ts'
import { stopEdition } from '#deliveries/send-edition.ts'
import { noteVerdict, sayYes, sendBack } from '#editions/approval/approve.ts'
import { changeDraft } from '#editions/draft/change-draft.ts'
import { Refusal } from '#errors.ts'
import { audit } from '#operators/audit.ts'
import { may, requireDuty } from '#operators/operator.ts'
import { deskPage } from '../html/desk-pages.ts'
import { webViewPage } from '../html/embed.ts'
import { saidPage } from '../html/page.ts'
import { editOf } from './desk/edit-of-form.ts'
import { viewOf } from './desk/view-of.ts'
import { pageFrame, pathOf } from './frame.ts'
import { MAIL_POLICY } from './read.ts'

type Form = Record<string, string>
type Said = { words: string; wrong: boolean } | null

/**
 * The page of one edition for one person of the desk, opened by the link in a call. GET changes nothing, whoever follows
 * it; the link decides once, and only about what it showed.
 */
export function deskRoutes(context: Context): Hono {
  const routes = new Hono()

  routes.get('/desk/:token', async (request) => show(context, request, null))

  routes.get('/desk/:token/mail', async (request) => {
    const { edition } = await open(context, request)
    const { html, text } = await previewOf(context, edition)
    if (request.req.query('part') === 'text') return request.text(text)
    return request.html(webViewPage(html), 200, { 'Content-Security-Policy': MAIL_POLICY })
  })

  const decide = (what: string, act: (page: DeskPage, form: Form) => Promise<string>) => {
    routes.post(`/desk/:token/${what}`, async (request) => {
      const desk = await open(context, request)
      const form = await formOf(request)
      if (desk.closed !== null) return show(context, request, null)
      try {
        requireDuty(operatorOf(desk), 'approve')
        const words = await act(desk, form)
        await noteDone(context, desk, what)
        return await said(context, words)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return show(context, request, { words: error.message, wrong: true })
      }
    })
  }

  decide('approve', async (desk, form) => {
    const { edition } = desk
    const { waitsFor } = await sayYes(context, saying(desk, form))
    await useOnce(context, desk, 'approved')
    if (waitsFor !== null) return `Your yes counts. It still waits for ${waitsFor}.`
    if (edition.dueAt !== null) return 'Approved. It leaves at its hour.'
    if (edition.kind !== 'alert' && edition.kind !== 'correction')
      return 'Approved. It has no hour of its own: send it from the command line.'
    requireDuty(operatorOf(desk), 'release alert')
    const leavesAt = await startCountdown(context, { editionId: edition.id })
    const seconds = Math.max(
      0,
      Math.round((leavesAt.getTime() - context.clock.now().getTime()) / 1000),
    )
    return `Approved. It leaves in ${seconds} seconds, unless you press Back and cancel.`
  })
  decide('send-back', async (desk, form) => {
    await sendBack(context, { ...saying(desk, form), note: form['note'] ?? '' })
    await useOnce(context, desk, 'sent back')
    return 'Sent back, with your note.'
  })
  decide('stop', async (desk, form) => {
    const reason = form['reason']?.trim() ?? ''
    if (reason === '') throw new Refusal('say why it is not to be sent', { field: 'reason' })
    await stopEdition(context, { editionId: desk.edition.id, reason })
    await noteVerdict(context, { ...saying(desk, form), verdict: 'stop', note: reason })
    await useOnce(context, desk, 'stopped')
    return 'Stopped. Nobody gets it.'
  })

  // Whoever pressed the button may take it back, as long as it has not left.
  routes.post('/desk/:token/cancel', async (request) => {
    const desk = await open(context, request)
    try {
      requireDuty(operatorOf(desk), 'approve')
      await cancelCountdown(context, desk.edition.id)
      await noteDone(context, desk, 'cancel countdown')
      return await said(context, 'Cancelled. It waits for a yes again.')
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return show(context, request, { words: error.message, wrong: true })
    }
  })

  routes.post('/desk/:token/edit', async (request) => edit(context, request))

  routes.post('/desk/:token/again', async (request) => {
    const desk = await open(context, request)
    if (desk.closed?.again !== true) return show(context, request, null)
    const what = `again ${desk.link.id}`
    const asks = 'Your new link: an edition waits for your yes'
    const called = await callDesk(context, desk.edition, {
      what,
      asks,
      whom: 'everybody',
      only: desk.link.operatorId,
    })
    return said(
      context,
      called > 0
        ? 'A new link is on its way to you.'
        : 'A new link was mailed to you before, or you are not on call any more.',
    )
  })
  return routes
}

async function edit(context: Context, request: Request): Promise<Response> {
  const desk = await open(context, request)
  const form = await formOf(request)
  if (desk.closed !== null && desk.closed.why !== 'changed') return show(context, request, null)
  try {
    const operator = operatorOf(desk)
    requireDuty(operator, 'compose')
    const { edition, link } = desk
    const { contentHash } = await changeDraft(context, {
      editionId: edition.id,
      draftNumber: Number(form['draft'] ?? 0),
      edits: [editOf(form, edition.draft)],
      operator,
    })
    // Who changes it has seen it: the link follows.
    if (desk.closed === null) await moveDeskLink(context.db, { id: link.id, contentHash })
    await noteDone(context, desk, 'change draft')
    return request.redirect(
      pathOf(context.config, `desk/${request.req.param('token') ?? ''}?saved`),
      303,
    )
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return show(context, request, { words: error.message, wrong: true })
  }
}

async function open(context: Context, request: Request): Promise<DeskPage> {
  const found = await readDeskPage(context, request.req.param('token') ?? '')
  if (found === undefined)
    throw new Refusal('this link opens nothing: it is damaged, or was never ours', { status: 404 })
  return found
}

async function show(context: Context, request: Request, answer: Said): Promise<Response> {
  const desk = await open(context, request)
  const path = pathOf(context.config, `desk/${request.req.param('token') ?? ''}`)
  const saved = request.req.query('saved') !== undefined && request.req.method === 'GET'
  const view = await viewOf(context, { desk, path, editable: may(desk.link.role, 'compose') })
  return request.html(
    deskPage(await pageFrame(context, ['en']), {
      ...view,
      said:
        answer ??
        (saved
          ? { words: 'Saved. What was approved before is not any more.', wrong: false }
          : null),
    }),
    answer?.wrong === true ? 409 : 200,
  )
}

async function said(context: Context, sentence: string): Promise<Response> {
  const frame = await pageFrame(context, ['en'])
  const body = saidPage(frame, { title: 'Done', sentence })
  return new Response(String(await body), {
    headers: { 'Content-Type': 'text/html; charset=utf-8' },
  })
}

function operatorOf({ link }: DeskPage) {
  return { id: link.operatorId, name: link.name, role: link.role }
}

function saying(desk: DeskPage, form: Form) {
  return {
    editionId: desk.edition.id,
    contentHash: form['hash'] ?? '',
    operator: operatorOf(desk),
    via: 'page' as const,
  }
}

async function useOnce({ db, clock }: Context, { link }: DeskPage, what: string): Promise<void> {
  if (await useDeskLink(db, { id: link.id, what, now: clock.now() })) return
  throw new Refusal('this link was used already: nothing has happened', { status: 409 })
}

async function noteDone(
  context: Context,
  { link, edition }: DeskPage,
  verb: string,
): Promise<void> {
  await audit(context, {
    operatorId: link.operatorId,
    actor: `${link.name} (desk page)`,
    verb,
    subject: `edition ${edition.id}`,
    detail: { hash: edition.contentHash },
  })
}

async function formOf(request: Request): Promise<Form> {
  const body = await request.req.parseBody().catch(() => ({}))
  return Object.fromEntries(
    Object.entries(body).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value]] : [],
    ),
  )
}
