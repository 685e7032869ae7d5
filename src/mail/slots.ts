import type { Piece } from './mime/block.ts'
import { escapeHtml, pageUrl, plainText, wrapText } from './outside-text.ts'

/** What differs from reader to reader. A name that ends in `Url` takes an http(s) address and nothing else. */
export const slotNames = [
  'unsubscribeUrl',
  'preferencesUrl',
  'webViewUrl',
  'signUpUrl',
  'whyLine',
  'confirmUrl',
  'notMeUrl',
  'ownDataUrl',
  'addressChangeUrl',
  'deskUrl',
  'alertsOnlyOffUrl',
  'storyOffUrl',
  'storyUrl',
] as const
export type SlotName = (typeof slotNames)[number]

/** The links to stories are numbered, so theirs is a list. */
export type SlotValues = Partial<Record<Exclude<SlotName, 'storyUrl'>, string>> & {
  storyUrl?: readonly string[]
}

/** Where a slot's value comes from when a mail is compiled once for many readers. */
export type Filling =
  /** The same for all of them. */
  | { same: string }
  /** An address that ends in a token of the reader's own; a numbered slot has its number before the token. */
  | { before: string; token: string }
  /** Text that is known only with the mail, under the slot's name among its values. */
  | { own: 'text' }

export type Fillings = Partial<Record<SlotName, Filling>>

type As = { as: 'html' | 'text' }

const SLOT = /%%slot:([A-Za-z]*(?::\d{1,4})?)%%/

/**
 * Puts a reader's values where the markers are, in one pass, so that a value is never read as a marker.
 * Throws when a value is missing or a marker is broken: a half-filled mail must not leave.
 */
export function fillSlots(text: string, values: SlotValues, as: As): string {
  return mapSlots(text, ({ name, number }) => {
    const value = values[name]
    return slotText(name, typeof value === 'object' ? value[number ?? -1] : value, as)
  }).join('')
}

/** The same with the reader's own values left open, to be encoded once. */
export function piecesOf(text: string, fillings: Fillings, as: As): Piece[] {
  const pieces = mapSlots<Piece[]>(text, ({ name, number }) => {
    const filling = fillings[name]
    if (filling === undefined) throw new Error(`no value for ${markerOf(name)}`)
    if ('same' in filling) return [slotText(name, filling.same, as)]
    if ('own' in filling)
      return [{ text: (values) => slotText(name, plainText(values[name] ?? ''), as) }]
    const before = number === undefined ? filling.before : `${filling.before}${number}/`
    return [slotText(name, before, as), { token: filling.token }]
  })
  return joinTexts(pieces.flat())
}

/** The names of the slots in a mail, each once, in order of appearance. */
export function slotsIn(text: string): string[] {
  return [...new Set(Array.from(text.matchAll(new RegExp(SLOT, 'g')), ([, name]) => name ?? ''))]
}

type Slot = { name: SlotName; number: number | undefined }

function mapSlots<Result>(text: string, map: (slot: Slot) => Result): (string | Result)[] {
  const broken = text.replaceAll(new RegExp(SLOT, 'g'), '').includes('%%slot:')
  if (broken) throw new Error('a mail holds a broken slot marker')
  // Splitting keeps what the group matched: text and names in turn.
  return text.split(SLOT).map((part, index) => {
    if (index % 2 === 0) return part
    return map(slotOf(part))
  })
}

function slotOf(part: string): Slot {
  const [word = '', number] = part.split(':')
  const name = slotNames.find((known) => known === word)
  if (name === undefined || (number === undefined) === (name === 'storyUrl'))
    throw new Error(`no value for ${markerOf(part)}`)
  return { name, number: number === undefined ? undefined : Number(number) }
}

function slotText(name: SlotName, value: string | undefined, { as }: As): string {
  if (value === undefined || value === '') throw new Error(`no value for ${markerOf(name)}`)
  const checked = name.endsWith('Url') ? pageUrl(value, name) : value
  return as === 'html' ? escapeHtml(checked) : wrapText(checked)
}

function markerOf(name: string): string {
  return `%%slot:${name}%%`
}

/** Texts that stand together are encoded together: fewer soft breaks. */
function joinTexts(pieces: Piece[]): Piece[] {
  const joined: Piece[] = []
  for (const piece of pieces.filter((each) => each !== '')) {
    const last = joined.at(-1)
    if (typeof piece === 'string' && typeof last === 'string')
      joined[joined.length - 1] = last + piece
    else joined.push(piece)
  }
  return joined
}
