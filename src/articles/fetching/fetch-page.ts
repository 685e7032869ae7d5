import { Refusal } from '#errors.ts'
import { createFetcher, type Fetch, type FetcherOptions } from './fetch.ts'

export type Page = { bytes: Uint8Array; contentType: string | null; url: string }
export type PageFetcher = (url: string) => Promise<Page>

/** The page at an address, fetched so that nothing inside the own network can be reached. */
export async function fetchPage({
  url,
  fetcher = createPageFetcher(),
}: {
  url: string
  fetcher?: PageFetcher
}): Promise<Page> {
  return fetcher(url)
}

const PAGES = /^(text\/(html|plain)|application\/(xhtml\+xml|json|ld\+json))$/

export function createPageFetcher({
  accepts = PAGES,
  fetch,
  ...options
}: FetcherOptions & {
  /** Media types to take. */
  accepts?: RegExp
  fetch?: Fetch
} = {}): PageFetcher {
  const ask = fetch ?? createFetcher(options)
  return async (address) => {
    const { status, bytes, contentType, url } = await ask({ url: address, accepts })
    refuseStatus(status)
    return { bytes, contentType, url }
  }
}

function refuseStatus(status: number): void {
  if (status === 200 || status === 203) return
  throw new Refusal(
    `The server answered ${status} instead of the page. Check that the address opens in a browser without signing in.`,
    { field: 'url' },
  )
}
