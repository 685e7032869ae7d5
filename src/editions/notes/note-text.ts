import { Refusal } from '#errors.ts'
import { findPageUrl, plainText } from '#mail/outside-text.ts'
import type { NotePassage } from '#mail/template-model.ts'

const MOST = { passages: 100, heading: 150, label: 120 }

/**
 * A note as people type it: paragraphs with empty lines between, a heading where a line begins with "# ", a link where a
 * line is an https address and nothing else (a line right above it is its words). All else is text, whatever it looks like.
 * @throws Refusal that names the line
 */
export function readNoteText(text: string): NotePassage[] {
  const passages = blocksOf(text).flatMap(passagesOf)
  if (!passages.some(({ kind }) => kind === 'text'))
    throw refused('the note has no words: write a paragraph')
  if (passages.length > MOST.passages)
    throw refused(`the note has ${passages.length} passages, and ${MOST.passages} is the most`)
  return passages
}

type Line = { number: number; text: string }

/** Lines that stand together, and where they stand. */
function blocksOf(text: string): Line[][] {
  const blocks: Line[][] = [[]]
  for (const [index, line] of text.split(/\r\n|[\n\r\u2028\u2029]/).entries()) {
    const visible = plainText(line)
    if (visible === '') blocks.push([])
    else blocks.at(-1)?.push({ number: index + 1, text: visible })
  }
  return blocks.filter((block) => block.length > 0)
}

function passagesOf(block: Line[]): NotePassage[] {
  const [first, second] = block
  if (first === undefined) return []
  if (first.text.startsWith('# ')) return [headingOf(first), ...passagesOf(block.slice(1))]
  if (isAddress(first)) return [linkOf(first, first.text), ...passagesOf(block.slice(1))]
  if (
    block.length === 2 &&
    second !== undefined &&
    isAddress(second) &&
    first.text.length <= MOST.label
  )
    return [linkOf(second, first.text)]
  const end = block.findIndex((line) => isAddress(line) || line.text.startsWith('# '))
  const words = end === -1 ? block : block.slice(0, end)
  return [
    { kind: 'text', text: words.map((line) => line.text).join(' ') },
    ...(end === -1 ? [] : passagesOf(block.slice(end))),
  ]
}

function headingOf({ number, text }: Line): NotePassage {
  const words = text.slice(2).trim()
  if (words === '') throw refused(`line ${number} is a heading without words`)
  if (words.length > MOST.heading)
    throw refused(
      `line ${number} is a heading of ${words.length} characters: ${MOST.heading} at most`,
    )
  return { kind: 'heading', text: words }
}

function isAddress({ text }: Line): boolean {
  return /^https?:\/\/\S+$/i.test(text)
}

function linkOf({ number, text }: Line, words: string): NotePassage {
  const url = findPageUrl(text)
  if (url?.startsWith('https://') !== true)
    throw refused(
      `line ${number} is a link that does not begin with https://, or holds a name or password: mend the address`,
    )
  return { kind: 'link', url, words }
}

function refused(message: string): Refusal {
  return new Refusal(message, { field: 'text' })
}
