import { isMisspelling } from './spelling.ts'
import { articleWords, isNegation, NEGATING } from './telling-words.ts'
import type { Token } from './tokens.ts'

/** One place where a text was changed. */
export type Hunk = {
  field: 'headline' | 'standfirst' | 'body'
  removed: Token[]
  added: Token[]
  /** What stands around it in both. */
  before: Token | undefined
  after: Token | undefined
}

/** Something that readers would want to know; the weightiest has the lowest rank. */
export type Finding = { rank: number; note: string }

type Known = { names: ReadonlySet<string>; used: ReadonlySet<string> }

export function findingsOf(
  hunks: readonly Hunk[],
  { language, texts }: { language: string; texts: readonly Token[] },
): Finding[] {
  const known = { names: namesIn(texts, language), used: usedTwice(texts) }
  const single = hunks.flatMap((hunk) => (isPassage(hunk) ? [] : judge(hunk, known)))
  return [...single, ...passages(hunks)]
}

/** Long, and nothing stands in its place: what is new in it is all of it. */
function isPassage({ removed, added }: Hunk): boolean {
  return Math.min(removed.length, added.length) <= 1 && Math.max(removed.length, added.length) >= 8
}

function judge(hunk: Hunk, known: Known): Finding[] {
  if (isTypo(hunk, known)) return []
  const findings = [
    numbers(hunk),
    negation(hunk),
    dates(hunk),
    names(hunk, known),
    quotation(hunk),
  ].flatMap((finding) => finding ?? [])
  if (hunk.field === 'headline' && findings.length === 0)
    return [{ rank: 6, note: `The headline changed: ${becameOf(hunk)}` }]
  return findings.length > 0 ? findings : [{ rank: 8, note: `Words changed: ${becameOf(hunk)}` }]
}

function isTypo(hunk: Hunk, known: Known): boolean {
  const { removed, added } = hunk
  const all = [...removed, ...added]
  if (lettersOf(removed) === lettersOf(added)) return true
  if (all.some(({ number, date }) => number || date)) return false
  if (all.every(({ key }) => articleWords.has(key))) return true
  if (isStutter(hunk)) return true
  return (
    removed.length === added.length &&
    removed.length <= 4 &&
    removed.every((token, index) => isRespelled(token, added[index], known))
  )
}

/** "re-open" and "reopen", "any one" and "anyone". */
function lettersOf(tokens: readonly Token[]): string {
  return tokens.map(({ key }) => key.replace(/'/g, '')).join('')
}

/** "the the": a word that stands twice, and once in the other. */
function isStutter({ removed, added, before, after }: Hunk): boolean {
  const [only, ...more] = [...removed, ...added]
  return (
    only !== undefined &&
    more.length === 0 &&
    !only.number &&
    (only.key === before?.key || only.key === after?.key)
  )
}

function isRespelled(one: Token, other: Token | undefined, known: Known): boolean {
  if (other === undefined) return false
  if (one.key === other.key) return true
  if (isNegation(one.key) !== isNegation(other.key)) return false
  if (isName(one, known) || isName(other, known)) return false
  return isMisspelling(one.key, other.key, known.used)
}

function numbers({ removed, added }: Hunk): Finding | undefined {
  const [gone, come] = apart(
    removed.filter(({ number }) => number),
    added.filter(({ number }) => number),
  )
  if (gone.length === 0 && come.length === 0) return undefined
  return { rank: 1, note: changeOf('number', gone, come) }
}

function negation({ removed, added }: Hunk): Finding | undefined {
  const [gone, come] = [removed, added].map(
    (tokens) => tokens.filter(({ key }) => isNegation(key)).length,
  )
  if (gone !== come)
    return { rank: 2, note: `A negation was ${(gone ?? 0) < (come ?? 0) ? 'added' : 'removed'}` }
  const [one, ...others] = removed
  const [other, ...more] = added
  if (one === undefined || other === undefined || others.length + more.length > 0) return undefined
  const [shorter, longer] =
    one.key.length < other.key.length ? [one.key, other.key] : [other.key, one.key]
  const turned =
    longer.endsWith(shorter) && NEGATING.test(longer.slice(0, longer.length - shorter.length))
  return turned && shorter.length >= 3
    ? { rank: 2, note: `A word was turned: ${one.text} became ${other.text}` }
    : undefined
}

function dates({ removed, added }: Hunk): Finding | undefined {
  const [gone, come] = apart(
    removed.filter(({ date }) => date),
    added.filter(({ date }) => date),
  )
  if (gone.length === 0 && come.length === 0) return undefined
  return { rank: 3, note: changeOf('date', gone, come) }
}

function names({ removed, added }: Hunk, known: Known): Finding | undefined {
  const own = (tokens: readonly Token[]) => tokens.filter((token) => isName(token, known))
  const [gone, come] = apart(own(removed), own(added))
  if (gone.length === 0 && come.length === 0) return undefined
  return { rank: 4, note: changeOf('name', gone, come) }
}

function quotation({ removed, added }: Hunk): Finding | undefined {
  return [...removed, ...added].some(({ quoted }) => quoted)
    ? { rank: 5, note: 'The words of a quotation changed' }
    : undefined
}

/** Without what both have. */
function apart(removed: readonly Token[], added: readonly Token[]): [Token[], Token[]] {
  return [without(removed, added), without(added, removed)]
}

function without(tokens: readonly Token[], others: readonly Token[]): Token[] {
  const keys = new Set(others.map(({ key }) => key))
  return tokens.filter(({ key }) => !keys.has(key))
}

function changeOf(what: string, gone: readonly Token[], come: readonly Token[]): string {
  if (gone.length === 0) return `A ${what} was added: ${textOf(come)}`
  if (come.length === 0) return `A ${what} was removed: ${textOf(gone)}`
  return `A ${what} changed: ${textOf(gone)} became ${textOf(come)}`
}

function becameOf({ removed, added }: Hunk): string {
  const [gone, come] = [textOf(removed), textOf(added)]
  if (gone === '') return `“${come}” was added`
  return come === '' ? `“${gone}” was removed` : `“${gone}” became “${come}”`
}

const MOST_TEXT = 60

function textOf(tokens: readonly Token[]): string {
  const text = tokens.map((token) => token.text).join(' ')
  return text.length <= MOST_TEXT ? text : `${text.slice(0, MOST_TEXT).replace(/\s\S*$/, '')}…`
}

function passages(hunks: readonly Hunk[]): Finding[] {
  const long = hunks.filter(isPassage)
  const kinds = [
    { verb: 'added', tokens: long.flatMap(({ added }) => (added.length > 1 ? [added] : [])) },
    {
      verb: 'removed',
      tokens: long.flatMap(({ removed }) => (removed.length > 1 ? [removed] : [])),
    },
  ]
  return kinds.flatMap(({ verb, tokens }) =>
    tokens.length === 0 ? [] : [{ rank: 7, note: `${countOf(tokens)} ${verb}` }],
  )
}

/** By the paragraphs that its words belong to. */
function countOf(stretches: readonly Token[][]): string {
  const count = new Set(stretches.flatMap((tokens) => tokens.map(({ paragraph }) => paragraph)))
    .size
  if (count === 1) return 'A passage was'
  return `${COUNTS[count] ?? String(count)} paragraphs were`
}

const COUNTS = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine']

/** What is written with a capital where others are not; in German only beside another, as in "Angela Merkel". */
function namesIn(tokens: readonly Token[], language: string): Set<string> {
  const german = /^(de|lb)\b/.test(language)
  return new Set(
    tokens
      .filter(({ capital, startsSentence, beside }) =>
        german ? beside : capital && !startsSentence,
      )
      .map(({ key }) => key),
  )
}

function isName({ key, capital, number, date }: Token, known: Known): boolean {
  return capital && !number && !date && known.names.has(key)
}

/** Words that stand in the texts before and after more often than the change explains. */
function usedTwice(tokens: readonly Token[]): Set<string> {
  const seen = new Set<string>()
  const twice = new Set<string>()
  for (const { key } of tokens) (seen.has(key) ? twice : seen).add(key)
  return twice
}
