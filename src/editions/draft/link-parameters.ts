import type { EditionRules } from './rules-store.ts'

/** What a newsletter's link parameters may name, and what it stands for at one story. */
export type LinkFields = Record<
  'newsletter' | 'edition' | 'date' | 'section' | 'position',
  string | number
>

/**
 * The address with the newsletter's parameters, for the publisher's own statistics: on hosts that the newsletter names,
 * and those below them. What the address holds already is kept as it is, also under the same name; addresses without
 * our parameters and with them stand for one article (see `addressKey`).
 */
export function withLinkParameters(
  address: string,
  {
    rules: { linkParameters, linkHosts },
    fields,
  }: { rules: Pick<EditionRules, 'linkParameters' | 'linkHosts'>; fields: LinkFields },
): string {
  if (linkParameters === null || !URL.canParse(address)) return address
  const url = new URL(address)
  if (!linkHosts.some((host) => url.hostname === host || url.hostname.endsWith(`.${host}`)))
    return address
  const own = linkParameters.split('&').flatMap((pair) => {
    const [name = '', value = ''] = pair.split('=')
    return url.searchParams.has(name) ? [] : [`${name}=${filled(value, fields)}`]
  })
  if (own.length === 0) return address
  // As text: writing `searchParams` would spell the others anew, and some servers sign theirs.
  url.search = [url.search.slice(1), ...own].filter(Boolean).join('&')
  return url.href
}

function filled(value: string, fields: LinkFields): string {
  const values: Readonly<Record<string, string | number>> = fields
  return value.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(wordOf(values[name] ?? '')),
  )
}

/** `Local news` as `local-news`: statistics tell `Local news` and `local news` apart. */
function wordOf(value: string | number): string {
  return String(value)
    .toLowerCase()
    .trim()
    .replace(/[\s&/]+/g, '-')
}
