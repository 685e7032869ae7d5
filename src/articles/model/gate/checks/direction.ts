import { type Doubt, type Evidence, mainSource, type Read } from '../evidence.ts'
import type { Word } from '../words.ts'

const ALIKE = 0.4
const NEARLY_SAME = 0.8

const OPPOSITES: [string, string][] = [
  [
    'rise|rising|increas|gain|grow|climb|jump|soar|surge|higher|more|up',
    'fall|decreas|drop|declin|shrink|plung|slump|lower|fewer|less|down',
  ],
  ['win|beat|victor', 'lose|lost|defeat'],
  [
    'accept|approv|pass|agree|support|back|welcom|endors',
    'reject|refus|oppos|denie|deny|veto|block|dismiss|condemn',
  ],
  ['open', 'clos|shut'],
  ['begin|start|launch', 'end|ended|stop|finish|halt|cancel'],
  ['before', 'after'],
  ['for', 'against'],
  ['increase', 'decrease'],
  ['first', 'last'],
  ['guilt|convic', 'innoc|acqui'],
  ['arriv|enter|join', 'leave|exit|quit|depar'],
  ['hire|appoi', 'fire|sack|dismi|resig'],
  ['surviv', 'die'],
  ['allow|permi|legal', 'ban|banne|forbi|prohi|illeg'],
  ['build', 'destr|demol'],
  ['buy', 'sell'],
  ['better|best|improv', 'worse|worst|worsen'],
  ['north', 'south'],
  ['east', 'west'],
  ['man|father|son|brother|husband|boy|king', 'woman|mother|daughter|sister|wife|girl|queen'],
  ['stieg|steig|zunah|hoher|mehr', 'fiel|sank|sinke|wenig|niedr'],
  ['hausse|augme|monte', 'baisse|dimin|recul'],
  ['sube|subio|aument|creci', 'baja|bajo|cayo|dismin'],
  ['gewan|gewin', 'verlo|verli'],
  ['gagne', 'perd|perdu'],
  ['gano|ganar', 'perdi|perde'],
]

const SIDES = OPPOSITES.map(([one, other]) => [sideOf(one), sideOf(other)] as const)

function sideOf(stems: string): (word: { folded: string; key: string }) => boolean {
  const whole = new RegExp(`^(?:${stems})`)
  const short = new Set(stems.split('|').filter((stem) => stem.length < 4))
  return ({ folded, key }) => {
    if (short.has(folded) || short.has(key)) return true
    const match = whole.exec(folded) ?? whole.exec(key)
    return match !== null && match[0].length >= 4
  }
}

/** A rise is not a fall. */
export function doubtDirection(said: Read, { cited }: Evidence): Doubt | undefined {
  const main = mainSource(said, cited)
  const sources = main !== undefined && main.share >= ALIKE ? [main.source] : cited
  for (const [one, other] of SIDES) {
    for (const [own, opposite] of [
      [one, other],
      [other, one],
    ] as const) {
      const word = said.words.find(own)
      if (word === undefined) continue
      if (
        main !== undefined &&
        main.share >= NEARLY_SAME &&
        isTurned(said, main.source, { own, opposite })
      )
        return {
          kind: 'direction',
          reason: `"${word.text}" is the opposite of what the article says`,
        }
      if (said.words.some(opposite)) continue
      const known = sources.some(({ words }) => words.some(own))
      const turned = sources.some(({ words }) => words.some(opposite))
      if (turned && !known)
        return {
          kind: 'direction',
          reason: `"${word.text}" is the opposite of what the article says`,
        }
    }
  }
  return undefined
}

type Test = (word: Word) => boolean

/** In a sentence that is nearly its source, one side has more words and the other fewer. */
function isTurned(
  said: Read,
  source: Read,
  { own, opposite }: { own: Test; opposite: Test },
): boolean {
  const more = (test: Test) => said.words.filter(test).length - source.words.filter(test).length
  return more(own) > 0 && more(opposite) < 0
}
