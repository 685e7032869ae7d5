const ENTITIES: Record<string, string> = {
  '&lt;': '<',
  '&gt;': '>',
  '&amp;': '&',
  '&nbsp;': ' ',
  '&quot;': '"',
  '&#39;': "'",
}

/** The words of a page, line by line, without what it quotes. */
export function textOfHtml(html: string): string {
  return withoutHidden(html)
    .replace(/<(?:br|p|div|tr|li|h\d)\b[^<>]*>/gi, '\n')
    .replace(/<[^<>]*>/g, ' ')
    .replace(/&(?:lt|gt|amp|nbsp|quot|#39);/g, (entity) => ENTITIES[entity] ?? ' ')
}

const HIDDEN = /<(style|script|head|blockquote)\b/gi

/** One pass: a pattern from the beginning to the end of an element would read a page without ends again from each. */
function withoutHidden(html: string): string {
  const lower = html.toLowerCase()
  let [shown, at] = ['', 0]
  for (const { index, 1: name = '' } of html.matchAll(HIDDEN)) {
    if (index < at) continue
    shown += html.slice(at, index)
    const end = lower.indexOf(`</${name.toLowerCase()}`, index)
    if (end < 0) return shown
    at = end
  }
  return shown + html.slice(at)
}
