import { ASIA } from './stop-words/asia.ts'
import { GERMANIC } from './stop-words/germanic.ts'
import { OTHER_EUROPE } from './stop-words/other-europe.ts'
import { ROMANCE } from './stop-words/romance.ts'
import { SLAVIC } from './stop-words/slavic.ts'

const LISTS: ReadonlyMap<string, string> = new Map(
  Object.entries({ ...GERMANIC, ...ROMANCE, ...SLAVIC, ...OTHER_EUROPE, ...ASIA }),
)
const SAME_AS: ReadonlyMap<string, string> = new Map([
  ['nb', 'no'],
  ['nn', 'no'],
  ['bs', 'hr'],
  ['iw', 'he'],
])

const NONE: ReadonlySet<string> = new Set()
const known = new Map<string, ReadonlySet<string>>()

/** The words of a language that say nothing of what a text is about, in lower case; none where it is not known. */
export function stopWords(language: string): ReadonlySet<string> {
  const [base = ''] = language.toLowerCase().split(/[-_]/)
  const name = SAME_AS.get(base) ?? base
  const list = LISTS.get(name)
  if (list === undefined) return NONE
  const words = known.get(name) ?? new Set(list.normalize('NFC').split(/\s+/))
  known.set(name, words)
  return words
}
