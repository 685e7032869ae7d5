import { abbreviationsOf } from './abbreviations.ts'
import { startsSentence } from './starts-sentence.ts'

type Dot = { word: string; before: string; after: string; language: string }

const ORDINAL_DOT = /^(de|da|nb|nn|no|fi|cs|sk|hu|hr|bs|sr|sl|pl|et|lv|is|tr)\b/i

/** Whether the dot after `word` ends its sentence, or belongs to the word. */
export function dotEnds({ word, before, after, language }: Dot): boolean {
  const lower = word.toLowerCase()
  const { name, number, maybe } = abbreviationsOf(language)
  if (number.has(lower) && /^[#№\d]/.test(after)) return false
  if (number.has(lower)) return true
  if (name.has(lower)) return false
  if (/^[ap]\.m$/.test(lower)) return clockEnds(after)
  if (/^\p{Lu}$/u.test(word)) return initialEnds({ word, before, after, language })
  return standsAlone(word, language) || maybe.has(lower) ? startsSentence(after, language) : true
}

/** A letter, letters with dots, or a number that counts: "т.", "u.S.A", "3. Liga", "Ludwig XIV." */
function standsAlone(word: string, language: string): boolean {
  if (/^(\p{L}\.)+\p{L}$|^\p{Ll}$/u.test(word)) return true
  return ORDINAL_DOT.test(language) && /^(\d{1,2}|[IVX]{2,6})$/.test(word)
}

function clockEnds(after: string): boolean {
  return !/^(\d|[A-Z]{2,4}\b|(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(Jan|Feb|Mar|Apr|May|June|July|Aug|Sep|Oct|Nov|Dec))/.test(
    after,
  )
}

const NAMED_BY_LETTER =
  /(^|\s)(vitamin|plan|group|part|hepatitis|type|grade|class|section|category|team|and|than|as|typ|klasse|gruppe|teil|groupe|grupo|gruppo|tipo|classe|clase|parte|partie)\s+\S*$/i

/** "J. Smith" goes on; "Plan B. The …" and "… than I. It …" end. */
function initialEnds({ word, before, after, language }: Dot): boolean {
  return (word === 'I' || NAMED_BY_LETTER.test(before)) && startsSentence(after, language)
}
