import { createHash } from 'node:crypto'
import type { Context as Request } from 'hono'

export type Answer = {
  body: string
  type: string
  modifiedAt: Date
  headers?: Record<string, string>
}

/** The body, or 304 for who has it: by its ETag, and by its time where only that is asked (RFC 9110 13.2.2). */
export function answerChanged(request: Request, answer: Answer): Response {
  const { body, type, modifiedAt, headers = {} } = answer
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`
  const always = { ...headers, ETag: etag, 'Last-Modified': modifiedAt.toUTCString() }
  if (isKnown(request, { etag, modifiedAt })) return request.body(null, 304, always)
  return request.body(body, 200, { ...always, 'Content-Type': type })
}

function isKnown(
  request: Request,
  { etag, modifiedAt }: { etag: string; modifiedAt: Date },
): boolean {
  const known = request.req.header('if-none-match')
  if (known !== undefined) {
    const tags = known.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
    return tags.includes(etag) || tags.includes('*')
  }
  const since = Date.parse(request.req.header('if-modified-since') ?? '')
  // A date of HTTP has whole seconds.
  return Math.floor(modifiedAt.getTime() / 1000) * 1000 <= since
}
