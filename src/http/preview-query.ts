import type { Whose } from '#deliveries/preview/choose-blocks.ts'
import type { Look } from '#deliveries/preview/look.ts'
import { Refusal } from '#errors.ts'

/** What of a mail is asked for, and how it is shown: the same words in the API and on the desk page. */
export type PreviewQuery = { whose: Whose; look: Look; text: boolean; phone: boolean }

type Query = (name: string) => string | undefined

/** @throws Refusal that names the parameter, and what it may be */
export function readPreviewQuery(query: Query): PreviewQuery {
  const part = oneOf(query, 'part', ['html', 'text'])
  const width = oneOf(query, 'width', ['phone', 'desktop'])
  const images = oneOf(query, 'images', ['on', 'off'])
  const scheme = oneOf(query, 'scheme', ['light', 'dark'])
  return {
    whose: { reader: query('reader'), variant: query('variant'), blocks: blocksOf(query) },
    look: { scheme, images: images !== 'off' },
    text: part === 'text',
    phone: width !== 'desktop',
  }
}

function oneOf<Word extends string>(
  query: Query,
  name: string,
  words: readonly Word[],
): Word | undefined {
  const given = query(name)
  const known = words.find((word) => word === given)
  if (given === undefined || known !== undefined) return known
  throw new Refusal(`${name} must be ${words.join(' or ')}`, { field: name })
}

function blocksOf(query: Query): number[] | undefined {
  const text = query('blocks')
  if (text === undefined) return undefined
  if (/^\d{1,4}(?:,\d{1,4}){0,99}$/.test(text)) return text.split(',').map(Number)
  throw new Refusal('blocks must be places of stories, such as 0,2,5', { field: 'blocks' })
}
