/**
 * The document without the entities that it declares itself, so that none can be expanded a billion times, and without
 * any that stand in files or elsewhere. What refers to them stays as it is written.
 */
export function withoutOwnEntities(xml: string): string {
  const from = endOfProlog(xml)
  if (!/^<!DOCTYPE\s/i.test(xml.slice(from, from + 12))) return xml
  const end = endOfDoctype(xml, from)
  return end === undefined ? xml.slice(0, from) : xml.slice(0, from) + xml.slice(end)
}

/** Brackets hold declarations, and quotes hold any character. */
function endOfDoctype(xml: string, from: number): number | undefined {
  let brackets = 0
  let quote = ''
  for (let at = from; at < xml.length; at++) {
    const sign = xml.charAt(at)
    if (quote !== '') {
      if (sign === quote) quote = ''
    } else if (sign === '"' || sign === "'") quote = sign
    else if (sign === '[') brackets++
    else if (sign === ']') brackets--
    else if (sign === '>' && brackets <= 0) return at + 1
  }
  return undefined
}

/** Past the declaration, instructions, comments and blanks in front. */
function endOfProlog(xml: string): number {
  let at = 0
  for (;;) {
    while (/\s/.test(xml.charAt(at))) at++
    const close = xml.startsWith('<?', at) ? '?>' : xml.startsWith('<!--', at) ? '-->' : undefined
    const end = close === undefined ? -1 : xml.indexOf(close, at)
    if (close === undefined || end === -1) return at
    at = end + close.length
  }
}
