import { Refusal } from '#errors.ts'

import { pageUrl, findPictureUrl, plainText } from './outside-text.ts'
import type { BoxBlock, Publication, StoryBlock } from './template-model.ts'
import { counted, directionOf, type Words } from './words.ts'

// What the templates see: text made plain, addresses checked. Escaping is the engine's.

const PICTURE_WIDTH = 552

export type StoryView = {
  section: string
  headline: string
  url: string
  /** The number of the link's slot; null where the link is the address itself. */
  link: number | null
  summary: string
  place: string | null
  source: string
  reading: string
  /** Names the source only where it is not the publication itself. */
  byline: string
  words: number
  image: { url: string; alt: string; width: number; height: number } | null
  since: string | null
}

type Setting = { words: Words; language: string; link: number | null }

export function viewOfStory(story: StoryBlock, { words, language, link }: Setting): StoryView {
  const headline = plainText(story.headline)
  if (headline === '') throw new Refusal('A story needs a headline.', { field: 'headline' })
  const summary = story.sentences.map(plainText).join(' ')
  const place = story.place === null ? null : plainText(story.place)
  const source = plainText(story.source)
  const minutes = Math.max(1, Math.round(story.readingMinutes))
  const reading = counted(words.minutesRead, minutes, language)
  return {
    section: plainText(story.section),
    headline,
    url: pageUrl(story.url, `“${headline}”`),
    link,
    summary,
    place: place === '' ? null : place,
    source,
    reading,
    byline: source === '' ? reading : `${source} · ${reading}`,
    words: countWords(`${headline} ${summary}`, language),
    image: viewOfImage(story.image),
    since: story.since == null ? null : plainText(story.since),
  }
}

export function viewOfBox({ kind, label, text, image, link }: BoxBlock) {
  const labelled = plainText(label)
  if (labelled === '')
    throw new Refusal('A box needs a label that says what it is.', { field: 'label' })
  return {
    kind,
    label: labelled,
    text: plainText(text),
    image: viewOfImage(image),
    link:
      link === null
        ? null
        : { url: pageUrl(link.url, `the box “${labelled}”`), words: plainText(link.words) },
  }
}

/** Why a story's picture will not be shown, if so. */
export function pictureNote({ headline, image }: StoryBlock): string[] {
  if (image === null || findPictureUrl(image.url) !== undefined) return []
  return [`The picture of “${plainText(headline)}” is left out: its address is not https.`]
}

function viewOfImage(image: StoryBlock['image']): StoryView['image'] {
  const url = image === null ? undefined : findPictureUrl(image.url)
  if (image === null || url === undefined) return null
  const width = Math.min(PICTURE_WIDTH, Math.max(1, Math.round(image.width)))
  const height = Math.max(1, Math.round((width * image.height) / Math.max(1, image.width)))
  return { url, alt: plainText(image.alt), width, height }
}

export function viewOfPublication(publication: Publication) {
  const name = plainText(publication.name)
  const correctionsAddress = plainText(publication.correctionsAddress)
  const postal = publication.address.split(/\r?\n/).map(plainText).filter(Boolean).join(', ')
  return {
    name,
    url: pageUrl(publication.url, 'the publication'),
    logo: publication.logoUrl === null ? null : (findPictureUrl(publication.logoUrl) ?? null),
    address: postal.startsWith(name) ? postal : `${name}, ${postal}`,
    disclaimer: plainText(publication.disclaimer),
    privacyUrl: pageUrl(publication.privacyUrl, 'the privacy page'),
    correctionsUrl: pageUrl(publication.correctionsUrl, 'the corrections page'),
    correctionsAddress,
    // An address that is not plainly one is shown, but not linked.
    correctionsMailto: /^[\w.+-]+@[\w-]+(?:\.[\w-]+)+$/.test(correctionsAddress)
      ? `mailto:${correctionsAddress}`
      : null,
  }
}

// The padding of links that stand in a row.
const GAPS = { ltr: '11px 16px 11px 0', rtl: '11px 0 11px 16px' }

/** A language tag is an attribute of the mail; what is not one becomes "en". */
export function viewOfLanguage(language: string) {
  const tag = /^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/.test(language) ? language : 'en'
  const dir = directionOf(tag)
  return { language: tag, dir, start: dir === 'rtl' ? 'right' : 'left', gap: GAPS[dir] }
}

function countWords(text: string, language: string): number {
  const segments = new Intl.Segmenter(language, { granularity: 'word' }).segment(text)
  return Array.from(segments).filter(({ isWordLike }) => isWordLike).length
}
