import type { Fetched } from '../../fetching/fetch.ts'

const DAY_MS = 86_400_000

/** What an answer means for the feed. */
export type Verdict =
  | { kind: 'content' }
  | { kind: 'unchanged' }
  | { kind: 'gone'; error: string }
  | { kind: 'failed'; error: string; retryAfter: Date | null }

export function judgeAnswer(fetched: Fetched, now: Date): Verdict {
  const { status } = fetched
  if (status === 304) return { kind: 'unchanged' }
  if (status === 200 || status === 203) return { kind: 'content' }
  if (status === 410)
    return {
      kind: 'gone',
      error: 'The server says that this feed is gone for good (410). It is not asked any more.',
    }
  const retryAfter = [429, 503].includes(status) ? momentOf(fetched.retryAfter, now) : null
  return { kind: 'failed', error: wordsFor(status), retryAfter }
}

/** At most a day: a server that asks for more may have been misread, or misconfigured. */
function momentOf(asked: Date | number | null, now: Date): Date | null {
  if (asked === null) return null
  const at = asked instanceof Date ? asked.getTime() : now.getTime() + asked * 1000
  return new Date(Math.min(Math.max(at, now.getTime()), now.getTime() + DAY_MS))
}

function wordsFor(status: number): string {
  switch (status) {
    case 401:
    case 403:
      return `The server does not let us read this feed (${status}). Ask the publisher for a public address.`
    case 404:
      return 'There is no feed at this address any more (404). Look for its new address on the site.'
    case 429:
      return 'The server says that it is asked too often (429). It is left alone for a while.'
    case 503:
      return 'The server is not available at the moment (503). It is asked again later.'
    default:
      return status >= 500
        ? `The server has an error of its own (${status}). It is asked again later.`
        : `The server answered ${status} instead of the feed. Check that its address opens in a browser.`
  }
}
