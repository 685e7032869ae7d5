/** A sentence and its place: `text` is exactly `slice(start, end)` of what was split. */
export type Sentence = { text: string; start: number; end: number }

const REACH = 250

/** Intl.Segmenter, with its false ends after abbreviations, initials, quotes and brackets joined again. */
export function splitSentences(text: string, language: string): Sentence[] {
  const sentences: Sentence[] = []
  let start = 0
  for (const end of possibleEnds(text, language)) {
    const before = text.slice(start, end).trimEnd()
    const after = text.slice(end, end + REACH).trimStart()
    const broken = /\n\s{0,20}$/.test(text.slice(Math.max(start, end - 21), end))
    // A bounded look back, or a text that never ends a sentence costs the square of its length.
    if (!endsSentence({ before: before.slice(-REACH), after, broken, language })) continue
    const lead = before.length - before.trimStart().length
    if (before.trim() !== '')
      sentences.push({ text: before.trim(), start: start + lead, end: start + before.length })
    start = end
  }
  return sentences
}

function possibleEnds(text: string, language: string): number[] {
  const ends = new Set<number>([text.length])
  for (const { index, segment } of segmenterFor(language).segment(text)) {
    const end = index + segment.length
    ends.add(end)
    // Two sentences glued by a lost space: "… on Monday.The mayor …"
    for (const glue of segment.matchAll(/(?<=\p{Ll}{2}[.!?][”"’']?)(?=\p{Lu}\p{Ll}+ )/gu))
      ends.add(index + glue.index)
  }
  return [...ends].toSorted((a, b) => a - b)
}

const segmenters = new Map<string, Intl.Segmenter>()

function segmenterFor(language: string): Intl.Segmenter {
  const known = segmenters.get(language)
  if (known !== undefined) return known
  const segmenter = new Intl.Segmenter(language, { granularity: 'sentence' })
  segmenters.set(language, segmenter)
  return segmenter
}

type Cut = { before: string; after: string; broken: boolean; language: string }

function endsSentence({ before, after, broken, language }: Cut): boolean {
  if (after === '' || broken) return true
  if (/(^|[\s([])[([“"„«‘]$/.test(before)) return false
  if (/^[)\]”’»,;]/.test(after)) return false
  if (/^\p{Ll}/u.test(after)) return false
  if (/[?!][”"’']$/.test(before) && ATTRIBUTION.test(after)) return false
  if (isInsideBrackets(before, after)) return false
  const token = before.slice(before.lastIndexOf(' ') + 1).slice(-40)
  const dotted = /^(\S+?)\.[)\]”’"'»]*$/.exec(token)?.[1]
  if (dotted === undefined) return true
  return dotEnds({ word: dotted.replace(/^[("“„«‘'[]+/, ''), before, after, language })
}

const ATTRIBUTION =
  /^((he|she|they|we|I|\p{Lu}[\p{L}.’'-]+( \p{Lu}[\p{L}.’'-]+){0,3}) )(said|says|asked|asks|added|told|wrote|shouted|cried|replied|wondered|joked)\b/u

function isInsideBrackets(before: string, after: string): boolean {
  const open = before.lastIndexOf('(')
  return (
    open > before.lastIndexOf(')') && before.length - open < 200 && /^[^(]{0,200}\)/.test(after)
  )
}

type Dot = { word: string; before: string; after: string; language: string }

/** Whether the dot after `word` ends its sentence, or belongs to the word. */
function dotEnds({ word, before, after, language }: Dot): boolean {
  const lower = word.toLowerCase()
  if (/^nos?$/.test(lower)) return !/^[#\d]/.test(after)
  if (NEVER_LAST.has(lower)) return false
  if (/^\p{Lu}$/u.test(word)) return initialEnds(word, before, after)
  if (/^[ap]\.m$/.test(lower))
    return !/^(\d|[A-Z]{2,4}\b|(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(Jan|Feb|Mar|Apr|May|June|July|Aug|Sep|Oct|Nov|Dec))/.test(
      after,
    )
  if (/^\d{1,2}$/.test(word) && ORDINAL_DOT.test(language)) return STARTS.test(after)
  if (/^(\p{L}\.)+\p{L}$/u.test(word) || MAYBE_LAST.has(lower)) return STARTS.test(after)
  return true
}

/** "J. Smith" goes on; "Plan B. The …" and "… than I. It …" end. */
function initialEnds(letter: string, before: string, after: string): boolean {
  const named =
    /(^|\s)(vitamin|plan|group|part|hepatitis|type|grade|class|section|category|team|and|than|as)\s+\S*$/i
  return (letter === 'I' || named.test(before)) && STARTS.test(after)
}

const NEVER_LAST = words(
  'mr mrs ms mx dr prof sen rep gov gen lt col sgt capt cpl maj adm cmdr hon rev fr sr.a messrs mt ft vs v fig figs i.e e.g cf viz pp approx supt det insp st ste pres sec atty ' +
    'bzw ca nr hr hrn fr frl dipl ing z.b d.h u.a s.o sog inkl evtl ggf bspw mme mlle mm sig sra srta dra',
)
const MAYBE_LAST = words(
  'sr jr etc inc ltd co corp llc plc bros dept univ assn est eq al ed eds vol ave blvd rd hwy jan feb mar apr jun jul aug sept sep oct nov dec mon tue tues wed thu thurs fri sat ' +
    'ala ariz ark calif colo conn del fla ga ill ind kan ky la md mass mich minn miss mo mont neb nev okla ore pa penn tenn tex va vt wash wis wyo ph.d usw str mio mrd jh abs art',
)
const ORDINAL_DOT = /^(de|da|nb|nn|no|fi|cs|sk|hu|hr|sl|pl|et|lv)\b/

/** Words that seldom follow an abbreviation inside a sentence. */
const STARTS =
  /^(["“„«‘']\p{Lu}|(The|A|An|He|She|It|They|We|I|In|On|At|But|And|This|That|There|His|Her|Its|Their|Our|My|However|When|While|If|For|As|After|Before|What|Who|Why|How|You|Mr|Mrs|Ms|Dr|So|Yet|Both|Then|Now|These|Those|Some|Many|Most|One|Two|Three|By|With|To|Not|No|From|Police|Officials|Der|Die|Das|Er|Sie|Es|Wir|Ein|Eine|Im|Am|Und|Aber|Doch|Auch|Bei|Nach|Mit|Als|Dort|Diese|Dieser)\b)/u

function words(list: string): Set<string> {
  return new Set(list.split(' '))
}
