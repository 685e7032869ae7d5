import type { Expected } from '#mail/lint/subject.ts'
import {
  compileBody,
  compileHead,
  type NewsletterKind,
  type OwnHead,
  type SharedHead,
} from '#mail/message.ts'
import { FreeBuffers } from '#mail/mime/free-buffers.ts'
import { UNSIGNED, writeMessage } from '#mail/mime/write-message.ts'

const UNSUBSCRIBE = 'https://news.example.org/u/Tok3n'
const WHY = 'You get this mail because you subscribed to the Morning Courier.'
const ADDRESS = 'Harbour Courier, 1 Quay Street, Porthaven'

export const HTML = `<!doctype html>
<html lang="en" dir="ltr"><head><title>Ferry back on Monday</title></head><body lang="en" dir="ltr">
<div style="display:none">The ferry sails again.</div>
<h1>Morning Courier</h1>
<p><a href="https://news.example.org/a/1">Ferry back on Monday</a></p>
<p>The yard has mended the ramp, and the first boat leaves at seven from the old pier, as it did before.</p>
<img src="https://news.example.org/p/1.jpg" alt="The ferry" width="600">
<p>${WHY} <a href="${UNSUBSCRIBE}">Unsubscribe</a></p><p>${ADDRESS}</p>
</body></html>`

export const TEXT = `Ferry back on Monday
https://news.example.org/a/1

${WHY}
Unsubscribe: ${UNSUBSCRIBE}
${ADDRESS}
`

export const COMMON = {
  from: { name: 'Morning Courier', address: 'news@news.example.org' },
  to: 'reader@example.net',
  subject: 'Ferry back on Monday',
  html: HTML,
  text: TEXT,
  messageId: '<9f8e7d@news.example.org>',
  date: new Date('2026-11-22T06:00:00Z'),
  boundarySeed: 'edition-1',
  replyTo: 'desk@example.org',
}

export const DIGEST = {
  ...COMMON,
  kind: 'digest' as const,
  feedbackId: 'e17:morning:digest:courier',
  list: {
    id: { name: 'Morning Courier', value: 'morning.lists.example.org' },
    unsubscribe: { url: UNSUBSCRIBE, mailbox: 'unsub+tok3n@bounce.example.org' },
    help: 'https://news.example.org/help',
    archive: 'https://news.example.org/e/17',
    owner: 'desk@example.org',
    subscribe: 'https://news.example.org/',
  },
} satisfies Message

export const EXPECTED: Expected = {
  kind: 'digest',
  messageIdDomain: 'news.example.org',
  postalAddress: ADDRESS,
  why: WHY,
}

type List = NonNullable<SharedHead['list']> & NonNullable<OwnHead['list']>

/** One mail in which nothing is left open. */
export type Message = Omit<typeof COMMON, 'replyTo'> &
  Pick<OwnHead, 'entityRef' | 'references'> &
  (
    | { kind: NewsletterKind; replyTo: string; feedbackId: string; list: List }
    | { kind: 'service'; replyTo?: string; feedbackId?: never; list?: never }
  )

export async function composeMessage(message: Message): Promise<Buffer> {
  const fields = compileHead(message)(message)
  const body = compileBody(message, { text: [message.text], html: [message.html] })
  const tools = { buffers: new FreeBuffers(0), signer: null }
  const { bytes } = await writeMessage(tools, { fields, token: '', body, values: {} }, UNSIGNED)
  return bytes
}

/** The digest's bytes after one edit of its HTML, its text, or the finished message. */
export async function edited(
  edit: { html?: Edit; text?: Edit; raw?: Edit; subject?: string } = {},
): Promise<Buffer> {
  const { html = same, text = same, raw = same, subject = DIGEST.subject } = edit
  const message = { ...DIGEST, html: html(HTML), text: text(TEXT), subject }
  const bytes = await composeMessage(message)
  return Buffer.from(raw(bytes.toString('latin1')), 'latin1')
}

export type Edit = (source: string) => string

/** Replaces what must be there, so that an edit cannot miss silently. */
export function swap(from: string | RegExp, to: string): Edit {
  return (source) => {
    const result = source.replace(from, to)
    if (result === source) throw new Error(`nothing to replace: ${String(from)}`)
    return result
  }
}

function same(source: string): string {
  return source
}
