import { webAddress } from '../reading/web-address.ts'

/** What stands before the first item: what a feed says there of itself no parser hands over. */
const HEAD = 20_000

/** WebSub, 4: `<link rel="hub">` of Atom, also within RSS. */
export function hubsInHead(xml: string, base: string): string[] {
  return linksInHead(xml, 'hub').flatMap((href) => webAddress(href, base) ?? [])
}

export function selfInHead(xml: string, base: string): string | null {
  return webAddress(linksInHead(xml, 'self')[0], base)
}

/** `<ttl>` of RSS in minutes, or the rhythm of the syndication module. */
export function ttlInHead(xml: string): number | null {
  const head = headOf(xml)
  const ttl = /<ttl>\s*(\d{1,6})\s*<\/ttl>/i.exec(head)?.[1]
  if (ttl !== undefined) return Number(ttl)
  const period = /<sy:updatePeriod>\s*(\w+)\s*</i.exec(head)?.[1]?.toLowerCase()
  const minutes = MINUTES[period ?? '']
  if (minutes === undefined) return null
  const often = Number(/<sy:updateFrequency>\s*(\d{1,5})\s*</i.exec(head)?.[1] ?? 1)
  return Math.round(minutes / Math.max(often, 1))
}

const MINUTES: Record<string, number> = {
  hourly: 60,
  daily: 1440,
  weekly: 10_080,
  monthly: 43_200,
  yearly: 525_600,
}

function headOf(xml: string): string {
  const head = xml.slice(0, HEAD)
  const end = head.search(/<(item|entry)[\s>]/i)
  return end === -1 ? head : head.slice(0, end)
}

function linksInHead(xml: string, rel: string): string[] {
  return [...headOf(xml).matchAll(/<(?:[\w-]{1,20}:)?link\s([^<>]{1,2000})>/gi)].flatMap(
    ([, attributes = '']) => {
      const named = new RegExp(`\\brel\\s*=\\s*["'][^"']*\\b${rel}\\b`, 'i').test(attributes)
      const href = /\bhref\s*=\s*["']([^"']{1,2000})["']/i.exec(attributes)?.[1]
      return named && href !== undefined ? [href.replaceAll('&amp;', '&')] : []
    },
  )
}

/** The addresses of a Link header (RFC 8288) with this relation. */
export function linksOf(
  header: string | undefined,
  { rel, base }: { rel: string; base: string },
): string[] {
  return [
    ...(header ?? '').slice(0, 10_000).matchAll(/<([^<>]{1,2000})>((?:\s*;[^,<]{0,500})*)/g),
  ].flatMap(([, href = '', parameters = '']) => {
    const rels = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))/i.exec(parameters)
    const named = (rels?.[1] ?? rels?.[2] ?? '').toLowerCase().split(/\s+/).includes(rel)
    const address = webAddress(href, base)
    return named && address !== null ? [address] : []
  })
}
