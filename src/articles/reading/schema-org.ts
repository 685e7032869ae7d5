import type { ArticleImage } from '../article.ts'
import { foldedWords } from './clean-text.ts'
import { readDate } from './dates.ts'
import { textOfMarkup } from './markup.ts'
import type { Metadata } from './metadata.ts'

type JsonObject = Record<string, unknown>

/**
 * The schema.org article that a JSON-LD value is about: at its top, in its `@graph`, or its
 * `mainEntity`; whatever else hangs in it is another story. With the titles that the page shows, only
 * an article that one of them names.
 */
export function findSchemaArticle(
  json: unknown,
  titles: readonly string[] = [],
): JsonObject | undefined {
  const waiting: unknown[] = [json]
  let found: JsonObject | undefined
  for (let seen = 0; waiting.length > 0 && seen < 2_000; seen++) {
    const value = waiting.shift()
    if (Array.isArray(value)) waiting.push(...(value.slice(0, 200) as unknown[]))
    if (!isObject(value)) continue
    const better = found === undefined || bodyLength(value) > bodyLength(found)
    if (better && isArticle(value) && isNamedIn(value, titles)) found = value
    waiting.push(value['@graph'], value['mainEntity'])
  }
  return found
}

function isNamedIn(article: JsonObject, titles: readonly string[]): boolean {
  const headline = foldedWords(nameOf(article['headline']) ?? nameOf(article['name']) ?? '')
  const shown = titles.map(foldedWords).filter((title) => title !== '')
  if (headline === '' || shown.length === 0) return true
  const words = [...new Set(headline.split(' '))]
  return shown.some((title) => {
    const known = new Set(title.split(' '))
    const shared = words.filter((word) => known.has(word)).length
    return shared > words.length / 2 || title.includes(headline)
  })
}

/** A schema.org article as metadata; whatever has another type than expected counts as absent. */
export function readSchemaArticle(article: JsonObject): Metadata {
  const name = (key: string) => nameOf(article[key])
  return {
    headline: name('headline') ?? name('name'),
    standfirst: name('description') ?? name('alternativeHeadline'),
    byline: namesOf(article['author'] ?? article['creator']).join(', ') || null,
    publisher: name('publisher') ?? name('sourceOrganization'),
    publishedAt: readDate(name('datePublished')) ?? readDate(name('dateCreated')),
    updatedAt: readDate(name('dateModified')),
    section: name('articleSection'),
    language: name('inLanguage'),
    url: addressOf(article['url']) ?? addressOf(article['mainEntityOfPage']),
    guid: identifierOf(article['identifier']),
    image: imageOf(article['image'] ?? article['thumbnailUrl']),
    topics: [article['articleSection'], article['keywords']].flatMap(topicsOf),
    body: typeof article['articleBody'] === 'string' ? textOfMarkup(article['articleBody']) : null,
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isArticle(object: JsonObject): boolean {
  const types = [object['@type']].flat()
  return types.some(
    (type) => typeof type === 'string' && /(Article|BlogPosting|Report)$/.test(type),
  )
}

function bodyLength({ articleBody }: JsonObject): number {
  return typeof articleBody === 'string' ? articleBody.length : 0
}

function nameOf(value: unknown): string | null {
  const [first] = [value].flat(1)
  if (typeof first === 'string') return textOfMarkup(first).replace(/\s+/g, ' ').trim() || null
  return isObject(first) ? nameOf(first['name']) : null
}

function namesOf(value: unknown): string[] {
  const names = [value].flat(1).map(nameOf)
  return [...new Set(names.filter((name) => name !== null))].filter(
    (name) => !/^https?:/.test(name),
  )
}

function addressOf(value: unknown): string | null {
  const [first] = [value].flat(1)
  if (typeof first === 'string') return first
  return isObject(first) ? addressOf(first['@id'] ?? first['url'] ?? null) : null
}

function identifierOf(value: unknown): string | null {
  if (typeof value === 'string' || typeof value === 'number') return String(value)
  return isObject(value) ? identifierOf(value['value']) : null
}

function imageOf(value: unknown): ArticleImage | null {
  const [first] = [value].flat(1)
  if (typeof first === 'string') return { url: first, alt: '', width: null, height: null }
  if (!isObject(first)) return null
  const url = addressOf(first['url'] ?? first['contentUrl'] ?? first['@id'])
  if (url === null) return null
  return {
    url,
    alt: nameOf(first['caption']) ?? nameOf(first['description']) ?? '',
    width: pixels(first['width']),
    height: pixels(first['height']),
  }
}

/** A count of pixels from a number, "1200" or "1200px". */
export function pixels(value: unknown): number | null {
  if (isObject(value)) return pixels(value['value'])
  if (typeof value === 'string' && value.length > 20) return null
  const number =
    typeof value === 'string' ? Number(value.trim().replace(/(?<=\d)\s*px$/i, '')) : value
  return typeof number === 'number' && Number.isInteger(number) && number > 0 && number < 100_000
    ? number
    : null
}

function topicsOf(value: unknown): string[] {
  return [value].flat(1).flatMap((topic) => {
    const name = nameOf(topic)
    return name === null ? [] : splitKeywords(name)
  })
}

/** Keywords come as one string with commas or semicolons. */
export function splitKeywords(text: string): string[] {
  return text
    .split(/[,;]/)
    .map((word) => word.trim())
    .filter((word) => word !== '')
}
