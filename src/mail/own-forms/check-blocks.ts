import { COUNT_MARK } from '../digest-blocks.ts'
import { BLOCK } from '../liquid-engines.ts'
import type { Complaint } from './check-tags.ts'

const NAMES = [
  'inside',
  'lead',
  'item',
  'heading',
  'more',
  'box',
  'sinceheading',
  'since',
  'corrections',
  'correction',
  'correctionsend',
]

/** What a digest of this view is joined from. */
type DigestView = {
  stories: readonly { since: string | null }[]
  headings: readonly unknown[]
  boxes: readonly unknown[]
  corrections: readonly unknown[]
  sinceHeading: boolean
}

/** The parts that readers’ digests are joined from are all there, once each, and nothing stands between them. */
export function complaintsOfBlocks(rendered: string, view: DigestView): Complaint[] {
  const blocks = blocksOf(rendered)
  const wrong = blocks.find((block) => typeof block.fault === 'string')
  if (wrong?.fault !== undefined) return [{ at: wrong.at, message: wrong.fault }]
  return [
    ...complaintsOfOrder(rendered, blocks),
    ...complaintsOfCount(rendered, blocks),
    ...missingBlocks(rendered, { blocks, wanted: keysOf(view) }),
  ].slice(0, 3)
}

type Found = { key: string; at: number; from: number; to: number; next: number; fault?: string }

/** In order; the first that has a fault is the last one. */
function blocksOf(rendered: string): Found[] {
  const found: Found[] = []
  let open: Found | undefined
  for (const { 0: marker, 1: name = '', 2: place, index: at } of rendered.matchAll(BLOCK)) {
    const key = place === undefined ? name : `${name}:${place}`
    const from = at + marker.length
    const fault = faultOfMarker(key, open, found)
    if (fault !== undefined) return [...found, { key, at, from, to: from, next: from, fault }]
    if (name !== 'end') {
      open = { key, at, from, to: from, next: from }
    } else if (open !== undefined) {
      found.push({ ...open, to: at, next: from })
      open = undefined
    }
  }
  if (open === undefined) return found
  return [...found, { ...open, fault: `the block “${open.key}” has no end: write ${END}` }]
}

const END = "{{ 'end' | block }}"

function faultOfMarker(
  key: string,
  open: Found | undefined,
  found: readonly Found[],
): string | undefined {
  const [name = ''] = key.split(':')
  if (name === 'end')
    return open === undefined ? `${END} ends no block: take it out, or begin one` : undefined
  if (!NAMES.includes(name)) return `there is no block “${name}”: use ${NAMES.join(', ')}`
  if (open !== undefined)
    return `the block “${key}” begins inside “${open.key}”: write ${END} before it`
  return found.some((block) => block.key === key)
    ? `the block “${key}” is there a second time: each stands once, numbered by forloop.index0`
    : undefined
}

function complaintsOfOrder(rendered: string, blocks: readonly Found[]): Complaint[] {
  const [first] = blocks
  if (first !== undefined && first.key !== 'inside')
    return [
      {
        at: first.at,
        message: `the block “inside”, how much a reader’s mail holds, comes before all others: write {{ 'inside' | block }}${END} above`,
      },
    ]
  if (first !== undefined && rendered.slice(first.from, first.to).trim() !== '')
    return [
      {
        at: first.from,
        message: 'the block “inside” is filled in for each reader: leave it empty',
      },
    ]
  return blocks.slice(1, -1).flatMap((block, index) => {
    const next = blocks[index + 2]
    const between = rendered.slice(block.next, next?.at)
    const words = between.replaceAll(/<\/?mj-raw\s*>/g, (tag) => ' '.repeat(tag.length))
    if (words.trim() === '') return []
    const at = block.next + words.search(/\S/)
    const message = `this stands between the blocks “${block.key}” and “${next?.key ?? ''}”, where no mail has a place: put it into a block, or before or behind all of them`
    return [{ at, message }]
  })
}

function complaintsOfCount(rendered: string, blocks: readonly Found[]): Complaint[] {
  const more = blocks.find(({ key }) => key === 'more')
  const places = [...rendered.matchAll(new RegExp(COUNT_MARK, 'g'))].map(({ index }) => index)
  const stray = places.find((at, index) => !isWithin(more, at) || index > 0)
  if (stray !== undefined)
    return [
      { at: stray, message: '“countMark” stands once, in the block “more”, where the number goes' },
    ]
  return more !== undefined && places.length === 0
    ? [
        {
          at: more.at,
          message: 'the block “more” does not say how many: print {{ countMark }} in it',
        },
      ]
    : []
}

function isWithin(block: Found | undefined, at: number): boolean {
  return block !== undefined && at >= block.from && at < block.to
}

function keysOf({ stories, headings, boxes, corrections, sinceHeading }: DigestView): string[] {
  return [
    'inside',
    ...stories.flatMap((_, place) => [`lead:${place}`, `item:${place}`]),
    ...headings.map((_, place) => `heading:${place}`),
    'more',
    ...boxes.map((_, place) => `box:${place}`),
    ...(sinceHeading ? ['sinceheading'] : []),
    ...stories.flatMap(({ since }, place) => (since === null ? [] : [`since:${place}`])),
    ...(corrections.length === 0 ? [] : ['corrections']),
    ...corrections.map((_, place) => `correction:${place}`),
    ...(corrections.length === 0 ? [] : ['correctionsend']),
  ]
}

/** Named where the last block ends: there it could be written. */
function missingBlocks(
  rendered: string,
  { blocks, wanted }: { blocks: readonly Found[]; wanted: readonly string[] },
): Complaint[] {
  const missing = wanted.filter((key) => blocks.every((block) => block.key !== key))
  const [first] = missing
  if (first === undefined) return []
  const [name = '', place] = first.split(':')
  const marker = place === undefined ? `'${name}' | block` : `'${name}' | block: forloop.index0`
  const at = blocks.at(-1)?.next ?? rendered.length
  const message = `the block “${name}” is missing: write {{ ${marker} }} … ${END}, as the house’s form does`
  return [{ at, message }]
}
