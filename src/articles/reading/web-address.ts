const TRACKING =
  /^(utm_\w+|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid|igsh|li_fat_id|mc_cid|mc_eid|mkt_tok|_hsenc|_hsmi|vero_id|oly_\w+_id|wickedid|s_cid|cmpid|ocid|ncid|at_\w+|xtor|ref_src|ref_url|_ga|_gl)$/i

/** An http or https address without credentials, made absolute; null for anything else. */
export function webAddress(raw: string | null | undefined, base?: string | null): string | null {
  const url = parseAddress(raw, base)
  return url === null ? null : url.href
}

/** The address that names an article, without fragment and tracking parameters; a home page names none. */
export function canonicalAddress(
  raw: string | null | undefined,
  base?: string | null,
): string | null {
  const url = parseAddress(raw, base)
  if (url === null) return null
  const tracking = [...url.searchParams.keys()].filter((name) => TRACKING.test(name))
  // Deleting rewrites the whole query's encoding, so an untouched query stays untouched.
  for (const name of tracking) url.searchParams.delete(name)
  url.hash = ''
  // A site without readable addresses names its articles by query: "/?p=123".
  return url.pathname === '/' && url.search === '' ? null : url.href
}

function parseAddress(raw: string | null | undefined, base?: string | null): URL | null {
  const text = raw?.trim() ?? ''
  if (text === '' || text.length > 2_048) return null
  const url = URL.parse(text, base ?? undefined)
  if (url === null || !/^https?:$/.test(url.protocol)) return null
  if (url.username !== '' || url.password !== '' || url.hostname === '') return null
  return url.href.length > 2_048 ? null : url
}
