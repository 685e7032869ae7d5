import type { Context as Request } from 'hono'
import type { Context } from '#context.ts'
import type { Archive } from '#deliveries/archive/archive-store.ts'
import { answerChanged } from '../conditional.ts'

/** A correction is seen at once: whoever keeps a copy asks whether it still holds. */
const ASK_AGAIN = 'public, no-cache'

export function answerPage(
  request: Request,
  {
    body,
    modifiedAt,
    indexed,
    policy,
  }: { body: string; modifiedAt: Date; indexed: boolean; policy?: string },
): Response {
  const headers = {
    'Cache-Control': ASK_AGAIN,
    'X-Robots-Tag': indexed ? 'all' : 'noindex',
    ...(policy === undefined ? {} : { 'Content-Security-Policy': policy }),
  }
  return answerChanged(request, { body, type: 'text/html; charset=utf-8', modifiedAt, headers })
}

/** What went into the built-in inbox is there for who tries the house out, and gone once it mails to readers. */
export function seeing({ relay, clock }: Pick<Context, 'relay' | 'clock'>): {
  test: boolean
  now: Date
} {
  return { test: relay.test, now: clock.now() }
}

export function mayBeIndexed(
  { relay }: Pick<Context, 'relay'>,
  { archived, noindex }: Archive,
): boolean {
  return archived && !noindex && !relay.test
}
