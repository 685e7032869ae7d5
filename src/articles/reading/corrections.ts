import { wordsIn } from './clean-text.ts'

/** How publishers begin the note of what they corrected, in the languages that we know. */
const NOTE =
  /^(?:[*—–-]\s*)?(?:(?:this|the) (?:article|story|post|report|piece) (?:was|has been) (?:amended|corrected|updated to correct)|(?:correction|corrections|clarification|editor[’']?s note|corrected)\b[^.]{0,40}?[:—–-]|an earlier version of this|richtigstellung|korrektur(?:hinweis)?\s*[:—–-]|anmerkung der redaktion\s*[:—–-]|in einer früheren (?:version|fassung)|transparenzhinweis|rectificatif|correction apportée|une (?:première|précédente) version de cet|correcci[óo]n\s*[:—–-]|fe de errat|una versi[óo]n anterior|rettifica|errata corrige|correctie\s*[:—–-]|in een eerdere versie|rättelse\s*[:—–-]|rettelse\s*[:—–-]|تصحيح\s*[:—–-]|تصويب\s*[:—–-])/iu

const LONGEST_NOTE = 120
const NEAR_THE_END = 4

/** The publisher's own note of what was wrong, taken out of the story: it stands first, or among the last paragraphs. */
export function takeCorrections(paragraphs: readonly string[]): {
  paragraphs: string[]
  corrections: string | null
} {
  const isNote = (text: string, at: number) =>
    (at < 2 || at >= paragraphs.length - NEAR_THE_END) &&
    NOTE.test(text) &&
    wordsIn(text).length <= LONGEST_NOTE
  const notes = paragraphs.filter(isNote)
  if (notes.length === 0 || notes.length === paragraphs.length)
    return { paragraphs: [...paragraphs], corrections: null }
  return {
    paragraphs: paragraphs.filter((text, at) => !isNote(text, at)),
    corrections: notes.join(' '),
  }
}
