// One thing of a sentence made wrong, as a model might; undefined where there is nothing to alter.

export type Altering = { text: string; article: string; other: string }
export type Alteration = (altering: Altering) => string | undefined

export const alterations: Record<string, Alteration> = {
  'altered number': ({ text }) =>
    replaceFirst(text, NUMBER, (digits) => String(Number.parseFloat(digits.replace(/,/g, '')) + 7)),
  'number of the same article': ({ text, article }) =>
    replaceFirst(text, NUMBER, (digits) => otherThan(digits, article.match(NUMBERS))),
  'name of another article': ({ text, other }) =>
    replaceFirst(text, NAME, (name) => otherThan(name, other.match(NAMES))),
  'name of the same article': ({ text, article }) =>
    replaceFirst(text, NAME, (name) =>
      otherThan(
        name,
        (article.match(NAMES) ?? []).filter((each) => !text.includes(each)),
      ),
    ),
  'names that changed places': ({ text }) => {
    const [one, two] = [...new Set(text.match(WHOLE_NAMES) ?? [])].filter((name) => !DAY.test(name))
    if (one === undefined || two === undefined) return undefined
    return text.replace(one, '\0').replace(two, one).replace('\0', two)
  },
  'flipped negation': ({ text }) => {
    const without = text.replace(/ (?:not|never)\b|n't\b/, '')
    return without === text ? replaceFirst(text, AUXILIARY, (verb) => `${verb} not`) : without
  },
  'changed day or month': ({ text }) =>
    replaceFirst(text, DAY, (day) => {
      const all = DAYS.includes(day) ? DAYS : MONTHS
      return all[(all.indexOf(day) + 3) % all.length]
    }),
  'turned direction': ({ text }) => {
    for (const [one, two] of TURNS) {
      const found = new RegExp(`\\b(?:${one}|${two})\\b`).exec(text)?.[0]
      if (found !== undefined) return text.replace(found, found === one ? two : one)
    }
    return undefined
  },
  'made certain': ({ text }) => {
    const certain = text
      .replace(/ (?:reportedly|allegedly|possibly|probably)\b/, '')
      .replace(/\b(?:may|might|could) have\b/, 'has')
      .replace(/\b(?:may|might|could)\b/, 'will')
    return certain === text ? undefined : certain
  },
  'altered quotation': ({ text }) =>
    replaceFirst(text, /(?<=["“][^"”]* )\p{Ll}{4,}(?=[^"“]*["”])/u, () => 'harbour'),
}

const NUMBER = /(?<![\d.,-])\d[\d,]*\d|(?<![\d.,-])\d(?![\d.])/u
const NUMBERS = /(?<![\d.,-])\d[\d,]*\d/gu
const NAME = /(?<=\p{L},? )\p{Lu}\p{Ll}{3,}/u
const NAMES = /(?<=\p{Ll},? )\p{Lu}\p{Ll}{3,}/gu
const WHOLE_NAMES = /(?<=\p{Ll},? )\p{Lu}\p{Ll}{2,}(?: \p{Lu}\p{Ll}+)*/gu
const AUXILIARY = /\b(?:is|are|was|were|has|have|had|will|can|could|should|would|did|does)\b/
const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
const MONTHS = [
  'January',
  'February',
  'April',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]
const DAY = new RegExp(`\\b(?:${[...DAYS, ...MONTHS].join('|')})\\b`)
const TURNS: [string, string][] = [
  ['rose', 'fell'],
  ['rise', 'fall'],
  ['increase', 'decrease'],
  ['increased', 'decreased'],
  ['more', 'fewer'],
  ['higher', 'lower'],
  ['won', 'lost'],
  ['win', 'lose'],
  ['before', 'after'],
  ['first', 'last'],
  ['approved', 'rejected'],
  ['opened', 'closed'],
  ['began', 'ended'],
  ['supports', 'opposes'],
  ['against', 'for'],
  ['north', 'south'],
  ['best', 'worst'],
]

function replaceFirst(
  text: string,
  pattern: RegExp,
  by: (found: string) => string | undefined,
): string | undefined {
  const found = pattern.exec(text)
  const wanted = found === null ? undefined : by(found[0])
  if (found === null || wanted === undefined || wanted === found[0]) return undefined
  return text.slice(0, found.index) + wanted + text.slice(found.index + found[0].length)
}

/** The one in the middle, so that it is none of the first sentence. */
function otherThan(known: string, found: readonly string[] | null): string | undefined {
  const others = (found ?? []).filter((each) => each !== known)
  return others[Math.floor(others.length / 2)]
}
