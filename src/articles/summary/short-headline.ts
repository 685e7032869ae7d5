import { countWords } from '../languages/words.ts'
import { foldedWords } from '../reading/clean-text.ts'
import { quoteClosesAlone, quoteIsOpen } from './quotations.ts'

/** What a list of mails shows of a subject on a phone and on a desktop, more or less. */
export const HEADLINE_FITS = 70
const LEAST_WORDS = 4

const words = (list: string) =>
  new RegExp(`(?<![\\p{L}\\p{N}])(?:${list})(?![\\p{L}\\p{M}\\p{N}])`, 'iu')

// Who says it stays: "Mayor took bribes, prosecutors say" without its end is another claim.
const ATTRIBUTES = words(
  [
    'says?|said|claims?|warns?|reports?|reportedly|allegedly|according to|tells?|told|sources?|police|court|study|poll',
    'laut|sagt|sagen|so|zufolge|angeblich|offenbar|mutmaßlich\\p{Ll}*|soll|sollen|meint|warnt|warnen|berichtet|meldet|behauptet|wirft|Polizei|Gericht|Staatsanwaltschaft|Ermittler|Studie|Umfrage|Experten?|(?:Medien)?berichte?',
    "selon|affirment?|assurent?|d['’]après|dit|disent|estiment?|accusent?|présumée?s?|police|justice|parquet|étude|sondage|serai(?:t|ent)|aurai(?:t|ent)",
    'según|dicen?|afirman?|denuncian?|asegura|advierte|acusa|presunt[oa]s?|policía|fiscalía|estudio|encuesta',
    'secondo|dice|dicono|accusa|presunt[oaie]|polizia|procura|studio|sondaggio|volgens|zegt|politie|onderzoek|segundo|polícia',
  ].join('|'),
)
// What turns the meaning round, or leaves it open.
const TURNS = new RegExp(
  `${
    words(
      [
        'not|no|never|without|unless|if|but|except|denies|denied|false|fake|may|might|could',
        'kein\\p{Ll}*|nicht|nichts|nie|niemand|ohne|aber|doch|jedoch|wenn|falls|sofern|außer|trotz|obwohl|statt|vielleicht|möglicherweise|wohl|könnten?|dementiert|bestreitet|weist|falsch\\p{Ll}*',
        'ne|pas|jamais|rien|aucune?|sans|mais|sauf|si|malgré|peut-être|pourrai(?:t|ent)|dément|nie|conteste|faux|fausse',
        'nunca|sin|pero|tampoco|ni|nada|ningun[oa]|ningún|salvo|aunque|quizás?|podrían?|desmiente|niega|fals[oa]',
        'non|senza|mai|ma|nessun[oa]?|forse|potrebbe|smentisce|nega|tranne|niet|geen|zonder|maar|tenzij|não|sem|mas',
      ].join('|'),
    ).source
  }|n['’](?=\\p{L})|n['’]t(?!\\p{L})`,
  'iu',
)

/**
 * The headline trimmed for a mail: the site's name goes, then a last clause that only adds. Never rewritten; null where
 * it fits as it is, or where nothing can go without changing what it says.
 */
export function shortHeadline(
  headline: string,
  { publisher = null, fits = HEADLINE_FITS }: { publisher?: string | null; fits?: number } = {},
): string | null {
  const bare = withoutSite(headline, publisher)
  if (bare.length <= fits) return bare === headline ? null : bare
  const shorter = CUTS.flatMap((cut) => cutAt(bare, cut)).filter(
    ({ kept, gone }) => kept.length <= fits && isSafe(kept, gone),
  )
  const longest = shorter.toSorted((a, b) => b.kept.length - a.kept.length)[0]
  return longest?.kept ?? (bare === headline ? null : bare)
}

/** "Headline | The Courier", "Headline - courier.example". */
function withoutSite(headline: string, publisher: string | null): string {
  const [, kept, site] = /^(.{12,}?)\s+[|·–—-]\s+([^|·–—]{2,40})$/u.exec(headline) ?? []
  if (kept === undefined || site === undefined) return headline
  const isDomain = /^[\w-]+(\.[\w-]+)+$/u.test(site)
  const isPublisher = publisher !== null && foldedWords(site) === foldedWords(publisher)
  return isDomain || isPublisher ? kept : headline
}

/** Where a clause that only adds may begin: the sign stands before what goes. */
const CUTS = [
  /;\s+/gu,
  /\s+[–—]\s+/gu,
  /\s+-\s+/gu,
  /,\s+(?=(?:as|while|after|amid|and|when|während|nachdem|weil|sodass|und|alors que|tandis que|après que|et|mientras|tras|y|mentre|dopo|terwijl|nadat|en|enquanto|após|e)\s)/giu,
  /\s+(?=(?:as|amid|while|während|alors que|tandis que|mientras|mentre|terwijl|enquanto)\s)/giu,
]

function cutAt(text: string, cut: RegExp): { kept: string; gone: string }[] {
  return [...text.matchAll(cut)].map(({ index }) => ({
    kept: text.slice(0, index).trimEnd(),
    gone: text.slice(index),
  }))
}

function isSafe(kept: string, gone: string): boolean {
  if (countWords(kept) < LEAST_WORDS) return false
  if (/\?\s*$/.test(gone) || ATTRIBUTES.test(gone) || TURNS.test(gone)) return false
  return closes(kept) && !/[:,–—-]$/.test(kept)
}

function closes(text: string): boolean {
  const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0
  return (
    !quoteIsOpen(text) &&
    !quoteClosesAlone(text) &&
    count(/\(/g) === count(/\)/g) &&
    count(/(?<![\p{L}\p{N}])['‘](?=\p{L})/gu) <= count(/(?<=[\p{L}\p{N}.!?])['’](?!\p{L})/gu)
  )
}
