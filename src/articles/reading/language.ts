// The commonest function words that few of the other languages share.
const FUNCTION_WORDS: Record<string, Set<string>> = Object.fromEntries(
  Object.entries({
    en: 'the of and to that was with for were has have from which their would been said they this',
    de: 'der die das und ist nicht mit den dem ein eine wurde auch sich auf für von werden sie nach',
    fr: 'le les des et est une dans que qui pour pas sur avec au ont cette plus par sont été',
    es: 'el los las y que una por con para del se su más como fue está han pero al lo',
    it: 'il di che gli della per una con sono nel alla più è anche dei le si stato dal ha',
    nl: 'de het een van en dat niet voor zijn met op werd ook aan naar bij heeft worden maar door',
    pt: 'o os uma não para com do da dos das em foi mais pelo pela são ao ser há seu',
    sv: 'och att det som är för inte på av med har den till ett om var från de men kan',
    da: 'og at det som er for ikke på af med har den til et om var fra de men blev',
    pl: 'nie się na jest że do to jak przez od po oraz był została dla tym ale są za',
  }).map(([language, words]) => [language, new Set(words.split(' '))]),
)

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

/** The language of a text by its function words, `en` when unsure. */
export function guessLanguage(text: string): string {
  const words =
    text
      .slice(0, 5_000)
      .toLowerCase()
      .match(/\p{L}+/gu) ?? []
  const counts = Object.entries(FUNCTION_WORDS).map(
    ([language, known]) => [language, words.filter((word) => known.has(word)).length] as const,
  )
  const [best] = counts.toSorted(([, a], [, b]) => b - a)
  return best === undefined || best[1] < 4 || best[1] < words.length * 0.08 ? 'en' : best[0]
}
