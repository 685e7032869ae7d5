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
  /** One line for who had the story by an alert; null where nothing is new. */
  since?: Form | null
  /** Withdrawn after mails were out: it keeps its place, and who gets another story does not get this one. */
  gone?: boolean
}

/** A passage that is not news (a sponsor's, the house's), in every reader's mail behind so many of its stories. */
export type DigestBox = { after: number; form: Form }

/** Plain data, fit for a jsonb column. */
export type CompiledDigest = {
  language: string
  moreOnWeb: number
  stories: DigestStory[]
  headings: Form[]
  /** Before the count of stories, between it and the first story, and after the last one. */
  frame: { top: Form; middle: Form; end: Form }
  more: Form
  /** Over the lines of what is new since an alert. */
  sinceHeading?: Form
  boxes?: DigestBox[]
  /** What an earlier edition had wrong, a line each for who had read it, and what stands around them. */
  corrections?: { open: Form; lines: Form[]; close: Form }
  notes: string[]
}

/**
 * A reader's blocks as the ledger keeps them: the places of stories, these added to the place of a story that is only
 * one line, and to the number of a correction.
 */
export const SINCE = 1000
export const CORRECTION = 2000

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
  blocks: readonly number[],
  htmlBytesOf = (key: string) => htmlBytes(digestBlock(compiled, key)),
): string[] {
  const choice = choiceOf(compiled, blocks)
  const { stories } = choice
  for (let count = stories.length; count > 1; count -= 1) {
    const keys = keysOf(compiled, choice, count)
    if (keys.reduce((sum, key) => sum + htmlBytesOf(key), 0) <= HTML_BYTES) return keys
  }
  return keysOf(compiled, choice, 1)
}

/** Its share of the mail, before encoding: that is what mail programs count. */
export function htmlBytes({ html }: Pick<Form, 'html'>): number {
  const links = html.split('%%slot:storyUrl:').length - 1
  return Buffer.byteLength(html) + links * LINK_BYTES
}

type Choice = { stories: DigestStory[]; since: number[]; corrections: number[] }

function choiceOf({ stories, corrections }: CompiledDigest, blocks: readonly number[]): Choice {
  const wanted = [...new Set(blocks)].toSorted((a, b) => a - b)
  const places = wanted.filter((block) => block < SINCE)
  const since = wanted.filter((block) => block >= SINCE && block < CORRECTION)
  const lines = wanted.filter((block) => block >= CORRECTION)
  const named = places.flatMap((place) => stories[place] ?? [])
  const left = named.filter(({ gone }) => gone !== true)
  const chosen = left.length > 0 ? left : named
  const held =
    named.length === places.length &&
    since.every((block) => stories[block - SINCE]?.since != null) &&
    lines.every((block) => corrections?.lines[block - CORRECTION] !== undefined)
  if (!held) throw new Error(`the digest does not hold all of the blocks ${wanted.join(', ')}`)
  if (chosen.length === 0) throw new Error('a digest needs at least one story')
  return {
    stories: chosen,
    since: since.map((block) => block - SINCE),
    corrections: lines.map((block) => block - CORRECTION),
  }
}

function keysOf(
  compiled: CompiledDigest,
  { stories, since, corrections }: Choice,
  count: number,
): string[] {
  const chosen = stories.slice(0, count)
  const minutes = Math.max(
    1,
    Math.ceil(chosen.reduce((sum, { words }) => sum + words, 0) / WORDS_A_MINUTE),
  )
  const more = compiled.moreOnWeb + stories.length - count
  return [
    'top',
    `inside:${chosen.length}:${minutes}`,
    'middle',
    ...boxKeys(compiled, { from: 0, to: 0 }),
    ...chosen.flatMap((story, index) => [
      ...storyKeys(compiled, chosen, { story, index }),
      ...boxKeys(compiled, {
        from: index + 1,
        to: index + 1 === chosen.length ? Infinity : index + 1,
      }),
    ]),
    ...(since.length > 0 ? ['sinceheading', ...since.map((place) => `since:${place}`)] : []),
    ...(more > 0 ? [`more:${more}`] : []),
    ...(corrections.length > 0
      ? ['corrections', ...corrections.map((line) => `correction:${line}`), 'correctionsend']
      : []),
    'end',
  ]
}

/** Boxes behind so many stories; who gets fewer stories has the later ones at the end. */
function boxKeys(
  { boxes = [] }: CompiledDigest,
  { from, to }: { from: number; to: number },
): string[] {
  return boxes.flatMap(({ after }, index) => (after >= from && after <= to ? [`box:${index}`] : []))
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
  const place = numbers[0] ?? 0
  const block =
    staticBlock(compiled, kind, place) ??
    asideBlock(compiled, kind, place) ??
    countBlock(compiled, kind, numbers)
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

function asideBlock(compiled: CompiledDigest, kind: string, place: number): Form | undefined {
  switch (kind) {
    case 'box':
      return compiled.boxes?.[place]?.form
    case 'sinceheading':
      return compiled.sinceHeading
    case 'since':
      return compiled.stories[place]?.since ?? undefined
    default:
      return correctionBlock(compiled, kind, place)
  }
}

function correctionBlock(
  { corrections }: CompiledDigest,
  kind: string,
  place: number,
): Form | undefined {
  switch (kind) {
    case 'corrections':
      return corrections?.open
    case 'correction':
      return corrections?.lines[place]
    case 'correctionsend':
      return corrections?.close
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
  readersBlocks: readonly number[],
): { html: string; text: string; stories: number } {
  const keys = digestVariant(compiled, readersBlocks)
  const blocks = keys.map((key) => digestBlock(compiled, key))
  return {
    html: blocks.map(({ html }) => html).join(''),
    text: blocks.map(({ text }) => text).join(''),
    stories: keys.filter((key) => key.startsWith('lead:') || key.startsWith('item:')).length,
  }
}

/** The blocks of a reader who gets everything: all stories, and all corrections. */
export function allBlocks({ stories, corrections }: CompiledDigest): number[] {
  return [...stories.keys(), ...(corrections?.lines ?? []).map((_, line) => CORRECTION + line)]
}

/** Everything on one page, which has no limit of size: nothing is moved to the web, for this is the web. */
export function wholeDigest(compiled: CompiledDigest): string {
  const keys = digestVariant(compiled, allBlocks(compiled), () => 0)
  return keys.map((key) => digestBlock(compiled, key).html).join('')
}
