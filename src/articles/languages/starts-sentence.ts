import { stopWords } from './stop-words.ts'

const ENGLISH =
  /^(The|A|An|He|She|It|They|We|I|In|On|At|But|And|This|That|There|His|Her|Its|Their|Our|My|However|When|While|If|For|As|After|Before|What|Who|Why|How|You|Mr|Mrs|Ms|Dr|So|Yet|Both|Then|Now|These|Those|Some|Many|Most|One|Two|Three|By|With|To|Not|No|From|Police|Officials)\b/u

/** Whether words clearly begin a sentence: a quotation, or a capital on a word that is no name. */
export function startsSentence(text: string, language: string): boolean {
  if (/^["“„«‘'¿¡]\s?[\p{Lu}¿¡]/u.test(text)) return true
  if (/^en\b/i.test(language)) return ENGLISH.test(text)
  const [word] = /^\p{Lu}[\p{L}\p{M}]*/u.exec(text) ?? []
  // Scripts without capitals: a sentence ends at its dot.
  if (word === undefined) return /^\p{Lo}/u.test(text)
  return stopWords(language).has(word.toLocaleLowerCase(language))
}
