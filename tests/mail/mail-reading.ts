import { parseHTML } from 'linkedom'

import { allBlocks, type CompiledDigest, joinDigest } from '#mail/digest-blocks.ts'
import { fillSlots } from '#mail/slots.ts'
import type { DigestModel, StoryBlock } from '#mail/template-model.ts'

import { digestOf, slotValues } from './harbour-courier.ts'

// Reads a mail as a mail program does.

export type Element = {
  localName: string
  textContent: string
  attributes: Iterable<{ name: string; value: string }>
  getAttribute: (name: string) => string | null
}

export type Parsed = {
  title: string
  body: Element
  documentElement: Element
  querySelector: (selector: string) => Element | null
  querySelectorAll: (selector: string) => Iterable<Element> & { length: number }
}

export function parse(markup: string): Parsed {
  const { document }: { document: Parsed } = parseHTML(markup)
  return document
}

export function visibleText(markup: string): string {
  return parse(markup).body.textContent.replace(/\s+/g, ' ')
}

/** The mail of a reader who gets every story. */
export function wholeDigest(compiled: CompiledDigest) {
  const { html, text, stories } = joinDigest(compiled, allBlocks(compiled))
  return {
    html: fillSlots(html, slotValues, { as: 'html' }),
    text: fillSlots(text, slotValues, { as: 'text' }),
    stories,
  }
}

/** A digest whose summaries are as long as summaries get. */
export function longDigest(count: number): DigestModel {
  const digest = digestOf(count)
  return {
    ...digest,
    lead: long(digest.lead),
    sections: digest.sections.map(({ name, stories }) => ({ name, stories: stories.map(long) })),
  }
}

function long(story: StoryBlock): StoryBlock {
  const sentence =
    'The harbour office said on Sunday — “early” — that the channel is open for every ship, '
  return { ...story, sentences: Array.from({ length: 3 }, () => sentence.repeat(3)) }
}
