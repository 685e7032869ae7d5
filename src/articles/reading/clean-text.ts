import { isUnspaced, withoutSpaces } from '../languages/words.ts'

// Characters that show nothing but can reorder, hide or split what a reader sees: bidi controls, zero-width spaces, soft hyphens, tag characters, and controls other than white space.
const INVISIBLE =
  // oxlint-disable-next-line no-control-regex no-misleading-character-class
  /[\u0000-\u0008\u000E-\u001F\u007F-\u0084\u0086-\u009F\u00AD\u180E\u200B\u202A-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]|[\u{E0000}-\u{E007F}]/gu

// Direction marks hold a number or a bracket in its place in right-to-left text; between two letters they only hide.
const MARKS = /[\u061C\u200E\u200F]/g
const IDLE_MARKS =
  /(?<=[\p{L}\p{M}])[\u061C\u200E\u200F]+(?=[\p{L}\p{M}])|(?<=[\u061C\u200E\u200F])[\u061C\u200E\u200F]+/gu
const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}]/u

// Persian and emoji are written with them; they mean nothing but between two characters.
const JOINERS = /([\u200C\u200D])[\u200C\u200D]+/g

export const CAPS = {
  headline: 300,
  standfirst: 1_000,
  byline: 200,
  publisher: 120,
  topic: 80,
  place: 80,
  alt: 500,
  guid: 500,
  paragraph: 20_000,
  paragraphs: 2_000,
  topics: 20,
} as const

/** One line of plain text: visible characters only, single spaces, NFC, no longer than `cap`. */
export function cleanLine(text: string, cap: number): string {
  const line = withoutInvisible(text)
    .replace(/[\s\u0085]+/g, ' ')
    .trim()
  if (line.length <= cap) return line
  const cut = line.slice(0, cap - 1).toWellFormed()
  const space = cut.lastIndexOf(' ')
  return `${(space > cap * 0.6 ? cut.slice(0, space) : cut).trimEnd()}…`
}

/** The line, or null where nothing is left of it. */
export function cleanLineOrNull(text: string | null | undefined, cap: number): string | null {
  return cleanLine(text ?? '', cap) || null
}

export function withoutInvisible(text: string): string {
  return text
    .replace(INVISIBLE, '')
    .replace(RIGHT_TO_LEFT.test(text) ? IDLE_MARKS : MARKS, '')
    .replace(JOINERS, '$1')
    .replace(/(?<!\S)[\u200C\u200D]|[\u200C\u200D](?!\S)/g, '')
    .toWellFormed()
    .normalize('NFC')
}

/** Paragraphs as stored: clean, not empty, and bounded in number and length. */
export function cleanParagraphs(paragraphs: readonly string[]): string[] {
  return paragraphs
    .map((paragraph) => cleanLine(paragraph, CAPS.paragraph))
    .filter((paragraph) => paragraph !== '')
    .slice(0, CAPS.paragraphs)
}

export function cleanTopics(topics: readonly string[]): string[] {
  const names = topics.map((topic) => cleanLine(topic, CAPS.topic)).filter((name) => name !== '')
  const first = new Map<string, string>()
  for (const name of names) {
    const key = name.toLowerCase()
    if (!first.has(key)) first.set(key, name)
  }
  return [...first.values()].slice(0, CAPS.topics)
}

export function wordsIn(text: string): string[] {
  const runs = text.match(/[\p{L}\p{N}][\p{L}\p{M}\p{N}]*/gu) ?? []
  return isUnspaced(text) ? runs.flatMap(withoutSpaces) : runs
}

/** Lower-case words joined by one space, for comparing two texts. */
export function foldedWords(text: string): string {
  return wordsIn(text.toLowerCase()).join(' ')
}

const ENDS = /[.!?…。！？؟۔।։:;"”’»“」』)）\]]\u200F?$/u

export function endsLikeSentence(text: string): boolean {
  const line = text.trimEnd()
  // Thai has no full stop: a line of some length is prose.
  return ENDS.test(line) || (line.length >= 60 && /\p{Script=Thai}$/u.test(line))
}
