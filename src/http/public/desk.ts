import { Hono, type Context as Request } from 'hono'
import type { Context } from '#context.ts'
import { cancelCountdown } from '#deliveries/alerts/countdown.ts'
import { callDesk } from '#deliveries/approval/call-desk.ts'
import { moveDeskLink } from '#deliveries/approval/desk-link-store.ts'
import { findPeople } from '#deliveries/approval/on-call-store.ts'
import { changeDraft } from '#editions/draft/change-draft.ts'
import { inTransaction } from '#db/transaction.ts'
import { Refusal } from '#errors.ts'
import { requireDuty } from '#operators/operator.ts'
import { stopPage } from '../html/desk-pages.ts'
import { approve, type Deciding, giveBack, stop } from './desk/decide.ts'
import { editOf } from './desk/edit-of-form.ts'
import {
  answering,
  formOf,
  noteDone,
  open,
  operatorOf,
  pathOfDesk,
  refuseClosed,
  sentence,
  show,
} from './desk/answer.ts'
import { deskPreviewRoutes } from './desk/previews.ts'
import { pageFrame } from './frame.ts'

/**
 * The page of one edition for one person of the desk, opened by the link in a call. GET changes nothing, whoever follows
 * it; the link decides once, and only about what it showed.
 */
export function deskRoutes(context: Context): Hono {
  const routes = new Hono()

  routes.get('/desk/:token', async (request) => show(context, request, {}))
  routes.get('/desk/:token/edit', async (request) => show(context, request, { editing: true }))

  routes.route('/', deskPreviewRoutes(context))

  routes.get('/desk/:token/stop', async (request) => {
    const desk = await open(context, request)
    if (desk.closed !== null) return show(context, request, {})
    const { subject, contentHash: hash } = desk.edition
    const path = pathOfDesk(context, request)
    return request.html(stopPage(await pageFrame(context, ['en']), { path, subject, hash }))
  })

  const decide = (what: string, act: (deciding: Deciding) => Promise<void>) => {
    routes.post(`/desk/:token/${what}`, async (request) => {
      const desk = await open(context, request)
      const form = await formOf(request)
      return answering(context, request, async () => {
        requireDuty(operatorOf(desk), 'approve')
        refuseClosed(desk)
        // The link is used and its decision taken together: of two presses at once one is told that it was late.
        return inTransaction(context.db, async (db) => {
          await act({ context: { ...context, db }, desk, form })
          await noteDone({ ...context, db }, desk, what)
          return what
        })
      })
    })
  }
  decide('approve', approve)
  decide('send-back', giveBack)
  decide('stop', stop)

  // Whoever pressed the button may take it back, as long as it has not left.
  routes.post('/desk/:token/cancel', async (request) => {
    const desk = await open(context, request)
    const { edition } = desk
    return answering(context, request, async () => {
      requireDuty(operatorOf(desk), 'approve')
      if (desk.closed?.hidden === true) refuseClosed(desk)
      return inTransaction(context.db, async (db) => {
        const by = { operator: operatorOf(desk), via: 'page' } as const
        await cancelCountdown({ ...context, db }, { editionId: edition.id, ...by })
        await noteDone({ ...context, db }, desk, 'cancel countdown')
        return 'cancel'
      })
    })
  })

  // Where a form was posted to, a reload or a bookmark asks for the page.
  for (const what of ['approve', 'send-back', 'cancel', 'again', 'test'])
    routes.get(`/desk/:token/${what}`, (request) =>
      request.redirect(pathOfDesk(context, request), 303),
    )

  routes.post('/desk/:token/edit', async (request) => edit(context, request))

  routes.post('/desk/:token/again', async (request) => {
    const { edition, link, closed } = await open(context, request)
    if (closed?.again !== true) return show(context, request, {})
    const what = `again ${link.id}`
    const call = { what, asks: 'Your new link: an edition waits for your yes' }
    const people = await findPeople(context.db, { ids: [link.operatorId] })
    const called = await callDesk(context, edition, { call, people })
    const words =
      called > 0
        ? 'A new link is on its way to you.'
        : 'A new link was mailed to you before: look for the newest mail.'
    return show(context, request, { said: { words, wrong: false } })
  })
  return routes
}

async function edit(context: Context, request: Request): Promise<Response> {
  const desk = await open(context, request)
  const form = await formOf(request)
  if (desk.closed !== null && desk.closed.why !== 'changed') return show(context, request, {})
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
    return request.redirect(`${pathOfDesk(context, request)}/edit?saved`, 303)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const said = { words: sentence(error.message), wrong: true }
    return show(context, request, { said, status: 409, editing: true })
  }
}
