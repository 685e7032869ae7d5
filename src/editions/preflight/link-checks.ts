import type { Fetch } from '#articles/fetching/fetch.ts'
import { reasonOf } from '#errors.ts'
import { type Finding, gathered, warns } from './finding.ts'

const AT_ONCE = 6

/** Each link is asked for once, by the way that reaches nothing inside the own network. */
export async function checkLinks(urls: readonly string[], fetch: Fetch): Promise<Finding[]> {
  const waiting = [...new Set(urls)]
  const found: Finding[] = []
  const worker = async () => {
    for (let url = waiting.pop(); url !== undefined; url = waiting.pop()) {
      const finding = await checkLink(url, fetch)
      if (finding !== null) found.push(finding)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return gathered(
    'links',
    found.toSorted((a, b) => a.reason.localeCompare(b.reason)),
    `${new Set(urls).size} links answer`,
  )
}

async function checkLink(url: string, fetch: Fetch): Promise<Finding | null> {
  const { host, protocol } = new URL(url)
  try {
    const { status } = await fetch({ url, accepts: /.*/ })
    if ([401, 403, 429].includes(status))
      return {
        check: 'links',
        outcome: 'cannot check',
        reason: `${host} does not let us look (${status})`,
      }
    if (status >= 400) return warns('links', `${url} answers ${status}`)
    return protocol === 'https:' ? null : warns('links', `${url} is not https`)
  } catch (error) {
    return warns('links', `${url} cannot be reached: ${reasonOf(error)}`)
  }
}

export type Looking = Fetch
