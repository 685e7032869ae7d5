import { detectLanguage } from '../languages/detect.ts'
import { wordsIn } from './clean-text.ts'

/** A BCP 47 tag in its canonical form; null where it is none. */
export function languageTag(raw: string | null | undefined): string | null {
  const tag = raw?.trim().replaceAll('_', '-') ?? ''
  if (tag === '' || tag.length > 35) return null
  try {
    const [canonical = null] = Intl.getCanonicalLocales(tag)
    return canonical === 'und' ? null : canonical
  } catch {
    return null
  }
}

/** A template's `lang` is often left as it came; fewer words than this do not overrule it. */
const WORDS_TO_OVERRULE = 40

/** The language of an article: as its page says, unless the text itself is surely in another; `en` where neither tells. */
export function languageOf(declared: string | null | undefined, body: readonly string[]): string {
  const tag = languageTag(declared)
  const text = body.join('\n').slice(0, 5_000)
  const detected = detectLanguage(text)
  if (tag === null) return detected?.language ?? 'en'
  if (detected === null || agrees(baseOf(tag), detected.language)) return tag
  return detected.sure && wordsIn(text).length >= WORDS_TO_OVERRULE ? detected.language : tag
}

function baseOf(tag: string): string {
  return tag.split('-')[0] ?? tag
}

/** Languages that the detector does not know, by the one it takes them for. */
const TAKEN_FOR: Record<string, readonly string[]> = {
  nb: ['no', 'da'],
  nn: ['no', 'da'],
  no: ['da'],
  da: ['no'],
  bs: ['hr', 'sl', 'sr'],
  sr: ['hr', 'sl'],
  hr: ['sr', 'sl'],
  mk: ['bg', 'sr'],
  id: ['ms'],
  fil: ['tl'],
  gl: ['pt', 'es'],
  oc: ['ca', 'fr'],
  af: ['nl'],
  fy: ['nl'],
  lb: ['de'],
  gsw: ['de'],
  nds: ['de', 'nl'],
  fo: ['is', 'no', 'da'],
  ckb: ['ku', 'fa', 'ar'],
  ps: ['fa', 'ur', 'ar'],
  yue: ['zh'],
}

function agrees(base: string, detected: string): boolean {
  return base === detected || (TAKEN_FOR[base]?.includes(detected) ?? false)
}
