import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { Context } from '#context.ts'
import { type Provider, providers } from '#deliveries/returns/provider-event.ts'
import { takeProviderEvents } from '#deliveries/returns/take-provider-events.ts'
import { Refusal } from '#errors.ts'
import { type HookReader, sha256 } from './hook-request.ts'
import { createMailgunReader } from './mailgun.ts'
import { createPostmarkReader } from './postmark.ts'
import { createSendgridReader } from './sendgrid.ts'
import { createSesReader, type SnsOutside } from './sns.ts'
import { snsOverHttps } from './sns-over-https.ts'

const MAX_BYTES = 1024 * 1024
const LOG_EVERY_MS = 60_000
const MOST_OWED = 10_000

/** Where providers tell what came back. Who sent a request is checked before anything of it is read as an event. */
export function hookRoutes(context: Context, outside: SnsOutside = snsOverHttps): Hono {
  const hooks = new Hono()
  hooks.use(bodyLimit({ maxSize: MAX_BYTES, onError: tooLarge }))

  const readers = readersOf(context, outside)
  const owed = keepOwed()
  for (const provider of providers) {
    hooks.post(`/${provider}`, async (request) => {
      const reader = readers[provider]
      if (reader === null)
        throw new Refusal('this webhook is not set up: see docs/webhooks.md', { status: 404 })
      const body = Buffer.from(await request.req.arrayBuffer())
      const header = (name: string) => request.req.header(name)
      const taken = await owed.unlessTaken(body, async (again) => {
        const events = await reader({ body, header, now: context.clock.now(), again })
        return takeProviderEvents(context, { provider, events })
      })
      return request.json(taken)
    })
  }

  const noteRefused = refusedNotes(context)
  hooks.onError((error, request) => {
    const refusal = error instanceof Refusal ? error : undefined
    const status = refusal?.status ?? 503
    if (status === 403) noteRefused(request.req.path, error.message)
    if (status >= 500)
      context.log.error({ err: error, path: request.req.path }, 'a webhook was not taken')
    const message = refusal?.message ?? 'not taken: send it again'
    return Response.json(
      { error: { message, ...(refusal?.field === undefined ? {} : { field: refusal.field }) } },
      { status, headers: status === 503 ? { 'Retry-After': '60' } : {} },
    )
  })
  return hooks
}

/** Null where nobody has set the provider up. */
function readersOf(context: Context, outside: SnsOutside): Record<Provider, HookReader | null> {
  const { sesTopics, sendgridKey, mailgunKeys, postmarkPassword } = context.config.webhooks
  return {
    ses: sesTopics.length === 0 ? null : createSesReader(context, { topics: sesTopics, outside }),
    sendgrid: sendgridKey === null ? null : createSendgridReader(sendgridKey),
    mailgun: mailgunKeys.length === 0 ? null : createMailgunReader(context, mailgunKeys),
    postmark: postmarkPassword === null ? null : createPostmarkReader(postmarkPassword),
  }
}

/**
 * Bodies that we owe an answer to: they were believed, and could not be taken. Providers repeat them long after the
 * time in their signature has gone by.
 */
function keepOwed() {
  const owed = new Set<string>()
  return {
    async unlessTaken<Taken>(body: Buffer, take: (again: boolean) => Promise<Taken>) {
      const hash = sha256(body).toString('hex')
      try {
        const taken = await take(owed.has(hash))
        owed.delete(hash)
        return taken
      } catch (error) {
        if (!(error instanceof Refusal) && owed.size < MOST_OWED) owed.add(hash)
        throw error
      }
    },
  }
}

/** At most one line a minute and path, with how many there were: anybody can ask. */
function refusedNotes({ log, clock }: Pick<Context, 'log' | 'clock'>) {
  const noted = new Map<string, { at: number; unsaid: number }>()
  return (path: string, reason: string) => {
    const now = clock.now().getTime()
    const last = noted.get(path)
    if (last !== undefined && now - last.at < LOG_EVERY_MS) {
      last.unsaid += 1
      return
    }
    noted.set(path, { at: now, unsaid: 0 })
    log.warn({ path, reason, sinceLast: last?.unsaid ?? 0 }, 'a webhook was not believed')
  }
}

function tooLarge(): never {
  throw new Refusal(`the body is larger than ${MAX_BYTES / 1024 / 1024} MB`, {
    status: 413,
    field: 'body',
  })
}
