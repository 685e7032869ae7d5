import { type Doubt, type Evidence, mainSource, type Read } from '../evidence.ts'
import { isContent, type Word } from '../words.ts'
import { isCalendarWord } from './dates.ts'
import { isNameIn, namesIn } from './names.ts'

/** Who did it did it, and to whom: a name stands on the same side of a verb as in the article. */
export function doubtRoles(said: Read, { cited, article, language }: Evidence): Doubt | undefined {
  const main = mainSource(said, cited)
  if (main === undefined) return undefined
  const theirs = sidesIn(main.source, { article, language })
  const own = sidesIn(said, { article, language })
  if (main.share >= ALIKE && changedPlaces(said, main.source, { article, language }))
    return { kind: 'role', reason: 'two names changed their places' }
  for (const side of own) {
    if (
      isReversed(side, own, theirs) ||
      isAnother(side, { own, theirs, source: main.source, article })
    )
      return { kind: 'role', reason: `what the article says of another is said of "${side.name}"` }
  }
  return undefined
}

const ALIKE = 0.6
const WHOLE = 0.5
const PASSIVE = /^(?:by|was|were|been|von|wurde|wurden|par|por|da|door)$/

/** Two names of the source in the other order, where no passive turns the sentence round. */
function changedPlaces(said: Read, source: Read, { article, language }: Setting): boolean {
  // Who takes a part out of a long sentence may begin with either name.
  if (said.keys.size < source.keys.size * WHOLE || passivesIn(said) !== passivesIn(source))
    return false
  const [own, theirs] = [said, source].map((read) => [
    ...new Set(peopleAndPlaces(read, { article, language }).map(({ folded }) => folded)),
  ])
  const places = (own ?? [])
    .map((name) => theirs?.indexOf(name) ?? -1)
    .filter((place) => place !== -1)
  return places.some((place, at) => at > 0 && place < (places[at - 1] ?? 0))
}

type Setting = Pick<Evidence, 'article' | 'language'>

function peopleAndPlaces(read: Read, { article, language }: Setting): Word[] {
  return namesIn(read, article).filter(({ text }) => !isCalendarWord(text, language))
}

function passivesIn({ words }: Read): number {
  return words.filter(({ folded }) => PASSIVE.test(folded)).length
}

/** "A beat B" where the article has "B beat A". */
function isReversed(side: Side, own: readonly Side[], theirs: readonly Side[]): boolean {
  const has = (sides: readonly Side[], name: string, where: Side['side']) =>
    sides.some((each) => each.name === name && each.verb === side.verb && each.side === where)
  const others = own.filter((each) => each.verb === side.verb && each.side !== side.side)
  return others.some(
    ({ name }) =>
      has(theirs, name, side.side) &&
      has(theirs, side.name, opposite(side.side)) &&
      !has(theirs, side.name, side.side),
  )
}

function opposite(side: Side['side']): Side['side'] {
  return side === 'before' ? 'behind' : 'before'
}

type Place = {
  own: readonly Side[]
  theirs: readonly Side[]
  source: Read
  article: readonly Read[]
}

/** Another name stands there in the source, which does not know this one. */
function isAnother(side: Side, { own, theirs, source, article }: Place): boolean {
  if (isNameIn(side.word, [source])) return false
  const there = theirs.filter((other) => other.verb === side.verb && other.side === side.side)
  return (
    there.length > 0 &&
    !there.some((other) => own.some(({ name }) => name === other.name)) &&
    !isPartOf(side.name, there, article)
  )
}

type Side = { word: Word; name: string; verb: string; side: 'before' | 'behind' }

/** Each name with the word that it stands right before or right behind. */
function sidesIn(read: Read, { article, language }: Setting): Side[] {
  const names = new Set(peopleAndPlaces(read, { article, language }))
  return read.words.flatMap((word, at): Side[] => {
    if (!names.has(word)) return []
    const [before, after] = [beside(read, at, -1), beside(read, at, 1)]
    return [
      ...(after !== undefined && !names.has(after)
        ? [{ word, name: word.folded, verb: after.key, side: 'before' as const }]
        : []),
      ...(before !== undefined && !names.has(before)
        ? [{ word, name: word.folded, verb: before.key, side: 'behind' as const }]
        : []),
    ]
  })
}

/** The nearest content word, over one small word, within the clause. */
function beside({ words, text }: Read, at: number, step: 1 | -1): Word | undefined {
  for (let next = at + step; Math.abs(next - at) <= 2; next += step) {
    const [word, last] = [words[next], words[next - step]]
    if (word === undefined || last === undefined) return undefined
    const gap = step === 1 ? text.slice(last.end, word.start) : text.slice(word.end, last.start)
    if (/[^\s'’"“”‘-]/.test(gap)) return undefined
    if (isContent(word)) return word
  }
  return undefined
}

/** "Broussard" for "Zully": the two stand side by side as one name somewhere in the article. */
function isPartOf(name: string, own: readonly Side[], article: readonly Read[]): boolean {
  const others = new Set(own.map((side) => side.name))
  return article.some(({ words }) =>
    words.some((word, at) => {
      const next = words[at + 1]
      if (next === undefined || !/^\p{Lu}/u.test(word.text) || !/^\p{Lu}/u.test(next.text))
        return false
      return (
        (word.folded === name && others.has(next.folded)) ||
        (next.folded === name && others.has(word.folded))
      )
    }),
  )
}
