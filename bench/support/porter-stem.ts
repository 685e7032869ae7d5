// M. F. Porter, "An algorithm for suffix stripping" (1980): what ROUGE compares words by.

/** VC pairs of a stem, Porter's m. */
function measure(stem: string): number {
  const pattern = shapeOf(stem)
  return pattern.match(/vc/g)?.length ?? 0
}

/** "trouble" → "cvcvcv" with runs folded: "cvcv". */
function shapeOf(stem: string): string {
  let shape = ''
  for (let at = 0; at < stem.length; at++) {
    const kind = isVowel(stem, at) ? 'v' : 'c'
    if (!shape.endsWith(kind)) shape += kind
  }
  return shape
}

function isVowel(word: string, at: number): boolean {
  const letter = word.charAt(at)
  if ('aeiou'.includes(letter)) return true
  return letter === 'y' && at > 0 && !isVowel(word, at - 1)
}

const hasVowel = (stem: string) => shapeOf(stem).includes('v')
const endsDouble = (word: string) => /([^aeiou])\1$/.test(word) && !isVowel(word, word.length - 1)

function endsShort(word: string): boolean {
  const last = word.length - 1
  return (
    last >= 2 &&
    !isVowel(word, last) &&
    isVowel(word, last - 1) &&
    !isVowel(word, last - 2) &&
    !/[wxy]$/.test(word)
  )
}

type Rule = [suffix: string, put: string]

const STEP_2: Rule[] = [
  ['ational', 'ate'], ['tional', 'tion'], ['enci', 'ence'], ['anci', 'ance'], ['izer', 'ize'], ['abli', 'able'],
  ['alli', 'al'], ['entli', 'ent'], ['eli', 'e'], ['ousli', 'ous'], ['ization', 'ize'], ['ation', 'ate'],
  ['ator', 'ate'], ['alism', 'al'], ['iveness', 'ive'], ['fulness', 'ful'], ['ousness', 'ous'], ['aliti', 'al'],
  ['iviti', 'ive'], ['biliti', 'ble'],
] // prettier-ignore
const STEP_3: Rule[] = [
  ['icate', 'ic'], ['ative', ''], ['alize', 'al'], ['iciti', 'ic'], ['ical', 'ic'], ['ful', ''], ['ness', ''],
] // prettier-ignore
const STEP_4 =
  'al ance ence er ic able ible ant ement ment ent ion ou ism ate iti ous ive ize'.split(' ')

export function porterStem(word: string): string {
  if (word.length <= 2) return word
  let stem = step1(word)
  stem = replaceLongest(stem, STEP_2)
  stem = replaceLongest(stem, STEP_3)
  return step5(step4(stem))
}

function step1(word: string): string {
  let stem = word.replace(/sses$/, 'ss').replace(/ies$/, 'i')
  if (!stem.endsWith('ss')) stem = stem.replace(/s$/, '')
  if (stem.endsWith('eed')) {
    if (measure(stem.slice(0, -3)) > 0) stem = stem.slice(0, -1)
  } else {
    const [, base] = /^(.*)(?:ed|ing)$/.exec(stem) ?? []
    if (base !== undefined && hasVowel(base)) stem = mended(base)
  }
  return stem.endsWith('y') && hasVowel(stem.slice(0, -1)) ? `${stem.slice(0, -1)}i` : stem
}

function mended(base: string): string {
  if (/(at|bl|iz)$/.test(base)) return `${base}e`
  if (endsDouble(base) && !/[lsz]$/.test(base)) return base.slice(0, -1)
  return measure(base) === 1 && endsShort(base) ? `${base}e` : base
}

function replaceLongest(word: string, rules: readonly Rule[]): string {
  const rule = rules
    .filter(([suffix]) => word.endsWith(suffix))
    .toSorted(([a], [b]) => b.length - a.length)[0]
  if (rule === undefined) return word
  const base = word.slice(0, -rule[0].length)
  return measure(base) > 0 ? base + rule[1] : word
}

function step4(word: string): string {
  const suffix = STEP_4.filter((end) => word.endsWith(end)).toSorted(
    (a, b) => b.length - a.length,
  )[0]
  if (suffix === undefined) return word
  const base = word.slice(0, -suffix.length)
  if (measure(base) <= 1 || (suffix === 'ion' && !/[st]$/.test(base))) return word
  return base
}

function step5(word: string): string {
  let stem = word
  if (stem.endsWith('e')) {
    const base = stem.slice(0, -1)
    if (measure(base) > 1 || (measure(base) === 1 && !endsShort(base))) stem = base
  }
  return stem.endsWith('ll') && measure(stem) > 1 ? stem.slice(0, -1) : stem
}
