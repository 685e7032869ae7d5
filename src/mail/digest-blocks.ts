import { escapeHtml, escapeSlots } from './outside-text.ts'
import { counted, wordsFor } from './words.ts'

// A digest is compiled once with all its stories. A reader's mail is a list of blocks of it, joined.
// Nothing here needs MJML, so the sending process can load it.

type Form = { html: string; text: string }

export type DigestStory = {
  id: string
  /** The place of its heading in `headings`; null for the story compiled as the lead. */
  section: number | null
  /** Words a reader reads, for the "4 minutes" of the top line. */
  words: number
  lead: Form
  item: Form
}

/** Plain data, fit for a jsonb column. */
export type CompiledDigest = {
  language: string
  moreOnWeb: number
  stories: DigestStory[]
  headings: Form[]
  /** Before the count of stories, between it and the first story, and after the last one. */
  frame: { top: Form; middle: Form; end: Form }
  more: Form
  notes: string[]
}

/** Where the number of stories and the "more on the web" phrase are put when a mail is joined. */
export const COUNT_MARK = '\u0003'

// Gmail cuts a mail at 102 KB. What remains to 90 KB is for the readers' slots.
const HTML_BYTES = 86_000
/** A counted link is longer than its marker by the address of our pages and a token. */
const LINK_BYTES = 90
const WORDS_A_MINUTE = 200

/**
 * The keys of a reader's blocks, in the order they are joined: the same keys for HTML and text.
 * Stories stand in the digest's order. What would not fit is dropped from the tail and counted in "more on the web".
 */
export function digestVariant(
  compiled: CompiledDigest,
  storyIds: readonly string[],
  htmlBytesOf = (key: string) => htmlBytes(digestBlock(compiled, key)),
): string[] {
  const wanted = chosenStories(compiled, storyIds)
  for (let count = wanted.length; count > 1; count -= 1) {
    const keys = keysOf(compiled, wanted.slice(0, count), wanted.length - count)
    if (keys.reduce((sum, key) => sum + htmlBytesOf(key), 0) <= HTML_BYTES) return keys
  }
  return keysOf(compiled, wanted.slice(0, 1), wanted.length - 1)
}

/** Its share of the mail, before encoding: that is what mail programs count. */
export function htmlBytes({ html }: Pick<Form, 'html'>): number {
  const links = html.split('%%slot:storyUrl:').length - 1
  return Buffer.byteLength(html) + links * LINK_BYTES
}

function chosenStories({ stories }: CompiledDigest, storyIds: readonly string[]): DigestStory[] {
  const wanted = new Set(storyIds)
  const chosen = stories.filter(({ id }) => wanted.has(id))
  if (chosen.length !== wanted.size)
    throw new Error('a reader was given a story that the digest does not hold')
  if (chosen.length === 0) throw new Error('a digest needs at least one story')
  return chosen
}

function keysOf(compiled: CompiledDigest, chosen: DigestStory[], dropped: number): string[] {
  const minutes = Math.max(
    1,
    Math.ceil(chosen.reduce((sum, { words }) => sum + words, 0) / WORDS_A_MINUTE),
  )
  const more = compiled.moreOnWeb + dropped
  return [
    'top',
    `inside:${chosen.length}:${minutes}`,
    'middle',
    ...chosen.flatMap((story, index) => storyKeys(compiled, chosen, { story, index })),
    ...(more > 0 ? [`more:${more}`] : []),
    'end',
  ]
}

function storyKeys(
  { stories }: CompiledDigest,
  chosen: DigestStory[],
  { story, index }: { story: DigestStory; index: number },
): string[] {
  const place = stories.indexOf(story)
  if (index === 0) return [`lead:${place}`]
  // The first story names its section itself and stands apart from it.
  const opensSection = index === 1 || chosen[index - 1]?.section !== story.section
  return opensSection ? [`heading:${story.section}`, `item:${place}`] : [`item:${place}`]
}

/** One block in both forms. Equal keys of one digest give equal bytes, for every reader. */
export function digestBlock(compiled: CompiledDigest, key: string): Form {
  const [kind = '', ...rest] = key.split(':')
  const numbers = rest.map(Number)
  const block = staticBlock(compiled, kind, numbers[0] ?? 0) ?? countBlock(compiled, kind, numbers)
  if (block === undefined) throw new Error(`the digest has no block “${key}”`)
  return block
}

function staticBlock(compiled: CompiledDigest, kind: string, place: number): Form | undefined {
  switch (kind) {
    case 'top':
    case 'middle':
    case 'end':
      return compiled.frame[kind]
    case 'lead':
    case 'item':
      return compiled.stories[place]?.[kind]
    case 'heading':
      return compiled.headings[place]
    default:
      return undefined
  }
}

function countBlock(compiled: CompiledDigest, kind: string, numbers: number[]): Form | undefined {
  const { language } = compiled
  const words = wordsFor(language)
  const [first = 0, second = 0] = numbers
  if (kind === 'inside') {
    const line = [counted(words.stories, first, language), counted(words.minutes, second, language)]
    const { html, text } = bothForms(line.join(words.join))
    return { html, text: `${text}\n\n` }
  }
  if (kind === 'more') {
    const line = bothForms(counted(words.more, first, language))
    return {
      html: compiled.more.html.replace(COUNT_MARK, () => line.html),
      text: compiled.more.text.replace(COUNT_MARK, () => line.text),
    }
  }
  return undefined
}

function bothForms(text: string): Form {
  return { html: escapeHtml(text), text: escapeSlots(text) }
}

/** A reader's digest, its slots still to be filled. The same input gives the same bytes. */
export function joinDigest(
  compiled: CompiledDigest,
  storyIds: readonly string[],
): { html: string; text: string; stories: number } {
  const keys = digestVariant(compiled, storyIds)
  const blocks = keys.map((key) => digestBlock(compiled, key))
  return {
    html: blocks.map(({ html }) => html).join(''),
    text: blocks.map(({ text }) => text).join(''),
    stories: keys.filter((key) => key.startsWith('lead:') || key.startsWith('item:')).length,
  }
}
