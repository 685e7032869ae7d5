// From a straight quote before a word to the last one that ends none, over "don't" and "the teachers' union".
const SINGLE_QUOTED =
  /(?<![^\s(:,—–-])'(?=\p{L})(?:[^']|(?<=\S)'){1,2000}(?<=\S)'(?![\p{L}\p{N}])/gu
const SINGLE_UNCLOSED = /(?<=[:,] )'(?=\p{Lu})/gu
// Hebrew writes it inside an abbreviation.
const GERSHAYIM = /(?<=\p{Script=Hebrew})["”](?=\p{Script=Hebrew})/gu

/** From where to where straight single quotes hold; one that never closes holds to the end. */
export function singleQuotations(paragraph: string): [from: number, to: number][] {
  const closed = [...paragraph.matchAll(SINGLE_QUOTED)].map(
    ({ index, 0: { length } }): [number, number] => [index, index + length],
  )
  const unclosed = [...paragraph.matchAll(SINGLE_UNCLOSED)]
    .filter(({ index }) => !closed.some(([from, to]) => from <= index && index < to))
    .map(({ index }): [number, number] => [index, Number.POSITIVE_INFINITY])
  return [...closed, ...unclosed]
}

/** Whether a quotation begun in the text is not closed in it. */
export function quoteIsOpen(raw: string): boolean {
  const text = raw.replace(GERSHAYIM, '')
  if (count(text, /"/g) % 2 === 1) return true
  if (depthOf(text).last > 0) return true
  return count(text, /(?<![\p{L}\p{N}])‘(?=[\p{L}\p{N}])/gu) > count(text, /(?<=\S)’(?!\p{L})/gu)
}

/** Whether a quotation ends in the text that did not begin in it. */
export function quoteClosesAlone(text: string): boolean {
  return depthOf(text.replace(GERSHAYIM, '')).least < 0
}

export function outsideQuotes(text: string): string {
  return text
    .replace(GERSHAYIM, '')
    .replace(/"[^"]*"|“[^”]*”|„[^“”]*[“”]|”[^”]*”|«[^»]*»|»[^«]*«|「[^」]*」/g, ' ')
    .replace(SINGLE_QUOTED, ' ')
}

/** How many quotations are open at the end, and the least there were on the way. */
function depthOf(text: string): { last: number; least: number } {
  let [last, least] = [0, 0]
  for (const { index, 0: mark } of text.matchAll(/[„“”«»「」『』]/g)) {
    last += opensAt(text, { index, mark, inside: last > 0 }) ? 1 : -1
    least = Math.min(least, last)
  }
  return { last, least }
}

// „Deutsch“, »Deutsch«, « français », “English”, ”svenska”: what opens in one language closes in another, and the side
// on which the letters stand tells.
function opensAt(
  text: string,
  { index, mark, inside }: { index: number; mark: string; inside: boolean },
): boolean {
  if (/[„「『]/.test(mark)) return true
  if (/[」』]/.test(mark)) return false
  const afterLetter = index > 0 && /[^\s([–—-]/u.test(text[index - 1] ?? '')
  const beforeLetter = /[\p{L}\p{N}¿¡[(„‘]/u.test(text[index + 1] ?? '')
  if (afterLetter !== beforeLetter) return beforeLetter
  return mark === '«' || (mark === '“' && !inside)
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0
}
