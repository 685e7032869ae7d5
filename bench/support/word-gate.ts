// The plain way, to measure against: every number and every capitalised word must be somewhere in the article.

const WORD = /\p{L}[\p{L}\p{N}.’'-]*/gu
const SPELLED = new Map(
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty'
    .split(' ')
    .map((word, value) => [word, String(value)]),
)

export function passesWordGate(text: string, article: string): boolean {
  const words = new Set(
    (article.match(WORD) ?? []).flatMap((word) => [fold(word), ...word.split('-').map(fold)]),
  )
  const numbers = numbersIn(article)
  for (const word of words) numbers.add(SPELLED.get(word) ?? word)
  return (
    [...numbersIn(text)].every((number) => numbers.has(number)) &&
    namesIn(text).every(
      (name) => words.has(name) || words.has(name.replace(/s$/, '')) || words.has(`${name}s`),
    )
  )
}

function numbersIn(text: string): Set<string> {
  return new Set(
    (text.match(/\d[\d,]*(?:\.\d+)?/g) ?? []).map((digits) =>
      String(Number.parseFloat(digits.replace(/,/g, ''))),
    ),
  )
}

function namesIn(text: string): string[] {
  const words = text.match(WORD) ?? []
  return words
    .filter(
      (word, at) =>
        /^\p{Lu}/u.test(word) && word.length > 1 && (at > 0 || /^\p{Lu}{2}/u.test(word)),
    )
    .map(fold)
}

function fold(word: string): string {
  return word
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[’']s?\b|\./g, '')
}
