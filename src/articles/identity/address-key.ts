import { canonicalAddress } from '../reading/web-address.ts'

/**
 * One key for all the addresses of a page: http and https, `www.`, AMP and mobile twins, its print page, a closing slash,
 * tracking parameters and the order of the others do not count. Null where the address names no article.
 */
export function addressKey(address: string | null): string | null {
  const url = URL.parse(canonicalAddress(address) ?? '')
  if (url === null) return null
  const origin = URL.parse(originOfCopy(url) ?? '') ?? url
  const query = queryOf(origin)
  const path = pathOf(origin)
  const key = `${hostOf(origin)}${path}${query === '' ? '' : `?${query}`}`
  return path === '' && query === '' ? null : key
}

/** Every key that the addresses have, the most telling first. */
export function addressKeys(addresses: readonly (string | null)[]): string[] {
  return [...new Set(addresses.flatMap((address) => addressKey(address) ?? []))]
}

/** The host of a key, to tell whether two articles are of one site. */
export function siteOf(key: string): string {
  return key.slice(0, key.search(/[/?]|$/))
}

/** The page that an AMP cache serves: `x-example.cdn.ampproject.org/c/s/x.example/story`, `google.com/amp/s/x.example/story`. */
function originOfCopy({ host, pathname, search }: URL): string | null {
  const path = /(^|\.)cdn\.ampproject\.org$/.test(host)
    ? /^\/[a-z]\/(s\/)?(.+)$/.exec(pathname)?.[2]
    : /^(www\.)?google\.[a-z.]+$/.test(host)
      ? /^\/amp\/(s\/)?(.+)$/.exec(pathname)?.[2]
      : undefined
  return path === undefined ? null : `https://${path}${search}`
}

function hostOf({ host }: URL): string {
  const bare = host.replace(/^www\./, '')
  const desktop = bare.replace(/^(amp|m|mobile|mobil|wap|print)\./, '')
  // "m.example" alone is a domain of its own.
  return desktop.includes('.') ? desktop : bare
}

function pathOf({ pathname }: URL): string {
  return pathname
    .replace(/\/(index|default)\.(html?|php|aspx?)$/i, '')
    .replace(/^\/(amp|mobile|print)(?=\/.)/i, '')
    .replace(/(?<=.)\/(amp|print|print-view|printpage)\/?$/i, '')
    .replace(/[.-](amp|print)(\.html?)?$/i, '$2')
    .replace(/\.(amp|print)\.html?$/i, '.html')
    .replace(/\/{2,}/g, '/')
    .replace(/\/+$/, '')
}

function queryOf({ searchParams }: URL): string {
  const kept = new URLSearchParams(
    [...searchParams].filter(([name]) => {
      const lower = name.toLowerCase()
      return !NAMELESS.has(lower) && !NAMELESS_START.some((start) => lower.startsWith(start))
    }),
  )
  kept.sort()
  return kept.toString()
}

/** Parameters that say how a reader came, or in which form the page is shown, and never which page it is. */
const NAMELESS = new Set(
  (
    'fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid twclid ttclid igshid igsh li_fat_id epik scclid rdt_cid ' +
    'mc_cid mc_eid mkt_tok _hsenc _hsmi vero_id vero_conv wickedid s_cid s_kwcid cmpid cmp cmpid2 icid int_cid ocid ncid ' +
    'xtor xtref ref ref_ ref_src ref_url refsrc referer referrer src_ref cid_source campaign_id spm sr_share smid smtyp ' +
    'share shared share_id sharetype shareadraft ssm taid trk trkcampaign _ga _gl gaa_at gaa_n gaa_ts gaa_sig partner ftag ' +
    'soc_src soc_trk guccounter guce_referrer guce_referrer_sig cn-reloaded wt_mc wt_zmc wtrid sc_cid sc_campaign ' +
    'amp amp_js_v amp_gsa usqp outputtype output_type print printview printable mobile _amp isamp nocache'
  ).split(' '),
)
const NAMELESS_START = ['utm_', 'at_', 'oly_', 'pk_', 'mtm_', 'hsa_', 'ga_', 'itm_', 'stm_']
