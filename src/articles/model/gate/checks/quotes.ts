import type { Doubt, Evidence, Read } from '../evidence.ts'

const QUOTED = /["“”„«»]([^"“”„«»]{1,2000})["“”„«»]|(?<!\p{L})[‘']([^‘’']{4,2000})[’'](?!\p{L})/gu

/** What stands in quotation marks is in the article word for word. */
export function doubtQuotes({ text }: Read, { article }: Evidence): Doubt | undefined {
  const body = plain(article.map((sentence) => sentence.text).join(' '))
  for (const [, double, single] of text.matchAll(QUOTED)) {
    const parts = (double ?? single ?? '').split(/\.{3}|…|\[[^\]]*\]/).map(plain)
    if (parts.some((words) => words.trim() !== '' && !body.includes(words)))
      return { kind: 'quote', reason: 'a quotation is not in the article word for word' }
  }
  const marks = text.match(/["“”„«»]/g)?.length ?? 0
  return marks % 2 === 0 ? undefined : { kind: 'quote', reason: 'a quotation does not close' }
}

/** Words in their order: punctuation at the end of a quotation may be the writer's. */
function plain(text: string): string {
  return ` ${(
    text
      .normalize('NFKC')
      .toLowerCase()
      .replace(/[’‘]/g, "'")
      .match(/[\p{L}\p{N}]+/gu) ?? []
  ).join(' ')} `
}
