import { dotEnds } from './dot-ends.ts'
import { startsSentence } from './starts-sentence.ts'

/** A sentence and its place: `text` is exactly `slice(start, end)` of what was split. */
export type Sentence = { text: string; start: number; end: number }

const REACH = 250

/** Intl.Segmenter, with its false ends after abbreviations, initials, quotes and brackets joined again. */
export function splitSentences(text: string, language: string): Sentence[] {
  const sentences: Sentence[] = []
  let start = 0
  for (const end of possibleEnds(text, language)) {
    const before = text.slice(start, end).trimEnd()
    const next = text.slice(end, end + REACH)
    const after = next.trimStart()
    const space = text.slice(Math.max(start, end - 21), end)
    const glued = !/\s$/.test(space) && next === after
    // A bounded look back, or a text that never ends a sentence costs the square of its length.
    const cut = { before: before.slice(-REACH), after, glued, language }
    if (!/\n\s{0,20}$/.test(space) && !endsSentence(cut)) continue
    const lead = before.length - before.trimStart().length
    if (before.trim() !== '')
      sentences.push({ text: before.trim(), start: start + lead, end: start + before.length })
    start = end
  }
  return sentences
}

// Two sentences glued by a lost space: "… on Monday.The mayor …"
const GLUED = /(?<=\p{Ll}{2}[.!?][”"’']?)(?=\p{Lu}\p{Ll}+ )/gu
// What Intl.Segmenter passes over: a closing mark set off by a space, an ellipsis, the quotes of East Asia.
const CLOSED =
  /(?<=[.!?…؟][ \u00A0\u202F]?[»”“"]\s)(?=\S)|(?<=…\s)(?=\p{Lu})|(?<=[。！？][」』”’）]*)(?=[「『（“])/gu
// Thai sets its sentences apart by a space, like its clauses: only words that open one tell.
const THAI_OPENS =
  /(?<=\p{Script=Thai}{2}\s)(?=ทั้งนี้|อย่างไรก็ตาม|อย่างไรก็ดี|นอกจากนี้|นอกจากนั้น|ต่อมา|จากนั้น|ล่าสุด|ขณะที่|ขณะเดียวกัน|เบื้องต้น|ก่อนหน้านี้|เมื่อวันที่|ผู้สื่อข่าวรายงาน)/gu

function possibleEnds(text: string, language: string): number[] {
  const ends = new Set<number>([text.length])
  for (const { index, segment } of segmenterFor(language).segment(text)) {
    ends.add(index + segment.length)
    for (const glue of segment.matchAll(GLUED)) ends.add(index + glue.index)
  }
  for (const { index } of text.matchAll(CLOSED)) ends.add(index)
  if (/^th\b/i.test(language)) for (const { index } of text.matchAll(THAI_OPENS)) ends.add(index)
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

type Cut = { before: string; after: string; glued: boolean; language: string }

function endsSentence(cut: Cut): boolean {
  const { before, after, language } = cut
  if (after === '') return true
  if (opens(before) || goesOn(cut) || isInsideBrackets(before, after)) return false
  if (before.endsWith('…')) return startsSentence(after, language)
  const token = /\S+$/.exec(before.slice(-60))?.[0] ?? ''
  const dotted = /^(\S+?)\.[)\]”’"'»]*$/.exec(token)?.[1]
  if (dotted === undefined) return true
  const word = dotted.replace(/^[([“"„«‘'¿¡]+/, '').replace(ELISION, '')
  return dotEnds({ word, before, after, language })
}

/** "l'on. Rossi", "d’av. Foch" */
const ELISION = /^\p{L}{1,4}['’](?=\p{L}{2})/u

/** The text ends with a quote or bracket that opens what follows. */
function opens(before: string): boolean {
  return /(^|[\s([])[([“"„«‘]$|[「『（]$/.test(before)
}

const SAYS =
  /^((he|she|they|we|I|\p{Lu}[\p{L}.’'-]+( \p{Lu}[\p{L}.’'-]+){0,3}) )(said|says|asked|asks|added|told|wrote|shouted|cried|replied|wondered|joked)\b/u
const SAYS_IN_CHINESE =
  /^\p{Script=Han}{0,12}(说|說|表示|称|稱|指出|强调|強調|问道|問道|写道|寫道|补充)/u
const GOES_ON_IN_JAPANESE = /^(と|って|など|の|は|を|が|に|も|で|だ|、|。)/

/** What follows belongs to the sentence: a small letter, a closing mark, who said it, or the rest of an address. */
function goesOn({ before, after, glued }: Cut): boolean {
  if (/^[)\]”’»,;、，]|^[–—-]\s?\p{Ll}|^\p{Ll}/u.test(after)) return true
  if (/[?!][”"’']$/.test(before) && SAYS.test(after)) return true
  if (/[。！？]）$/.test(before)) return true
  if (/[。！？][」』”]$/.test(before))
    return GOES_ON_IN_JAPANESE.test(after) || SAYS_IN_CHINESE.test(after)
  return glued && /(?:\/\/|www\.|@)\S*$/.test(before)
}

const BRACKETS = ['()', '（）', '「」', '『』'] as const

function isInsideBrackets(before: string, after: string): boolean {
  return BRACKETS.some(([open = '', close = '']) => {
    const opened = before.lastIndexOf(open)
    if (opened <= before.lastIndexOf(close) || before.length - opened >= 200) return false
    const closes = after.indexOf(close)
    const reopens = after.indexOf(open)
    return closes !== -1 && closes <= 200 && (reopens === -1 || closes < reopens)
  })
}
