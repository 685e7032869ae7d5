import { type Doubt, type Evidence, mainSource, type Read, shareOf } from '../evidence.ts'
import { isContent, type Word } from '../words.ts'

const NO =
  /^(?:not|no|never|none|neither|nor|without|cannot|nobody|nothing|hardly|barely|kein|keine|keinen|keinem|keiner|keines|nicht|nie|niemals|niemand|nichts|ohne|weder|pas|jamais|aucun|aucune|sans|rien|ni|nunca|ningun|ninguna|ninguno|nadie|nada|jamas|sin|non|nessun|nessuno|nessuna|senza|nao|nenhum|nenhuma|sem|niet|geen|nooit|zonder|inte|ingen|aldrig|utan|ikke|nie|bez|nem)$/
const CONTRACTED = /n['’]t$/i
/** These turn what follows them round as "not" does. */
const DENIES =
  /^(?:den(?:y|ies|ied|ying)|un[a-z]{4,}|im?possible|missing|disappear\w*|only|few|little|less|absence|end(?:s|ed)?|halt\w*|refus\w*|reject\w*|fail\w*|lack\w*|unable|unlikely|false\w*|dismiss\w*|ruled?|stop\w*|prevent\w*|avoid\w*|halt\w*|cancel\w*|block\w*|declin\w*|ban(?:s|ned)?|oppos\w*|leugne\w*|bestr\w*|dement\w*|nie\w{2,}|rechaz\w*|neg\w{2,4}|smentis\w*|refus\w*|ontken\w*)$/
const REACH = 2
const LITTLE = 0.2
const ALIKE = 0.4
const NEARLY_SAME = 0.8
const CLAUSE =
  /^(?:but|that|who|which|because|until|aber|mais|pero|sondern|sino|ma|dass|qui|que|che)$/

type Turned = { no: Set<string>; denied: Set<string>; plain: Set<string>; any: boolean }

/** "not" stands where it stands in the article, and nowhere else. */
export function doubtNegation(said: Read, { cited }: Evidence): Doubt | undefined {
  const own = turnedIn(said)
  const sources = cited.map(turnedIn)
  const alike = cited.filter((source) => shareOf(said, source) >= LITTLE).map(turnedIn)
  const main = mainSource(said, cited)
  if (deniesMore(own, { alike, sources })) return doubt('a sentence denies what the article says')
  if (main === undefined) return undefined
  if (main.share >= NEARLY_SAME && countsOtherwise(said, main.source))
    return doubt('a sentence denies more or less than its source')
  if (!own.any && main.share >= ALIKE && saysDenied(own, turnedIn(main.source), sources))
    return doubt('a sentence says what the article denies')
  return undefined
}

function doubt(reason: string): Doubt {
  return { kind: 'negation', reason }
}

function deniesMore(
  own: Turned,
  { alike, sources }: Record<'alike' | 'sources', readonly Turned[]>,
): boolean {
  return [...own.no].some(
    (key) =>
      alike.some(({ plain }) => plain.has(key)) &&
      !sources.some(({ no, denied }) => no.has(key) || denied.has(key)),
  )
}

function saysDenied(own: Turned, main: Turned, sources: readonly Turned[]): boolean {
  return [...own.plain].some(
    (key) => main.no.has(key) && !sources.some(({ plain }) => plain.has(key)),
  )
}

/** One "no" more than the source has, or one less in a sentence that leaves nothing else out. */
function countsOtherwise(said: Read, source: Read): boolean {
  const more = countNo(said) - countNo(source)
  return more > 0 || (more < 0 && said.keys.size >= source.keys.size * NEARLY_SAME)
}

function countNo({ words }: Read): number {
  return words.filter((word) => cueOf(word) === 'no').length
}

/** The words that a "no" turns round in its clause, and those that stand free. */
function turnedIn({ words, text }: Read): Turned {
  const turned: Turned = { no: new Set(), denied: new Set(), plain: new Set(), any: false }
  let reach = 0
  let into: 'no' | 'denied' = 'no'
  for (const [at, word] of words.entries()) {
    const before = text.slice(words[at - 1]?.end ?? 0, word.start)
    if (/[;:.!?…,]/.test(before) || CLAUSE.test(word.folded)) reach = 0
    const cue = cueOf(word)
    if (cue !== undefined) {
      turned.any = true
      reach = REACH
      into = cue
    }
    if (cue === 'no' || !isContent(word) || isIdle(word)) continue
    if (cue === undefined) {
      turned[reach > 0 ? into : 'plain'].add(word.key)
      reach -= 1
    } else turned.plain.add(word.key)
  }
  return turned
}

/** Names, numbers and manners of speaking are not what a "no" denies. */
function isIdle({ text, folded, opens }: Word): boolean {
  return (
    (!opens && /^\p{Lu}/u.test(text)) ||
    /\d/.test(text) ||
    /^(?:like|even|yet|ever|long|surprise|doubt|just|will|one|say|says|said)$/.test(folded)
  )
}

function cueOf({ text, folded }: Word): 'no' | 'denied' | undefined {
  if (NO.test(folded) || CONTRACTED.test(text)) return 'no'
  return DENIES.test(folded) ? 'denied' : undefined
}
