import type { Context as Request } from 'hono'
import type { Context } from '#context.ts'
import { type DeskPage, readDeskPage } from '#deliveries/approval/desk-page.ts'
import { Refusal } from '#errors.ts'
import { audit } from '#operators/audit.ts'
import type { Operator } from '#operators/operator.ts'
import type { DeskView } from '../../html/desk/desk-view.ts'
import { deadLinkPage, deskPage } from '../../html/desk-pages.ts'
import { pageFrame, pathOf } from '../frame.ts'
import { doneOf } from './done.ts'
import { viewOf } from './view-of.ts'

export type Form = Record<string, string>

type Shown = { said?: DeskView['said']; status?: 200 | 409 | 422; editing?: boolean }

/** @throws Refusal for a token that opens nothing */
export async function open(context: Context, request: Request): Promise<DeskPage> {
  const found = await readDeskPage(context, request.req.param('token') ?? '')
  if (found === undefined)
    throw new Refusal('this link opens nothing: it is damaged, or was never ours', { status: 404 })
  return found
}

/** The page as it is now, whatever was asked. */
export async function show(context: Context, request: Request, shown: Shown): Promise<Response> {
  const { status = 200, editing = false } = shown
  const desk = await open(context, request)
  const said = shown.said ?? savedOf(request) ?? (await becameOf(context, request, desk))
  const path = pathOfDesk(context, request)
  const frame = await pageFrame(context, ['en'])
  const { closed } = desk
  if (closed?.hidden === true) {
    const words = said?.words ?? closed.words
    const again = closed.again && said?.wrong !== false
    return request.html(deadLinkPage(frame, { path, closed: { words, again } }), 410)
  }
  const view = await viewOf(context, { desk, path })
  const page = deskPage(frame, { ...view, said, editing: editing && view.editable })
  return request.html(page, status)
}

function savedOf(request: Request): DeskView['said'] {
  if (request.req.method !== 'GET' || request.req.query('saved') === undefined) return null
  return { words: 'Saved. What was approved before is not any more.', wrong: false }
}

async function becameOf(
  context: Context,
  request: Request,
  desk: DeskPage,
): Promise<DeskView['said']> {
  const done = request.req.method === 'GET' ? request.req.query('done') : undefined
  return done === undefined ? null : doneOf(context, desk, done)
}

export function pathOfDesk({ config }: Pick<Context, 'config'>, request: Request): string {
  return pathOf(config, `desk/${request.req.param('token') ?? ''}`)
}

export function operatorOf({ link }: DeskPage): Operator {
  return { id: link.operatorId, name: link.name, role: link.role }
}

export async function noteDone(
  context: Pick<Context, 'db' | 'clock'>,
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

export async function formOf(request: Request): Promise<Form> {
  const body = await request.req.parseBody().catch(() => ({}))
  return Object.fromEntries(
    Object.entries(body).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value]] : [],
    ),
  )
}

export function refuseClosed({ closed }: Pick<DeskPage, 'closed'>): void {
  if (closed !== null)
    throw new Refusal(`Nothing has happened. ${closed.words}`, {
      status: closed.hidden ? 410 : 409,
    })
}

/** The page again, with what became of it, or why nothing did; a page that is loaded anew presses nothing. */
export async function answering(
  context: Context,
  request: Request,
  work: () => Promise<string>,
): Promise<Response> {
  try {
    return request.redirect(`${pathOfDesk(context, request)}?done=${await work()}`, 303)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const said = { words: sentence(error.message), wrong: true }
    return show(context, request, { said, status: error.status === 422 ? 422 : 409 })
  }
}

export function sentence(message: string): string {
  return `${message.slice(0, 1).toUpperCase()}${message.slice(1)}${/[.!?]$/.test(message) ? '' : '.'}`
}
