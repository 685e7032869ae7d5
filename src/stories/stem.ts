/**
 * The word without its commonest endings, so that "strike", "strikes" and "striking" are one. Light on purpose: two words
 * taken for one cost more than one taken for two.
 */
export function stem(word: string, language: string): string {
  const plain = word.normalize('NFD').replace(/\p{Mn}/gu, '')
  const base = plain === '' || !/^[a-z]/.test(plain) ? word : plain
  if (/\p{N}/u.test(base)) return base.replace(/,/g, '.')
  const cut = ENDINGS[language.slice(0, 2)]
  return cut === undefined ? base : cut(base)
}

const ENDINGS: Partial<Record<string, (word: string) => string>> = {
  en: english,
  de: (word) => endless(word, /(erinnen|innen|ungen|ern|en|er|es|em|e|n|s)$/, 4),
  fr: (word) => endless(word, /(issements?|ements?|euses?|aient|ees|ent|er|es|ee|s|e)$/, 4),
  es: (word) => endless(word, /(aciones|acion|mente|idos|adas|ados|idas|as|os|es|a|o|e|s)$/, 4),
  it: (word) => endless(word, /(azioni|azione|mente|ati|ate|ato|ata|i|e|o|a)$/, 4),
  pt: (word) => endless(word, /(acoes|acao|mente|ados|adas|as|os|es|a|o|e|s)$/, 4),
  nl: (word) => endless(word, /(ingen|eren|en|er|e|s)$/, 4),
  sv: (word) => endless(word, /(arna|orna|erna|ade|ar|or|er|en|et|a|e|s)$/, 4),
  da: (word) => endless(word, /(erne|ede|er|en|et|e|s)$/, 4),
  nb: (word) => endless(word, /(ene|ede|er|en|et|a|e|s)$/, 4),
  no: (word) => endless(word, /(ene|ede|er|en|et|a|e|s)$/, 4),
}

function endless(word: string, ending: RegExp, least: number): string {
  const cut = word.replace(ending, '')
  return cut.length < least ? word : cut
}

function english(word: string): string {
  if (word.length < 5) return word.replace(/(?<=[^su])s$/, '')
  const plural = word
    .replace(/ies$/, 'y')
    .replace(/(?<=(s|x|z|ch|sh))es$/, '')
    .replace(/(?<=[^suiy'])s$/, '')
  const cut = plural.replace(/(?<=\w{3})(ing|ed|er|ers)$/, '')
  // "stopping", "stopped" and "stop".
  const single = cut === plural ? cut : cut.replace(/([bdgmnprt])\1$/, '$1')
  return single.length < 4 ? plural : single.replace(/e$/, '')
}
