import { fold } from './words.ts'

/** A number as a text says it; "1.234" has two readings, one of which must be the other text's. */
export type Quantity = {
  values: number[]
  unit: 'percent' | 'currency' | 'plain'
  said: string
  start: number
  end: number
  /** "more than", "nearly": the exact number may stand in the source. */
  rough: 'above' | 'below' | 'about' | null
}

const DIGITS =
  /(?<![\p{L}\p{N}])(?<currency>[$£€¥]|US\$|A\$|C\$)?\s?(?<digits>\d+(?:[.,’'\u00A0\u202F]\d+)*)(?<suffix>st|nd|rd|th|s|k|m|bn|mn|tn|er|e|º|ª)?(?![\p{L}\p{N}])(?:[\s-]?(?<scale>hundred|thousand|million|billion|trillion|tausend|millionen|million|milliarden|milliarde|millions?|milliards?|milliers|mil|millones|millon|millón|mille|milioni|miliardi|milhoes|milhões|miljoen|miljard)(?![\p{L}]))?(?<percent>\s?%|\s?(?:per\s?cent|percent|prozent|pour\s?cent|por\s?ciento|per\s?cento|por\s?cento|procent)\b)?/giu

const SCALES: Record<string, number> = {
  k: 1e3,
  m: 1e6,
  mn: 1e6,
  bn: 1e9,
  tn: 1e12,
  hundred: 100,
  thousand: 1e3,
  tausend: 1e3,
  milliers: 1e3,
  mil: 1e3,
  mille: 1e3,
  million: 1e6,
  millions: 1e6,
  millionen: 1e6,
  millones: 1e6,
  millon: 1e6,
  milioni: 1e6,
  milhoes: 1e6,
  miljoen: 1e6,
  billion: 1e9,
  milliarde: 1e9,
  milliarden: 1e9,
  milliard: 1e9,
  milliards: 1e9,
  miliardi: 1e9,
  miljard: 1e9,
  trillion: 1e12,
}

/** Numbers in digits and in words, in the order of the text. */
export function quantitiesOf(text: string): Quantity[] {
  const found: Quantity[] = []
  for (const match of text.matchAll(DIGITS)) {
    const { currency, digits = '', suffix, scale, percent } = match.groups ?? {}
    const times = (SCALES[fold(scale ?? '')] ?? 1) * (SCALES[(suffix ?? '').toLowerCase()] ?? 1)
    const start = match.index + match[0].indexOf(digits)
    found.push({
      values: readings(digits).map((value) => value * times),
      unit: unitOf(currency, percent),
      said: match[0].trim(),
      start,
      end: match.index + match[0].length,
      rough: roughBefore(text.slice(0, match.index)),
    })
  }
  return [...found, ...spelledIn(text, found)].toSorted((a, b) => a.start - b.start)
}

function unitOf(currency: string | undefined, percent: string | undefined): Quantity['unit'] {
  if (percent !== undefined) return 'percent'
  return currency === undefined ? 'plain' : 'currency'
}

/** Separators mean thousands where three digits follow, and a decimal point where they are the last of their kind. */
function readings(digits: string): number[] {
  const plain = digits.replace(/[’'\u00A0\u202F]/g, '')
  const parts = plain.split(/[.,]/)
  const [whole = '', ...rest] = parts
  if (rest.length === 0) return [Number(plain)]
  const last = rest.at(-1) ?? ''
  const grouped = whole.length <= 3 && whole !== '0' && rest.every((part) => part.length === 3)
  const asGroups = Number(parts.join(''))
  const asDecimal = Number(`${parts.slice(0, -1).join('')}.${last}`)
  if (!grouped) return [asDecimal]
  return rest.length > 1 ? [asGroups] : [asGroups, asDecimal]
}

const SMALL =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'
const SPELLED = new Map<string, number>()
const list = (words: string, from = 0, step = 1) => {
  for (const [index, word] of words.split(' ').entries())
    if (word !== '-') SPELLED.set(word, from + index * step)
}
list(SMALL)
list('twenty thirty forty fifty sixty seventy eighty ninety', 20, 10)
list('third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth', 3)
list('- - zwei drei vier funf sechs sieben acht neun zehn elf zwolf dreizehn vierzehn funfzehn')
list('zwanzig dreissig vierzig funfzig sechzig siebzig achtzig neunzig', 20, 10)
list('- - deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize')
list('vingt trente quarante cinquante soixante', 20, 10)
list('- - dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince')
list('veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa', 20, 10)
list('- - due tre quattro cinque sei sette otto nove dieci undici dodici')
list('- - dois tres quatro cinco seis sete oito nove dez onze doze')
list('- - twee drie vier vijf zes zeven acht negen tien elf twaalf')
list('twice thrice', 2)
// Everyday words of another language.
for (const word of ['once', 'sei', 'due', 'elf', 'acht', 'nove']) SPELLED.delete(word)

const DOZEN = /^(?:dozens?|dutzend|douzaine|docena|dozzina|duzia|dozijn)$/
const SPELLED_WORD = /[\p{L}]+/gu

type Part = { word: string; start: number; end: number }

/** "two dozen", "twenty-five", "three hundred and forty", "a third", "half". */
function spelledIn(text: string, digits: readonly Quantity[]): Quantity[] {
  const parts: Part[] = [...text.matchAll(SPELLED_WORD)].map(({ 0: word, index }) => ({
    word: fold(word),
    start: index,
    end: index + word.length,
  }))
  const found: Quantity[] = []
  for (let at = 0; at < parts.length;) {
    const { value, used } = spelledAt(parts, at)
    const [first, last] = [parts[at], parts[at + used - 1]]
    at += Math.max(1, used)
    if (value === undefined || first === undefined || last === undefined) continue
    if (digits.some(({ start, end }) => start < last.end && first.start < end)) continue
    const [start, end] = [first.start, last.end]
    const percent = /^\s(?:per ?cent|prozent|pour cent|por ciento)/i.test(text.slice(end))
    found.push({
      values: [value],
      unit: percent ? 'percent' : 'plain',
      said: text.slice(start, end),
      start,
      end,
      rough: roughBefore(text.slice(0, start)),
    })
  }
  return found
}

function spelledAt(parts: readonly Part[], at: number): { value?: number; used: number } {
  const word = parts[at]?.word ?? ''
  const after = parts[at + 1]?.word ?? ''
  if (word === 'dozens' || word === 'half') return { used: 1 }
  const article = ARTICLE.test(word)
  const unit = DOZEN.test(after) ? 12 : UNITS[after]
  if (article && unit !== undefined) return { value: unit, used: 2 }
  const fraction = fractionOf(article ? 1 : SPELLED.get(word), after)
  return fraction === undefined ? compoundAt(parts, at) : { value: fraction, used: 2 }
}

const ARTICLE = /^(?:a|an|one|ein|eine|une?|un[ao]?)$/
const UNITS: Record<string, number> = { hundred: 100, thousand: 1e3, million: 1e6, billion: 1e9 }

const FRACTIONS: Record<string, number> = {
  third: 3,
  thirds: 3,
  quarter: 4,
  quarters: 4,
  fifth: 5,
  fifths: 5,
  drittel: 3,
  viertel: 4,
  tiers: 3,
  quart: 4,
  tercio: 3,
  tercios: 3,
}

function fractionOf(count: number | undefined, word: string): number | undefined {
  const parts = FRACTIONS[word]
  if (count === undefined || parts === undefined || count > parts) return undefined
  return Math.round((count / parts) * 1000) / 1000
}

function compoundAt(parts: readonly Part[], at: number): { value?: number; used: number } {
  let value: number | undefined
  let used = 0
  for (; at + used < parts.length; used += 1) {
    const word = parts[at + used]?.word ?? ''
    const goesOn = word === 'and' && (value ?? 0) >= 100 && isSmall(parts[at + used + 1])
    const next = goesOn ? value : added(value, word)
    if (next === undefined) break
    value = next
  }
  return value === undefined ? { used: 1 } : { value, used }
}

/** The number with one word more: "forty" and "two", "two" and "dozen"; undefined where the word is no part of it. */
function added(value: number | undefined, word: string): number | undefined {
  const next = SPELLED.get(word)
  if (next !== undefined && mayFollow(value, next)) return (value ?? 0) + next
  const scale = DOZEN.test(word) ? 12 : SCALES[word]
  return scale === undefined || value === undefined || word.length <= 2 ? undefined : value * scale
}

function mayFollow(value: number | undefined, next: number): boolean {
  if (value === undefined) return true
  if (value >= 100) return value % 100 === 0
  return value >= 20 && value % 10 === 0 && next < 10
}

function isSmall(part: Part | undefined): boolean {
  return SPELLED.has(part?.word ?? '')
}

const ABOVE =
  /\b(?:more than|over|at least|above|upwards of|exceed(?:s|ed|ing)?|mehr als|uber|über|mindestens|plus de|au moins|más de|mas de|al menos|oltre|più di|mais de|meer dan)\s\D{0,3}$/i
const BELOW =
  /\b(?:less than|fewer than|under|below|nearly|almost|up to|close to|weniger als|unter|fast|knapp|moins de|presque|près de|menos de|casi|quasi|quase|bijna)\s\D{0,3}$/i
const ABOUT =
  /\b(?:about|around|roughly|approximately|some|estimated|etwa|rund|ungefähr|circa|environ|unos|unas|cerca de|alrededor de|circa|ongeveer)\s\D{0,3}$/i

function roughBefore(before: string): Quantity['rough'] {
  const last = before.slice(-40)
  if (ABOVE.test(last)) return 'above'
  if (BELOW.test(last)) return 'below'
  return ABOUT.test(last) ? 'about' : null
}

/** Whether the source's number is what the other text says, as far as it says it roughly. */
export function saysSame(said: Quantity, source: Quantity): boolean {
  if ((said.unit === 'percent') !== (source.unit === 'percent')) return false
  if (said.unit === 'currency' && source.unit === 'percent') return false
  return said.values.some((value) =>
    source.values.some((other) => isClose(value, other, said.rough)),
  )
}

function isClose(value: number, other: number, rough: Quantity['rough']): boolean {
  if (value === other || Math.abs(value - other) < 1e-9 * Math.abs(value)) return true
  if (rough === null || value < 10 || digitsOf(value) >= digitsOf(other)) return false
  const ratio = other / value
  if (rough === 'above') return ratio > 1 && ratio < 1.1
  if (rough === 'below') return ratio < 1 && ratio > 0.9
  return ratio > 0.95 && ratio < 1.05
}

/** Digits that count: a rounded number has fewer than the one that it rounds. */
function digitsOf(value: number): number {
  return String(value).replace('.', '').replace(/0+$/, '').length
}
