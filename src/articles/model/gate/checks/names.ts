import { type Doubt, type Evidence, mainSource, type Read } from '../evidence.ts'
import { isContent, type Word } from '../words.ts'
import { isCalendarWord } from './dates.ts'

/** Every name is near the sentences that are named, or part of a name there. */
export function doubtNames(said: Read, evidence: Evidence): Doubt | undefined {
  const close = [...placesOfNames(said, evidence), evidence.headline]
  for (const name of namesIn(said, evidence.article)) {
    if (isCalendarWord(name.text, evidence.language) || NO_NAME.test(name.folded)) continue
    if (!isNameIn(name, close) && !belongsToOne(name, { said, close, article: evidence.article }))
      return {
        kind: 'name',
        reason: `the name "${name.text}" is not near the sentences that it names`,
      }
  }
  return undefined
}

const POINTS =
  /^(?:he|she|they|it|his|her|hers|him|them|their|its|we|our|us|i|my|who|er|sie|es|ihm|ihn|ihr|ihre|sein|seine|il|elle|ils|elles|lui|leur|son|sa|ses|hij|zij|ze|hem|haar|hun)$/
const SAYS_WHO = /^(?:en|de|fr|nl|da|sv|nb|no)\b/

/**
 * A name may stand further off only where a sentence speaks of somebody without it; and in a sentence that is nearly its
 * source, only in place of such a word.
 */
function placesOfNames(said: Read, { cited, near, language }: Evidence): Read[] {
  if (!SAYS_WHO.test(language)) return near
  const main = mainSource(said, cited)
  const nearlySame = main !== undefined && main.share >= ALIKE
  const free = nearlySame
    ? pointersIn(main.source) > pointersIn(said)
    : cited.some((source) => pointersIn(source) > 0)
  return free ? near : cited
}

const ALIKE = 0.7

function pointersIn({ words }: Read): number {
  return words.filter(({ folded }) => POINTS.test(folded)).length
}

/** Titles and directions, which stand with a name or change it: the opposites are told apart elsewhere. */
const NO_NAME =
  /^(?:mr|mrs|ms|dr|sir|lady|lord|king|queen|prince|princess|president|justice|judge|senators?|governors?|minister|prime|pm|tv|ceos?|first|last|new|north|south|east|west|northern|southern|eastern|western|gen|sgt|lt|capt|col|prof|rev|read|click|exclusive|video|herr|frau|monsieur|madame|senor|senora)$/

export function isNameIn(name: Word, sources: readonly Read[]): boolean {
  return sources.some((source) => holds(source, name)) || isShortFor(name, sources)
}

type Places = { said: Read; close: readonly Read[]; article: readonly Read[] }

/** "Levi" of "Levi Pettit", where only Pettit is near and the article has both side by side. */
function belongsToOne(name: Word, { said, close, article }: Places): boolean {
  const beside = new Set(
    article.flatMap(({ words }) =>
      words.flatMap(({ folded }, at) =>
        folded === name.folded ? [words[at - 1], words[at + 1]].flatMap(capitalised) : [],
      ),
    ),
  )
  return said.words.some(
    (word) => beside.has(word.folded) && close.some((source) => holds(source, word)),
  )
}

function capitalised(word: Word | undefined): string[] {
  return word !== undefined && /^\p{Lu}/u.test(word.text) ? [word.folded] : []
}

/** Capitalised words; one that opens a sentence only where the article has it as a name, or another name follows. */
export function namesIn(said: Read, article: readonly Read[]): Word[] {
  return said.words.filter((word, at) => {
    if (!/^\p{Lu}/u.test(word.text) || word.text.length < 2) return false
    if (!isContent(word) && !/^\p{Lu}{2}/u.test(word.text)) return false
    if (!word.opens || /^\p{Lu}{2}/u.test(word.text)) return true
    const next = said.words[at + 1]
    const goesOn =
      next !== undefined &&
      /^\p{Lu}/u.test(next.text) &&
      /^\s$/.test(said.text.slice(word.end, next.start))
    return (
      (goesOn && !word.folded.endsWith('ing')) ||
      article.some(({ words }) => words.some((other) => isNamed(other, word)))
    )
  })
}

function isNamed(other: Word, word: Word): boolean {
  return !other.opens && other.folded === word.folded && /^\p{Lu}/u.test(other.text)
}

const DEMONYMS = 4

/** The name itself, an inflected form, or its people: "Iran" for "Iranian". */
function holds({ words }: Read, name: Word): boolean {
  return words.some(({ text, folded, key }) => {
    if (folded === name.folded) return true
    if (!/^\p{Lu}/u.test(text)) return false
    if (folded.replace(/s$/, '') === name.folded.replace(/s$/, '')) return true
    if (key === name.key && key.length < 5) return true
    return (
      folded.slice(0, DEMONYMS) === name.folded.slice(0, DEMONYMS) &&
      (PEOPLE.test(folded) || PEOPLE.test(name.folded))
    )
  })
}

const PEOPLE = /(?:an|ans|ian|ians|ese|ish|i|is|ch|er|isch|ische|ischen|ais|aise|ano|ana)$/

/** "UN" where the text has "United Nations", and the other way round. */
function isShortFor(name: Word, sources: readonly Read[]): boolean {
  const initials = name.folded.replace(/[^\p{L}]/gu, '')
  const isAcronym = /^\p{Lu}[\p{Lu}.]+$/u.test(name.text)
  return sources.some(({ words }) => {
    const capitals = words.filter(({ text }) => /^\p{Lu}/u.test(text))
    const letters = capitals.map(({ folded }) => folded[0] ?? '').join('')
    return isAcronym && initials.length > 1 && letters.includes(initials)
  })
}
