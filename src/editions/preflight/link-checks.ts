import type { Fetch } from '#articles/fetching/fetch.ts'
import { reasonOf } from '#errors.ts'
import { cannotCheck, type Finding, gathered, warns } from './finding.ts'

export type Looking = Fetch

/** Where the mails of an edition lead, outside of our own pages. */
export type Link = { url: string; what: 'link' | 'picture' }

const AT_ONCE = 6
/** Nobody waits for more. */
const MOST_LINKS = 200

/** Each link and picture is asked for once, by the way that reaches nothing inside the own network. */
export async function checkLinks(links: readonly Link[], fetch: Looking): Promise<Finding[]> {
  const each = [...new Map(links.map((link) => [link.url, link])).values()].slice(0, MOST_LINKS)
  const waiting = [...each]
  const found: Finding[] = each.flatMap(withoutTls)
  const worker = async () => {
    for (let link = waiting.pop(); link !== undefined; link = waiting.pop()) {
      const finding = await ask(link, fetch)
      if (finding !== null) found.push(finding)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return gathered(
    'links',
    found.toSorted((a, b) => a.reason.localeCompare(b.reason)),
    `${each.length} links and pictures answer`,
  )
}

function withoutTls({ url, what }: Link): Finding[] {
  if (url.startsWith('https://')) return []
  return [warns('links', `${nameOf({ url, what })} is not https`)]
}

async function ask({ url, what }: Link, fetch: Looking): Promise<Finding | null> {
  const name = nameOf({ url, what })
  if (!URL.canParse(url)) return warns('links', `${name} is no web address`)
  try {
    const { status } = await fetch({ url, accepts: /.*/ })
    if ([401, 403, 429].includes(status))
      return cannotCheck('links', `${new URL(url).host} does not let us look (${status})`)
    return status >= 400 ? warns('links', `${name} answers ${status}`) : null
  } catch (error) {
    return warns('links', `${name} cannot be reached: ${reasonOf(error)}`)
  }
}

function nameOf({ url, what }: Link): string {
  const short = url.length > 120 ? `${url.slice(0, 119)}…` : url
  return what === 'picture' ? `the picture ${short}` : short
}
