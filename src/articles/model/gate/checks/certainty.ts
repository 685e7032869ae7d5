import { type Doubt, type Evidence, mainSource, type Read } from '../evidence.ts'
import { isContent } from '../words.ts'

const HEDGES =
  /^(?:may|might|could|possibly|perhaps|likely|probably|alleged(?:ly)?|suspected|reportedly|apparently|proposed|konnte[n]?|durfte[n]?|moglich\w*|vielleicht|wohl|angeblich|mutmasslich\w*|pourrait|pourraient|peut-etre|presume\w*|podria[n]?|quiza\w*|posible\w*|presunt\w*|potrebbe\w*|forse|poderia\w*|talvez|mogelijk|misschien|zou)$/
const LOOSE =
  /^(?:expect\w*|plan\w*|seek\w*|want\w*|hope\w*|threat\w*|propos\w*|consider\w*|believ\w*|claim\w*|suspect\w*|alleg\w*|accus\w*|charg\w*|fear\w*|suggest\w*|risk\w*|can|question\w*|whether|soll\w*|wollen|mochte\w*|devrait|debe\w*|dovrebbe)$/
const REACH = 2
const ALIKE = 0.4
const ALIKE_CLAIM = 0.6

/** What may be so is not said to be so. */
export function doubtCertainty(said: Read, { cited }: Evidence): Doubt | undefined {
  const main = mainSource(said, cited)
  if (main === undefined || main.share < ALIKE) return undefined
  const whole = said.keys.size >= main.source.keys.size * NEARLY_SAME
  if (whole && main.share >= NEARLY_SAME && hedgesIn(said) < hedgesIn(main.source)) return DOUBT
  if (said.words.some(({ folded }) => HEDGES.test(folded) || LOOSE.test(folded))) return undefined
  const [hedged, plain] = [new Set<string>(), new Set<string>()]
  for (const source of cited) sortByHedge(source, { hedged, plain })
  const known = said.words.some(
    ({ text, opens, key }) =>
      (opens || !/^\p{Lu}/u.test(text)) && hedged.has(key) && !plain.has(key),
  )
  return known ? DOUBT : undefined
}

const DOUBT: Doubt = {
  kind: 'certainty',
  reason: 'a sentence says for certain what the article says may be',
}
const NEARLY_SAME = 0.8

/** The month has a capital, and hedges nothing. */
function hedgesIn({ words }: Read): number {
  return words.filter(({ folded, text }) => HEDGES.test(folded) && text !== 'May').length
}

function sortByHedge(
  { words, text }: Read,
  { hedged, plain }: { hedged: Set<string>; plain: Set<string> },
): void {
  let reach = 0
  for (const [at, word] of words.entries()) {
    if (/[;:.!?…,]/.test(text.slice(words[at - 1]?.end ?? 0, word.start))) reach = 0
    if (HEDGES.test(word.folded) && word.text !== 'May') reach = REACH
    else if (isContent(word)) {
      ;(reach > 0 ? hedged : plain).add(word.key)
      reach -= 1
    }
  }
}

const SAYS =
  /^(?:said|says?|saying|told|tells?|according|claim\w*|alleg\w*|accus\w*|insist\w*|argu\w*|warn\w*|believ\w*|think\w*|thought|suggest\w*|stat(?:ed|es|ement)|announc\w*|report(?:s|ed|edly)?|den(?:y|ies|ied)|admit\w*|confirm\w*|describ\w*|call\w*|quoted|wrote|writes|posted|tweet\w*|ask\w*|estimat\w*|expect\w*|predict\w*|blam\w*|critici\w*|prais\w*|explain\w*|add(?:ed|s)|reveal\w*|show\w*|vow\w*|urg\w*|plead\w*|charg\w*|suspect\w*|cit(?:ed|es|ing)|laut|zufolge|sagt\w*|teilte\w*|erklart\w*|nach\s+angaben|behaupt\w*|selon|declar\w*|affirm\w*|dit|annonc\w*|segun|dij\w+|afirm\w*|asegur\w*|secondo|detto|dichiar\w*|disse|segundo|volgens|zei|stelde)$/
const ALLEGES =
  /^(?:claim(?:s|ed)|alleg(?:e|es|ed|edly|ing)|accus(?:e|es|ed|ing)|reportedly|insist\w*|argu(?:e|es|ed)|according|den(?:ies|ied)|laut|zufolge|angeblich|behaupt\w*|selon|segun|secondo|segundo|volgens|predict\w*|blam(?:e|es|ed))$/

/** A claim that the article lays in somebody's mouth keeps its owner. */
export function doubtAttribution(said: Read, { cited }: Evidence): Doubt | undefined {
  if (/["“”„«»:]/.test(said.text)) return undefined
  if (said.words.some(({ folded }) => SAYS.test(folded))) return undefined
  const main = mainSource(said, cited)
  if (main === undefined || main.share < ALIKE_CLAIM) return undefined
  if (!main.source.words.some(({ folded }) => ALLEGES.test(folded))) return undefined
  return { kind: 'attribution', reason: 'a claim stands as a fact, without who makes it' }
}
