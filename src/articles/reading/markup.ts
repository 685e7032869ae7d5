import { figuresOf } from './figures.ts'

const ENTITIES: Record<string, string> = {
  amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', ndash: '–', mdash: '—', hellip: '…',
  lsquo: '‘', rsquo: '’', ldquo: '“', rdquo: '”', laquo: '«', raquo: '»', bdquo: '„', shy: '',
  auml: 'ä', ouml: 'ö', uuml: 'ü', Auml: 'Ä', Ouml: 'Ö', Uuml: 'Ü', szlig: 'ß', eacute: 'é',
  egrave: 'è', agrave: 'à', ccedil: 'ç', ntilde: 'ñ', copy: '©', reg: '®', trade: '™', euro: '€', pound: '£',
} // prettier-ignore

// Only attributes make a tag of more than its name: "x <b or y> z" is prose.
const ATTRIBUTES = String.raw`(?:(?:\s+|(?<=["']))(?:[\w:@.-]{1,60}\s*=\s*(?:"[^"<>]{0,2000}"|'[^'<>]{0,2000}'|[^\s"'<>=]{1,2000})|hidden|controls|allowfullscreen|itemscope|async|defer))*\s*\/?>`

const KNOWN_TAG = new RegExp(
  `<\\/?(?:a|abbr|article|aside|b|blockquote|br|cite|code|del|div|em|figure|figcaption|font|form|h[1-6]|hr|i|iframe|img|input|ins|li|link|main|mark|meta|object|ol|p|pre|q|s|section|small|span|strike|strong|sub|sup|svg|table|tbody|td|th|tr|u|ul|video|wbr)${ATTRIBUTES}`,
  'gi',
)
const BREAKING_TAG = new RegExp(`<\\/?(?:p|div|br|h[1-6]|li|table|tr|td|th)${ATTRIBUTES}`, 'gi')
const MARKUP_TAG = new RegExp(
  `<(?:p|div|br|h[1-6]|ul|ol|blockquote|article|section|span|script|img|a|sup|sub|del|s|strike)${ATTRIBUTES}`,
  'i',
)
// Each stops at the next tag of its kind, which keeps a text full of open tags linear.
const STRUCK =
  /<(del|s|strike)(?:\s[^<>]{0,500})?>(?:[^<]|<(?!\/?(?:del|s|strike)[\s>])){0,5000}<\/\1>/gi
const LINKED_FIGURE =
  /<a\s[^<>]{0,500}>\s{0,5}<(sup|sub)(?:\s[^<>]{0,500})?>[^<]{0,20}<\/\1>\s{0,5}<\/a>/gi
const FIGURE = /<(sup|sub)(?:\s[^<>]{0,500})?>((?:[^<]|<(?!\/?su[bp][\s>])){0,500})<\/\1>/gi

/** Text of a field that may carry tags and entities: a lone `<` or `&` in ordinary prose stays. */
export function textOfMarkup(text: string): string {
  return decodeEntities(
    withoutScripts(text)
      .replace(STRUCK, '')
      .replace(LINKED_FIGURE, '')
      .replace(FIGURE, (_, tag: string, inside: string) =>
        /<a\s/i.test(inside) ? '' : figuresOf(inside.replace(KNOWN_TAG, ''), tag),
      )
      .replace(BREAKING_TAG, '\n')
      .replace(KNOWN_TAG, ''),
  )
}

/** A script or style runs to its end tag, or to the end of the text. */
function withoutScripts(text: string): string {
  const parts = text.split(/<(script|style)\b[^<>]{0,500}>/i)
  const kept = parts.slice(0, 1)
  for (let at = 1; at < parts.length; at += 2) {
    const [name = '', inside = ''] = [parts[at], parts[at + 1]]
    const end = inside.toLowerCase().indexOf(`</${name.toLowerCase()}`)
    if (end !== -1) kept.push(inside.slice(inside.indexOf('>', end) + 1))
  }
  return kept.join(' ')
}

export function looksLikeMarkup(text: string): boolean {
  return MARKUP_TAG.test(text)
}

function decodeEntities(text: string): string {
  return text
    .replace(/&#(\d{1,7});/g, (_, code: string) => character(Number(code)))
    .replace(/&#x([0-9a-f]{1,6});/gi, (_, code: string) => character(Number.parseInt(code, 16)))
    .replace(/&([a-z]{2,8});/gi, (whole: string, name: string) => ENTITIES[name] ?? whole)
}

function character(code: number): string {
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : ''
}
